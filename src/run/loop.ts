import type { MigrationId } from '../release/migration.ts'

/** One migration that the loop of a run executes: its id, and the function that runs it. */
export interface MigrationLoopItem {
  readonly id: MigrationId
  readonly run: () => Promise<void>
}

/**
 * Runs migrations in the given order with the library Umzug. The loop skips migrations for which `isDone` returns true. Umzug
 * stores no progress, because each migration writes its ledger row in its own transaction.
 */
export async function runMigrationLoop(items: readonly MigrationLoopItem[], isDone: (id: MigrationId) => boolean): Promise<void> {
  // The loop imports the library Umzug only when migrations run. Commands that only read therefore do not load the library.
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

/** Returns the original error that Umzug has wrapped in another error. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'MigrationError' && error.cause !== undefined ? error.cause : error
}
