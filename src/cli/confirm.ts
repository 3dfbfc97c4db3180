import { createInterface } from 'node:readline/promises'
import { type InterphaseError, isError } from '../error.ts'
import { paintFor } from './output.ts'

/** Runs, and where something is destroyed that nobody has agreed to, asks a person at a terminal before `confirmed` runs. */
export async function withConsent(
  signal: AbortSignal,
  run: () => Promise<unknown>,
  confirmed: (refused: InterphaseError<'phase.unconfirmed'>) => Promise<unknown>,
): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isError(error, 'phase.unconfirmed') || !(await agrees(error, signal))) throw error
    await confirmed(error)
  }
}

/** True only when a person at a terminal says so in full. */
async function agrees({ message }: InterphaseError<'phase.unconfirmed'>, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false
  const paint = paintFor(process.stdout)
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const leave = new AbortController()
  lines.on('SIGINT', () => leave.abort())
  lines.on('close', () => leave.abort())
  try {
    const question = `${paint('yellow', message)}\nType ${paint('bold', 'yes')} to go on: `
    const answer = await lines.question(question, { signal: AbortSignal.any([signal, leave.signal]) })
    return answer.trim() === 'yes'
  } catch {
    // Ctrl-C and the end of input are a no.
    return false
  } finally {
    lines.close()
  }
}
