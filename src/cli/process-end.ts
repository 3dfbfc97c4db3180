import { callAfterDelay } from '../clock.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { type FailureOutputStyle, printFailure } from './failure.ts'

type Stop = (because: InterphaseError) => void

// The time in milliseconds for which unfinished work of a migration function can delay the end of the process.
const LEFT_RUNNING_MS = 500

// Node's exit code for a process that has no more work while its code still awaits a promise.
const WAITS_IN_VAIN = 13

let finalExitCode: number | undefined
let stop: Stop | undefined

/**
 * Sets the exit code of the process. Unfinished work of a migration function cannot change the exit code, and can delay the end
 * of the process for at most 500 ms.
 */
export function setFinalExitCode(code: number): void {
  finalExitCode ??= code
  process.exitCode = finalExitCode
  callAfterDelay(LEFT_RUNNING_MS, () => process.exit(finalExitCode))
}

/**
 * Sets the function that the process calls after an uncaught error. Without such a function, an uncaught error ends the process.
 */
export function setUncaughtErrorHandler(handler: Stop): void {
  stop = handler
}

/**
 * Registers handlers for a process that ends before the command has returned, and for uncaught errors. The handlers print an
 * error and set the exit code of the error.
 */
export function registerEarlyProcessEndHandlers(manner: FailureOutputStyle): void {
  process.on('exit', (code) => {
    if (finalExitCode === undefined) finalExitCode = printFailure(new InterphaseError('process.ended', { how: howOf(code) }), manner)
    process.exitCode = finalExitCode
  })
  process.on('uncaughtException', (error) => {
    const stray = new InterphaseError('process.stray-error', { problem: errorMessageOf(error) }, { cause: error })
    if (finalExitCode !== undefined) {
      finalExitCode = printFailure(stray, manner)
      process.exit(finalExitCode)
    }
    if (stop) return stop(stray)
    setFinalExitCode(printFailure(stray, manner))
    process.exit()
  })
}

function howOf(code: number): string {
  return code === WAITS_IN_VAIN ? 'the command awaits a promise that is never resolved' : `code of a migration called process.exit(${code})`
}
