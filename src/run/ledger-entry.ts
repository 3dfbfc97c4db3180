import type { DatabaseSession } from '../dialect/dialect.ts'
import type { LedgerWriter, PlanAndPolicyFingerprints } from '../ledger/write.ts'
import type { WorkCursor } from '../plan/cursor.ts'
import type { LedgerNoteFields } from '../plan/note.ts'
import type { Migration } from '../release/migration.ts'

/** The functions that write the ledger row of one migration while the migration or its undo runs. */
export interface MigrationLedgerWrites {
  /**
   * Writes the ledger row of a migration that begins. The caller calls `enter` inside the transaction of the migration, before
   * its first statement.
   */
  readonly enter: (startedAt: Date, cursor: WorkCursor) => Promise<void>
  /**
   * Writes the ledger row of a migration that begins and runs statement by statement. The caller calls `enterAlone` outside a
   * transaction.
   */
  readonly enterAlone: (startedAt: Date, cursor: WorkCursor) => Promise<void>
  /**
   * Writes the ledger row of a migration that is done as a whole. The caller calls `done` inside the transaction of the
   * migration, without an earlier call of `enter`.
   */
  readonly done: (startedAt: Date, affected: number) => Promise<void>
  /**
   * Updates the ledger row of the migration to the state done. The caller calls `finish` inside the transaction of the migration,
   * after `enter`.
   */
  readonly finish: (affected: number) => Promise<void>
  readonly finishAlone: () => Promise<void>
  /**
   * Removes an old ledger row of the migration. The caller calls `clear` inside the transaction of the migration, before its
   * first statement.
   */
  readonly clear: () => Promise<void>
  /** Removes the ledger row of a migration of which no statement was sent. */
  readonly withdraw: () => Promise<void>
  /**
   * Writes the cursor, which contains the progress of the migration, to the ledger, and adds `affected` to the number of rows
   * written.
   */
  readonly moveTo: (cursor: WorkCursor, affected?: number) => Promise<void>
  readonly isOpen: () => Promise<boolean>
  /**
   * Writes a note to the ledger about the statements that were done when a statement failed. With the note, the user can correct
   * the remaining statements of the file.
   */
  readonly stopped: (where: LedgerNoteFields<'stopped'>) => Promise<void>
  /** Updates the ledger row after the user corrected the remaining statements of a migration that had begun. */
  readonly correct: (cursor: WorkCursor) => Promise<void>
}

/** Makes the ledger writes for a migration that a run applies. The writes add a row, and the row stores the progress. */
export function makeLedgerWritesToApply(
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
    // A data step that runs again already has a ledger row. One transaction removes the old row and adds the new row, so that a
    // crash cannot lose both rows.
    enterAlone: (startedAt, cursor) =>
      again
        ? runInOneTransaction(session, [() => ledger.forget(migration, 'again'), () => enter(startedAt, cursor)])
        : enter(startedAt, cursor),
    clear: () => (again ? ledger.forget(migration, 'again') : Promise.resolve()),
    withdraw: () => (again ? Promise.resolve() : ledger.withdraw(migration)),
    done: (startedAt, affected) => ledger.done(migration, fingerprints, startedAt, affected),
    finish: (affected) => ledger.finish(migration, affected),
    finishAlone: () => ledger.finish(migration),
    stopped: (fields) => ledger.noteOnce({ kind: 'stopped', fields }, migration.id),
    correct: (cursor) => runInOneTransaction(session, [() => ledger.correct(migration, fingerprints, cursor)]),
  }
}

/**
 * Makes the ledger writes for a migration that a run undoes. The writes remove the row of the migration, and add a note with the
 * name of the undo file, if the migration has one.
 */
export function makeLedgerWritesToUndo(
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
    // If the run sent no statement of the undo, the ledger row stays, because the migration is still applied. The next undo then
    // begins with the first statement.
    withdraw: () => Promise.resolve(),
    done: forget,
    finish: forget,
    finishAlone: () => runInOneTransaction(session, [forget]),
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

/** Executes several writes to the ledger in one transaction. */
export async function runInOneTransaction(session: DatabaseSession, writes: readonly (() => Promise<void>)[]): Promise<void> {
  await session.begin()
  for (const write of writes) await write()
  await session.commit()
}
