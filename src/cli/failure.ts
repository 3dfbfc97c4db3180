import { errorMessageOf, InterphaseError } from '../error.ts'
import { makePaintForStream, printToStderr, wrapToTerminalWidth } from './output.ts'
import { redactUrlPasswords } from './redact.ts'
import { formatFailure } from './render/failure.ts'

/** The form in which interphase prints a failure: as JSON or as text, with or without stack traces. */
export interface FailureOutputStyle {
  readonly json: boolean
  /** True if interphase prints stack traces. */
  readonly traces: boolean
}

/**
 * Returns the form in which interphase prints failures, from the arguments of the process. The function uses no parser, because a
 * failure must be printed in the right form even if the command line cannot be parsed.
 */
export function parseFailureOutputStyle(argv: readonly string[]): FailureOutputStyle {
  // The arguments after `--` belong to the user's command and not to interphase.
  const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  return { json: ours.includes('--json'), traces: /--log-level[= ](?:debug|trace)\b/.test(ours.join(' ')) }
}

/** Prints a failure on stderr, without passwords. Returns the exit code for the failure. */
export function printFailure(error: unknown, { json, traces }: FailureOutputStyle): number {
  const failure =
    error instanceof InterphaseError ? error : new InterphaseError('internal', { problem: errorMessageOf(error) }, { cause: error })
  printToStderr(
    redactUrlPasswords(
      json
        ? JSON.stringify(makeFailureDocument(failure))
        : wrapToTerminalWidth(formatFailure(failure, makePaintForStream(process.stderr)), process.stderr),
    ),
  )
  if (traces) printToStderr(redactUrlPasswords(traceOf(error)))
  return failure.exitCode
}

/** Returns a failure as the object that `--json` prints. */
export function makeFailureDocument({ code, message, remedy, facts, exitCode }: InterphaseError) {
  return { type: 'error', code, says: message, remedy, facts, exitCode }
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.stack ?? error.message, ...(error.cause === undefined ? [] : [`caused by ${traceOf(error.cause)}`])].join('\n')
}
