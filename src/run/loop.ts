import type { MigrationId } from '../release/migration.ts'

/** One migration for the loop: the id of the migration, and the function that runs the migration. */
export interface MigrationLoopItem {
  readonly id: MigrationId
  readonly run: () => Promise<void>
}

/**
 * Runs migrations in the given order with the library Umzug. Migrations for which `isDone` returns true do not run. Umzug stores
 * no progress, because each migration writes its ledger row in its own transaction.
 */
export async function runMigrationLoop(items: readonly MigrationLoopItem[], isDone: (id: MigrationId) => boolean): Promise<void> {
  // The library is imported only when migrations run, so that commands which only read do not load the library.
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

/** Returns the original error of an error that Umzug wrapped. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'MigrationError' && error.cause !== undefined ? error.cause : error
}
