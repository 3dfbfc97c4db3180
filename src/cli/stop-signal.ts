import { AsyncResource } from 'node:async_hooks'
import { setFinalExitCode, setUncaughtErrorHandler } from './process-end.ts'

const ENDS = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Returns a signal that aborts at the first SIGINT or SIGTERM, and at an uncaught error. The abort reason is the name of the
 * operating system's signal, or the error. The engine then completes or rolls back the current statement. A second SIGINT or
 * SIGTERM ends the process immediately. `warn` prints a message for each of the two signals.
 */
export function makeProcessStopSignal(warn: (says: string) => void): AbortSignal {
  const controller = new AbortController()
  // AsyncResource.bind makes the handler run outside the function of the migration that threw the error. Inside such a function,
  // the engine could not open a connection.
  setUncaughtErrorHandler(AsyncResource.bind((because) => controller.abort(because)))
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        warn(`${name} again: ended immediately. The next run first determines which statements were executed.`)
        setFinalExitCode(ENDS[name])
        process.exit()
      }
      warn(`${name}: finishing or rolling back the current statement. A second signal ends the process immediately.`)
      controller.abort(name)
    })
  }
  return controller.signal
}
