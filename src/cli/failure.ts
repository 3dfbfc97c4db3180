import { InterphaseError, messageOf } from '../error.ts'
import { paintFor, printError, wrapForStream } from './output.ts'
import { redact } from './redact.ts'
import { failureText } from './render/failure.ts'

/** The form in which failures are printed. */
export interface OutputStyle {
  readonly json: boolean
  /** True to print stack traces too. */
  readonly traces: boolean
}

/** The form of failures, from the unparsed arguments. It must work even if parsing the arguments fails. */
export function outputStyleOf(argv: readonly string[]): OutputStyle {
  // Arguments after -- belong to another program.
  const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  return { json: ours.includes('--json'), traces: /--log-level[= ](?:debug|trace)\b/.test(ours.join(' ')) }
}

/** Prints a failure on stderr, without passwords, and returns the exit code. */
export function printFailure(error: unknown, { json, traces }: OutputStyle): number {
  const failure =
    error instanceof InterphaseError ? error : new InterphaseError('internal', { problem: messageOf(error) }, { cause: error })
  printError(
    redact(json ? JSON.stringify(failureLine(failure)) : wrapForStream(failureText(failure, paintFor(process.stderr)), process.stderr)),
  )
  if (traces) printError(redact(traceOf(error)))
  return failure.exitCode
}

/** A failure in the form of `--json`. */
export function failureLine({ code, message, remedy, facts, exitCode }: InterphaseError) {
  return { type: 'error', code, says: message, remedy, facts, exitCode }
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.stack ?? error.message, ...(error.cause === undefined ? [] : [`caused by ${traceOf(error.cause)}`])].join('\n')
}
