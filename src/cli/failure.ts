import { InterphaseError, messageOf } from '../error.ts'
import { complain, fitted, paintFor } from './output.ts'
import { redact } from './redact.ts'
import { failureText } from './render/failure.ts'

/** How failures are told. */
export interface OutputStyle {
  readonly json: boolean
  /** Stack traces, too. */
  readonly traces: boolean
}

/** Failures must be told in the manner that was asked for even where the arguments could not be parsed. */
export function outputStyleOf(argv: readonly string[]): OutputStyle {
  // What stands behind is another program's.
  const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  return { json: ours.includes('--json'), traces: /--log-level[= ](?:debug|trace)\b/.test(ours.join(' ')) }
}

/** Tells on stderr what went wrong and gives the exit code. Nothing that is told carries a password. */
export function tellFailure(error: unknown, { json, traces }: OutputStyle): number {
  const failure =
    error instanceof InterphaseError ? error : new InterphaseError('internal', { problem: messageOf(error) }, { cause: error })
  complain(redact(json ? JSON.stringify(failureLine(failure)) : fitted(failureText(failure, paintFor(process.stderr)), process.stderr)))
  if (traces) complain(redact(traceOf(error)))
  return failure.exitCode
}

/** A failure as `--json` prints it. */
export function failureLine({ code, message, remedy, facts, exitCode }: InterphaseError) {
  return { type: 'error', code, says: message, remedy, facts, exitCode }
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.stack ?? error.message, ...(error.cause === undefined ? [] : [`caused by ${traceOf(error.cause)}`])].join('\n')
}
