import { createInterface } from 'node:readline/promises'
import { InterphaseError, isError } from '../error.ts'
import { paintFor } from './output.ts'
import type { Running } from './project.ts'

/** Who may be asked, and what has to leave the terminal first. */
export interface Asking extends Pick<Running, 'signal' | 'rest'> {
  /** Programs are never asked, wherever they run. */
  readonly json: boolean
}

/** Runs, and where something is destroyed that nobody has agreed to, asks a person at a terminal before `confirmed` runs. */
export async function withConsent(
  asking: Asking,
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

/** Nobody said no where the process was asked to stop before there was an answer. */
function declined(refused: InterphaseError<'phase.unconfirmed'>, signal: AbortSignal): InterphaseError {
  const { phase, release } = refused.facts
  return signal.aborted
    ? new InterphaseError('run.stopped', { at: `${phase} of ${release}`, signal: String(signal.reason) }, { cause: refused })
    : new InterphaseError('phase.declined', { phase, release }, { cause: refused })
}

/** Where a person reads the question: stderr, so that results can go to a file or a pipe meanwhile; or else stdout. */
function terminalOf({ json }: Asking): NodeJS.WriteStream | undefined {
  if (json || !process.stdin.isTTY) return undefined
  return [process.stderr, process.stdout].find((stream) => stream.isTTY)
}

/** True only when somebody says so in full. */
async function agrees(what: string, output: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  const paint = paintFor(output)
  const lines = createInterface({ input: process.stdin, output })
  const leave = new AbortController()
  lines.on('SIGINT', () => leave.abort())
  lines.on('close', () => leave.abort())
  // After Ctrl-Z and fg nobody would be listening, and the process would end without a word.
  lines.on('SIGCONT', () => lines.resume())
  try {
    const question = `${paint('yellow', what)}\nType ${paint('bold', 'yes')} to go on: `
    const answer = await lines.question(question, { signal: AbortSignal.any([signal, leave.signal]) })
    return answer.trim() === 'yes'
  } catch {
    // Ctrl-C and the end of input are a no.
    return false
  } finally {
    lines.close()
  }
}
