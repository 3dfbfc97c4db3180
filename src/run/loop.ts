import type { MigrationId } from '../release/migration.ts'

/** One turn of the loop. */
export interface LoopItem {
  readonly id: MigrationId
  readonly run: () => Promise<void>
}

/**
 * Runs the turns in the order given. Umzug runs the loop; what has been done it asks the ledger, and it writes nothing
 * there: a migration's row is written in the migration's own transaction.
 */
export async function runLoop(turns: readonly LoopItem[], isDone: (id: MigrationId) => boolean): Promise<void> {
  // Whoever only reads does not wait for the library to load.
  const { Umzug } = await import('umzug')
  const umzug = new Umzug({
    migrations: turns.map((turn) => ({ name: turn.id, up: turn.run })),
    storage: {
      executed: async () => turns.map((turn) => turn.id).filter(isDone),
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

/** Umzug wraps what a migration threw; the engine's errors say it all by themselves. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'MigrationError' && error.cause !== undefined ? error.cause : error
}
