import type { Session } from '../dialect/dialect.ts'
import type { Grounds, LedgerWriter } from '../ledger/write.ts'
import type { Cursor } from '../plan/cursor.ts'
import type { NoteFields } from '../plan/note.ts'
import type { Migration } from '../release/migration.ts'

/** What the ledger is told of one migration while it is applied or taken back. */
export interface LedgerEntry {
  /** In the transaction that does the work, before its first statement. */
  readonly enter: (startedAt: Date, cursor: Cursor) => Promise<void>
  /** The same outside of any transaction: statement by statement follows. */
  readonly enterAlone: (startedAt: Date, cursor: Cursor) => Promise<void>
  /** In the transaction that does the work, where nothing was said before. */
  readonly done: (startedAt: Date, affected: number) => Promise<void>
  /** In the transaction that does the work, after `enter`. */
  readonly finish: (affected: number) => Promise<void>
  readonly finishAlone: () => Promise<void>
  /** The transaction that says so is about to begin its work. */
  readonly clear: () => Promise<void>
  /** Nothing of the migration was sent: it has not begun. */
  readonly withdraw: () => Promise<void>
  /** The migration is as far as the cursor says, and wrote so many more rows on the way there. */
  readonly moveTo: (cursor: Cursor, affected?: number) => Promise<void>
  readonly isOpen: () => Promise<boolean>
  /** A statement failed; what is noted lets the rest of the file be corrected. */
  readonly stopped: (where: NoteFields<'stopped'>) => Promise<void>
  /** The file was corrected since it began. */
  readonly correct: (cursor: Cursor) => Promise<void>
}

/** A migration that is applied: its row comes, and says how far it is. */
export function entryToApply(ledger: LedgerWriter, session: Session, migration: Migration, grounds: Grounds): LedgerEntry {
  const again = grounds.how === 'again'
  const enter: LedgerEntry['enter'] = (startedAt, cursor) => ledger.begin(migration, grounds, startedAt, cursor)
  return {
    ...moves(ledger, migration),
    enter,
    // A step that runs once more has a row already; the old one goes and the new one comes in one transaction.
    enterAlone: (startedAt, cursor) =>
      again ? inOne(session, [() => ledger.forget(migration, 'again'), () => enter(startedAt, cursor)]) : enter(startedAt, cursor),
    clear: () => (again ? ledger.forget(migration, 'again') : Promise.resolve()),
    withdraw: () => (again ? Promise.resolve() : ledger.withdraw(migration)),
    done: (startedAt, affected) => ledger.done(migration, grounds, startedAt, affected),
    finish: (affected) => ledger.finish(migration, affected),
    finishAlone: () => ledger.finish(migration),
    stopped: (fields) => ledger.noteOnce({ kind: 'stopped', fields }, migration.id),
    correct: (cursor) => inOne(session, [() => ledger.correct(migration, grounds, cursor)]),
  }
}

/** A migration that is taken back by this file: its row goes, and a note says who did it. Without a file only the row goes. */
export function entryToUndo(ledger: LedgerWriter, session: Session, migration: Migration, file?: string): LedgerEntry {
  const forget = async () => {
    await ledger.forget(migration, 'undone')
    await ledger.note({ kind: 'undone', fields: file === undefined ? {} : { file } }, migration.id)
  }
  return {
    ...moves(ledger, migration),
    enter: (_, cursor) => ledger.undoing(migration, cursor),
    enterAlone: (_, cursor) => ledger.undoing(migration, cursor),
    clear: () => Promise.resolve(),
    // The next undo begins with its first statement.
    withdraw: () => Promise.resolve(),
    done: forget,
    finish: forget,
    finishAlone: () => inOne(session, [forget]),
    stopped: () => Promise.resolve(),
    correct: () => Promise.resolve(),
  }
}

function moves(ledger: LedgerWriter, migration: Migration): Pick<LedgerEntry, 'moveTo' | 'isOpen'> {
  return {
    moveTo: (cursor, affected) => ledger.moveTo(migration, cursor, affected),
    isOpen: () => ledger.isOpen(migration),
  }
}

/** These writes in one transaction. */
export async function inOne(session: Session, writes: readonly (() => Promise<void>)[]): Promise<void> {
  await session.begin()
  for (const write of writes) await write()
  await session.commit()
}
