import type { MigrationId } from '../release/migration.ts'

/** One iteration of the loop. */
export interface LoopItem {
  readonly id: MigrationId
  readonly run: () => Promise<void>
}

/**
 * Runs the migrations in this order with Umzug, without those that `isDone` names. Umzug stores nothing, because each migration
 * writes its ledger row in its own transaction.
 */
export async function runLoop(turns: readonly LoopItem[], isDone: (id: MigrationId) => boolean): Promise<void> {
  // Loaded here, so that commands that only read do not load the library.
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

/** Unwraps the error of Umzug, because the error of the engine is complete. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'MigrationError' && error.cause !== undefined ? error.cause : error
}
