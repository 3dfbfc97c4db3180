import { AsyncResource } from 'node:async_hooks'
import { onUncaughtError, setFinalExitCode } from './verdict.ts'

const ENDS = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Returns a signal that aborts at the first SIGINT or SIGTERM, with the signal's name as reason, and at an uncaught error, with the
 * error as reason. The engine then finishes or rolls back the current statement. A second SIGINT or SIGTERM ends the process
 * immediately. `warn` prints a message for both.
 */
export function makeStopSignal(warn: (says: string) => void): AbortSignal {
  const controller = new AbortController()
  // The handler runs outside the function of a migration that may have thrown the error. Inside such a function the engine must not
  // open a connection.
  onUncaughtError(AsyncResource.bind((because) => controller.abort(because)))
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        warn(`${name} again: ended immediately. The next run first reads what was done.`)
        setFinalExitCode(ENDS[name])
        process.exit()
      }
      warn(`${name}: finishing or rolling back the current statement. A second signal ends the process immediately.`)
      controller.abort(name)
    })
  }
  return controller.signal
}
