import type { Session } from '../dialect/dialect.ts'
import type { Grounds, LedgerWriter } from '../ledger/write.ts'
import type { Migration } from '../release/migration.ts'

/** What the ledger is told of one migration while it is applied or taken back. */
export interface LedgerEntry {
  /** In the transaction that does the work, before its first statement. */
  readonly enter: (startedAt: Date, statements: number) => Promise<void>
  /** The same outside of any transaction: statement by statement follows. */
  readonly enterAlone: (startedAt: Date, statements: number) => Promise<void>
  /** In the transaction that does the work, where nothing was said before. */
  readonly done: (startedAt: Date, statements: number, affected: number) => Promise<void>
  /** In the transaction that does the work, after `enter`. */
  readonly finish: (affected: number) => Promise<void>
  readonly finishAlone: () => Promise<void>
  /** The transaction that says so is about to begin its work. */
  readonly clear: () => Promise<void>
  /** Nothing of the migration was sent: it has not begun. */
  readonly withdraw: () => Promise<void>
  readonly sending: (statement: number) => Promise<void>
  readonly passed: (next: number, affected: number) => Promise<void>
  readonly isOpen: () => Promise<boolean>
  /** A statement failed; what is noted lets the rest of the file be corrected. */
  readonly stopped: (note: string) => Promise<void>
  /** The file was corrected since it began. */
  readonly correct: (statements: number) => Promise<void>
}

/** A migration that is applied: its row comes, and says how far it is. */
export function entryToApply(ledger: LedgerWriter, session: Session, migration: Migration, grounds: Grounds): LedgerEntry {
  const again = grounds.how === 'again'
  const enter: LedgerEntry['enter'] = (startedAt, statements) => ledger.begin(migration, grounds, startedAt, statements)
  return {
    ...moves(ledger, migration),
    enter,
    // A step that runs once more has a row already; the old one goes and the new one comes in one transaction.
    enterAlone: (startedAt, statements) =>
      again ? inOne(session, [() => ledger.forget(migration, 'again'), () => enter(startedAt, statements)]) : enter(startedAt, statements),
    clear: () => (again ? ledger.forget(migration, 'again') : Promise.resolve()),
    withdraw: () => (again ? Promise.resolve() : ledger.withdraw(migration)),
    done: (startedAt, statements, affected) => ledger.done(migration, grounds, startedAt, statements, affected),
    finish: (affected) => ledger.finish(migration, affected),
    finishAlone: () => ledger.finish(migration),
    stopped: (note) => ledger.noteOnce('stopped', migration.id, note),
    correct: (statements) => inOne(session, [() => ledger.correct(migration, grounds, statements)]),
  }
}

/** A migration that is taken back: its row goes, and a note says who did it. */
export function entryToUndo(ledger: LedgerWriter, session: Session, migration: Migration, how: string): LedgerEntry {
  const forget = async () => {
    await ledger.forget(migration, 'undone')
    await ledger.note('undone', migration.id, how)
  }
  return {
    ...moves(ledger, migration),
    enter: (_, statements) => ledger.undoing(migration, statements),
    enterAlone: (_, statements) => ledger.undoing(migration, statements),
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

function moves(ledger: LedgerWriter, migration: Migration): Pick<LedgerEntry, 'sending' | 'passed' | 'isOpen'> {
  return {
    sending: (statement) => ledger.sending(migration, statement),
    passed: (next, affected) => ledger.passed(migration, next, affected),
    isOpen: () => ledger.isOpen(migration),
  }
}

/** These writes in one transaction. */
export async function inOne(session: Session, writes: readonly (() => Promise<void>)[]): Promise<void> {
  await session.begin()
  for (const write of writes) await write()
  await session.commit()
}
