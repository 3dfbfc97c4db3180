import type { DatabaseSession } from '../dialect/dialect.ts'
import type { LedgerWriter, PlanAndPolicyFingerprints } from '../ledger/write.ts'
import type { WorkCursor } from '../plan/cursor.ts'
import type { LedgerNoteFields } from '../plan/note.ts'
import type { Migration } from '../release/migration.ts'

/** The writes to the ledger for one migration while the migration or its undo runs. */
export interface MigrationLedgerWrites {
  /** Records that the migration has begun. Must be called inside the transaction of the migration, before its first statement. */
  readonly enter: (startedAt: Date, cursor: WorkCursor) => Promise<void>
  /** Records outside a transaction that the migration has begun, for a migration that runs statement by statement. */
  readonly enterAlone: (startedAt: Date, cursor: WorkCursor) => Promise<void>
  /** Records the whole migration as done. Must be called inside the transaction of the migration, without an earlier call of `enter`. */
  readonly done: (startedAt: Date, affected: number) => Promise<void>
  /** Records that the migration is done. Must be called inside the transaction of the migration, after `enter`. */
  readonly finish: (affected: number) => Promise<void>
  readonly finishAlone: () => Promise<void>
  /** Removes an old ledger row of this migration. Must be called inside the transaction, before its first statement. */
  readonly clear: () => Promise<void>
  /** Removes the ledger row of a migration of which no statement was sent. */
  readonly withdraw: () => Promise<void>
  /** Stores the cursor and adds `affected` to the number of rows written. */
  readonly moveTo: (cursor: WorkCursor, affected?: number) => Promise<void>
  readonly isOpen: () => Promise<boolean>
  /** Records the statements that were done when a statement failed, so that the user can correct the rest of the file. */
  readonly stopped: (where: LedgerNoteFields<'stopped'>) => Promise<void>
  /** Records that the rest of the file was corrected after the migration had begun. */
  readonly correct: (cursor: WorkCursor) => Promise<void>
}

/** Makes the ledger writes for a migration that is applied: a row is added and stores the progress. */
export function ledgerWritesToApply(
  ledger: LedgerWriter,
  session: DatabaseSession,
  migration: Migration,
  fingerprints: PlanAndPolicyFingerprints,
): MigrationLedgerWrites {
  const again = fingerprints.how === 'again'
  const enter: MigrationLedgerWrites['enter'] = (startedAt, cursor) => ledger.begin(migration, fingerprints, startedAt, cursor)
  return {
    ...moves(ledger, migration),
    enter,
    // A data step that runs again has a row already. One transaction replaces the row, so that a crash cannot lose both.
    enterAlone: (startedAt, cursor) =>
      again
        ? inOneTransaction(session, [() => ledger.forget(migration, 'again'), () => enter(startedAt, cursor)])
        : enter(startedAt, cursor),
    clear: () => (again ? ledger.forget(migration, 'again') : Promise.resolve()),
    withdraw: () => (again ? Promise.resolve() : ledger.withdraw(migration)),
    done: (startedAt, affected) => ledger.done(migration, fingerprints, startedAt, affected),
    finish: (affected) => ledger.finish(migration, affected),
    finishAlone: () => ledger.finish(migration),
    stopped: (fields) => ledger.noteOnce({ kind: 'stopped', fields }, migration.id),
    correct: (cursor) => inOneTransaction(session, [() => ledger.correct(migration, fingerprints, cursor)]),
  }
}

/**
 * Makes the ledger writes for a migration that is undone: its row is removed, and a note names the undo file, if the migration has
 * one.
 */
export function ledgerWritesToUndo(
  ledger: LedgerWriter,
  session: DatabaseSession,
  migration: Migration,
  file?: string,
): MigrationLedgerWrites {
  const forget = async () => {
    await ledger.forget(migration, 'undone')
    await ledger.note({ kind: 'undone', fields: file === undefined ? {} : { file } }, migration.id)
  }
  return {
    ...moves(ledger, migration),
    enter: (_, cursor) => ledger.undoing(migration, cursor),
    enterAlone: (_, cursor) => ledger.undoing(migration, cursor),
    clear: () => Promise.resolve(),
    // The row stays when no statement of the undo was sent. The migration is still applied, and the next undo starts with the first
    // statement.
    withdraw: () => Promise.resolve(),
    done: forget,
    finish: forget,
    finishAlone: () => inOneTransaction(session, [forget]),
    stopped: () => Promise.resolve(),
    correct: () => Promise.resolve(),
  }
}

function moves(ledger: LedgerWriter, migration: Migration): Pick<MigrationLedgerWrites, 'moveTo' | 'isOpen'> {
  return {
    moveTo: (cursor, affected) => ledger.moveTo(migration, cursor, affected),
    isOpen: () => ledger.isOpen(migration),
  }
}

/** Runs several writes in one transaction. */
export async function inOneTransaction(session: DatabaseSession, writes: readonly (() => Promise<void>)[]): Promise<void> {
  await session.begin()
  for (const write of writes) await write()
  await session.commit()
}
