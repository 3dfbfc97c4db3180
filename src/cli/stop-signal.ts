import { AsyncResource } from 'node:async_hooks'
import { setMigrationCodeListener } from '../migration-code.ts'
import { BlockedThreadWatch } from './blocked-thread.ts'
import { setFinalExitCode, setUncaughtErrorHandler } from './process-end.ts'

const ENDS = { SIGINT: 130, SIGTERM: 143 } as const
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

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
  const handle = AsyncResource.bind((name: (typeof SIGNALS)[number]) => {
    if (controller.signal.aborted) {
      warn(`${name} again: ended immediately. The next run first determines which statements were executed.`)
      setFinalExitCode(ENDS[name])
      process.exit()
    }
    warn(`${name}: finishing or rolling back the current statement. A second signal ends the process immediately.`)
    controller.abort(name)
  })
  for (const name of SIGNALS) process.on(name, handle)
  letSignalsEndBlockedThread(handle)
  return controller.signal
}

/**
 * Removes the handler of the signals while code of a migration blocks the main thread, because a blocked thread executes no handler.
 * Without a handler, the operating system itself ends the process at a signal.
 */
function letSignalsEndBlockedThread(handle: (name: (typeof SIGNALS)[number]) => void): void {
  let isRemoved = false
  const watch = new BlockedThreadWatch(
    () => {
      isRemoved = true
      for (const name of SIGNALS) process.off(name, handle)
    },
    () => {
      if (isRemoved) for (const name of SIGNALS) process.on(name, handle)
      isRemoved = false
    },
  )
  setMigrationCodeListener({ began: () => watch.begin(), ended: () => watch.end() })
}
