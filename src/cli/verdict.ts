import { callAfterDelay } from '../clock.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { type FailureOutputStyle, printFailure } from './failure.ts'

type Stop = (because: InterphaseError) => void

// How long leftover work of a migration function may delay the end of the process, in milliseconds.
const LEFT_RUNNING_MS = 500

// Node's exit code for a process that has no more work while a promise is still awaited.
const WAITS_IN_VAIN = 13

let verdict: number | undefined
let stop: Stop | undefined

/**
 * Sets the exit code of the process. Leftover work of a migration function can neither change the exit code nor keep the process alive
 * for long.
 */
export function setFinalExitCode(code: number): void {
  verdict ??= code
  process.exitCode = verdict
  callAfterDelay(LEFT_RUNNING_MS, () => process.exit(verdict))
}

/** Calls the given function at an uncaught error instead of ending the process, so that the run can roll back. */
export function onUncaughtError(writing: Stop): void {
  stop = writing
}

/** Reports a failure if the process ends before the command has returned. */
export function reportEarlyProcessEnd(manner: FailureOutputStyle): void {
  process.on('exit', (code) => {
    if (verdict === undefined) verdict = printFailure(new InterphaseError('process.ended', { how: howOf(code) }), manner)
    process.exitCode = verdict
  })
  process.on('uncaughtException', (error) => {
    const stray = new InterphaseError('process.stray-error', { problem: errorMessageOf(error) }, { cause: error })
    if (verdict !== undefined) {
      verdict = printFailure(stray, manner)
      process.exit(verdict)
    }
    if (stop) return stop(stray)
    setFinalExitCode(printFailure(stray, manner))
    process.exit()
  })
}

function howOf(code: number): string {
  return code === WAITS_IN_VAIN ? 'a promise that it awaits is never resolved' : `code of a migration called process.exit(${code})`
}
