import { createInterface } from 'node:readline/promises'
import { InterphaseError, isError } from '../error.ts'
import { makePaintForStream } from './output.ts'
import type { RunningCommandContext } from './project.ts'

/**
 * The settings of the question whether data may be destroyed: the stop signal, the function that removes the line with the
 * current work from the terminal, and the use of `--json`.
 */
export interface DestructionConfirmationOptions extends Pick<RunningCommandContext, 'signal' | 'rest'> {
  /** True with the option `--json`. interphase then never asks a question, even at a terminal. */
  readonly json: boolean
}

/**
 * Calls `run`, which can destroy data. If `run` throws `phase.unconfirmed`, the function asks the person at the terminal, and
 * calls `confirmed` after the answer `yes`. Throws `phase.declined` after any other answer. Without a terminal or with `--json`,
 * the function asks nothing and throws `phase.unconfirmed`.
 */
export async function runWithDestructionConfirmation(
  asking: DestructionConfirmationOptions,
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

/** Returns the error `phase.declined`, or the error `run.stopped` if a stop signal arrived before the answer of the person. */
function declined(refused: InterphaseError<'phase.unconfirmed'>, signal: AbortSignal): InterphaseError {
  const { phase, release } = refused.facts
  return signal.aborted
    ? new InterphaseError('run.stopped', { at: `${phase} of ${release}`, signal: String(signal.reason) }, { cause: refused })
    : new InterphaseError('phase.declined', { phase, release }, { cause: refused })
}

/**
 * Returns the terminal on which the command asks whether data may be destroyed. The terminal is stderr, because stdout can be a
 * file or a pipe. If stderr is no terminal, the function returns stdout. Returns undefined with `--json`, if stdin is no
 * terminal, or if neither stderr nor stdout is a terminal.
 */
function terminalOf({ json }: DestructionConfirmationOptions): NodeJS.WriteStream | undefined {
  if (json || !process.stdin.isTTY) return undefined
  return [process.stderr, process.stdout].find((stream) => stream.isTTY)
}

/** Asks the person at the terminal a question. Returns true only for the complete answer `yes`. */
async function agrees(what: string, output: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  const paint = makePaintForStream(output)
  const lines = createInterface({ input: process.stdin, output })
  const leave = new AbortController()
  lines.on('SIGINT', () => leave.abort())
  lines.on('close', () => leave.abort())
  // Node pauses the input after Ctrl-Z and `fg`. Without the call of `resume`, the process would then end without a message.
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
