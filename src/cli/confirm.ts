import { createInterface } from 'node:readline/promises'
import { InterphaseError, isError } from '../error.ts'
import { makePaintFor } from './output.ts'
import type { RunningCommandContext } from './project.ts'

/** The options for asking a person whether data may be destroyed. */
export interface ConfirmationOptions extends Pick<RunningCommandContext, 'signal' | 'rest'> {
  /** With `--json`, the confirmation is never asked for, even at a terminal. */
  readonly json: boolean
}

/**
 * Runs a command that may destroy data. If the engine refuses it because the destruction is not confirmed, asks a person at a
 * terminal. After the answer `yes`, calls `confirmed`.
 */
export async function runWithConfirmation(
  asking: ConfirmationOptions,
  run: () => Promise<unknown>,
  confirmed: (refused: InterphaseError<'phase.unconfirmed'>) => Promise<unknown>,
): Promise<void> {
  try {
    await run()
  } catch (error) {
    const terminal = terminalOf(asking)
    if (!isError(error, 'phase.unconfirmed') || !terminal) throw error
    asking.rest()
    if (!(await agrees(error.message, terminal, asking.signal))) throw declined(error, asking.signal)
    await confirmed(error)
  }
}

/** Returns the error after the question. A stop request before the answer is reported as a stop, not as a refusal. */
function declined(refused: InterphaseError<'phase.unconfirmed'>, signal: AbortSignal): InterphaseError {
  const { phase, release } = refused.facts
  return signal.aborted
    ? new InterphaseError('run.stopped', { at: `${phase} of ${release}`, signal: String(signal.reason) }, { cause: refused })
    : new InterphaseError('phase.declined', { phase, release }, { cause: refused })
}

/**
 * Returns the terminal on which to ask: stderr, because stdout may go to a file or a pipe; otherwise stdout. Undefined if neither is a
 * terminal.
 */
function terminalOf({ json }: ConfirmationOptions): NodeJS.WriteStream | undefined {
  if (json || !process.stdin.isTTY) return undefined
  return [process.stderr, process.stdout].find((stream) => stream.isTTY)
}

/** Asks the question, and returns true only for the full answer `yes`. */
async function agrees(what: string, output: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  const paint = makePaintFor(output)
  const lines = createInterface({ input: process.stdin, output })
  const leave = new AbortController()
  lines.on('SIGINT', () => leave.abort())
  lines.on('close', () => leave.abort())
  // Node pauses the input after Ctrl-Z and `fg`. The input must be resumed, or the process would end without a message.
  lines.on('SIGCONT', () => lines.resume())
  try {
    const question = `${paint('yellow', what)}\nType ${paint('bold', 'yes')} to continue: `
    const answer = await lines.question(question, { signal: AbortSignal.any([signal, leave.signal]) })
    return answer.trim() === 'yes'
  } catch {
    // Ctrl-C and the end of the input count as the answer `no`.
    return false
  } finally {
    lines.close()
  }
}
