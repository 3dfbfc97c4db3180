import type { MigrationId } from '../release/migration.ts'

/** One migration for the loop: its id, and the function that runs it. */
export interface MigrationLoopItem {
  readonly id: MigrationId
  readonly run: () => Promise<void>
}

/**
 * Runs the migrations in this order with the library Umzug, without those for which `isDone` is true. Umzug stores nothing, because
 * each migration writes its ledger row in its own transaction.
 */
export async function runMigrationLoop(items: readonly MigrationLoopItem[], isDone: (id: MigrationId) => boolean): Promise<void> {
  // The library is loaded only here, so that commands which only read do not load it.
  const { Umzug } = await import('umzug')
  const umzug = new Umzug({
    migrations: items.map((item) => ({ name: item.id, up: item.run })),
    storage: {
      executed: async () => items.map((item) => item.id).filter(isDone),
      logMigration: async () => undefined,
      unlogMigration: async () => undefined,
    },
    logger: undefined,
  })
  try {
    await umzug.up()
  } catch (error) {
    throw causeOf(error)
  }
}

/** Returns the cause of an error that Umzug wrapped, because the error of the engine is complete. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'MigrationError' && error.cause !== undefined ? error.cause : error
}
