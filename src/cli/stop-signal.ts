import { AsyncResource } from 'node:async_hooks'
import { giveVerdict, stopOnStrayErrors } from './verdict.ts'

const ENDS = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Aborts at an error that nobody caught, with the error as reason, and at the first SIGINT or SIGTERM, with its name as reason, so that the engine can finish or roll back what is in
 * hand; a second one ends the process at once. `warn` tells so.
 */
export function stopSignal(warn: (says: string) => void): AbortSignal {
  const controller = new AbortController()
  // Whoever threw it may be a function of a migration, within which the engine opens no connection.
  stopOnStrayErrors(AsyncResource.bind((because) => controller.abort(because)))
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        warn(`${name} again: ended at once. The next run looks what was done.`)
        giveVerdict(ENDS[name])
        process.exit()
      }
      warn(`${name}: finishing or rolling back what is in hand; once more to end at once.`)
      controller.abort(name)
    })
  }
  return controller.signal
}
