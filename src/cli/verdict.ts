import { inCaseOf } from '../clock.ts'
import { InterphaseError, messageOf } from '../error.ts'
import { type OutputStyle, tellFailure } from './failure.ts'

type Stop = (because: InterphaseError) => void

// What a function of a migration left running may have nothing to say any more.
const LEFT_RUNNING_MS = 500

// Node's exit code for an event loop that is empty while the command still waits.
const WAITS_IN_VAIN = 13

let verdict: number | undefined
let stop: Stop | undefined

/** Decides what the process ends with. Nothing that a migration left running changes that or keeps the process alive for long. */
export function giveVerdict(code: number): void {
  verdict ??= code
  process.exitCode = verdict
  inCaseOf(LEFT_RUNNING_MS, () => process.exit(verdict))
}

/** An error that nobody caught ends the run in hand by `act`, so that it can roll back, instead of the process. */
export function stopOnStrayErrors(writing: Stop): void {
  stop = writing
}

/** Sees to it that the process never ends without a verdict as if all were well. */
export function watchEnd(manner: OutputStyle): void {
  process.on('exit', (code) => {
    if (verdict === undefined) verdict = tellFailure(new InterphaseError('process.ended', { how: howOf(code) }), manner)
    process.exitCode = verdict
  })
  process.on('uncaughtException', (error) => {
    const stray = new InterphaseError('process.stray-error', { problem: messageOf(error) }, { cause: error })
    if (verdict !== undefined) {
      verdict = tellFailure(stray, manner)
      process.exit(verdict)
    }
    if (stop) return stop(stray)
    giveVerdict(tellFailure(stray, manner))
    process.exit()
  })
}

function howOf(code: number): string {
  return code === WAITS_IN_VAIN
    ? 'what it waits for never comes, as from a promise that nobody resolves'
    : `something called process.exit(${code})`
}
