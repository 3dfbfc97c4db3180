import type { Clock } from '../clock.ts'
import type { Dialect, Session } from '../dialect/dialect.ts'
import { type Sql, sql, value, verbatim } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { type Cursor, storedCursor } from '../plan/cursor.ts'
import type { Applied, PastRun } from '../plan/history.ts'
import { type Note, type NoteContent, storedFields } from '../plan/note.ts'
import type { Migration } from '../release/migration.ts'
import type { GroupKey } from '../schema/object.ts'
import type { Lease } from './lease.ts'
import { headOf, type NoteRow, noteDigest } from './note-chain.ts'
import type { Writer } from './prepare.ts'

/** The plan and the policy under which a migration runs, as the ledger stores them. */
export interface PlanAndPolicy {
  readonly plan: string
  readonly policy: string
  readonly how: Applied['how']
}

/** Writes the ledger for a run that holds the lock. A write throws `ledger.taken-over` after a later run has begun. */
export class LedgerWriter {
  readonly #lease: Lease
  readonly #dialect: Pick<Dialect, 'isNullRefused' | 'epochLock'>
  readonly #clock: Clock
  readonly #writer: Writer
  #place: bigint

  constructor(lease: Lease, dialect: Pick<Dialect, 'isNullRefused' | 'epochLock'>, clock: Clock, writer: Writer, lastPlace: bigint) {
    this.#lease = lease
    this.#dialect = dialect
    this.#clock = clock
    this.#writer = writer
    // New rows continue the numbers of the existing rows, so that their order is known even if their times are equal.
    this.#place = lastPlace
  }

  /** Adds the row of a migration that is done. Must be called inside the transaction of the migration. */
  done(migration: Migration, grounds: PlanAndPolicy, startedAt: Date, affected: number): Promise<void> {
    return this.#put(migration, grounds, startedAt, { state: 'done', cursor: null, finishedAt: this.#now(), affected })
  }

  /** Adds the row of a migration that begins, with its cursor. */
  begin(migration: Migration, grounds: PlanAndPolicy, startedAt: Date, cursor: Cursor): Promise<void> {
    return this.#put(migration, grounds, startedAt, { state: 'running', cursor: storedCursor(cursor), finishedAt: null, affected: 0 })
  }

  /** Stores the cursor of a migration or of its undo, and adds `affected` to the number of rows written. */
  moveTo(migration: Migration, cursor: Cursor, affected = 0): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET run_cursor = ${value(storedCursor(cursor))}, affected = affected + ${value(affected)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** Marks an applied migration as being undone, with the cursor of its undo. */
  undoing(migration: Migration, cursor: Cursor): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET run_state = 'undoing', run_cursor = ${value(storedCursor(cursor))}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** Marks a migration as done, and adds `affected` to the number of rows written. */
  finish(migration: Migration, affected = 0): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET run_state = 'done', run_cursor = NULL, affected = affected + ${value(affected)}, finished_at = ${value(this.#now())}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** Stores the checksum of a file that was corrected after the statements that ran, and adds a note. */
  async correct(migration: Migration, grounds: PlanAndPolicy, cursor: Cursor): Promise<void> {
    await this.#guarded(
      sql`UPDATE interphase_migration SET checksum = ${value(migration.checksum)}, run_cursor = ${value(storedCursor(cursor))}, plan = ${value(grounds.plan)}, policy = ${value(grounds.policy)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
    await this.note({ kind: 'corrected', fields: {} }, migration.id)
  }

  /** Stores the checksum of the current file, for a migration that a person declares done. */
  async accept(migration: Migration): Promise<void> {
    await this.#guarded(
      sql`UPDATE interphase_migration SET checksum = ${value(migration.checksum)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** True if a migration has a row and is not done: it is running or being undone. */
  async isOpen(migration: Migration): Promise<boolean> {
    const found = await this.#session.query(
      sql`SELECT 1 AS found FROM interphase_migration WHERE ${this.#row(migration)} AND run_state <> 'done'`,
    )
    return found.length > 0
  }

  /**
   * Removes the row of a migration, so that the migration counts as not begun. The row is kept among the past runs. The caller must
   * open a transaction.
   */
  async forget(migration: Migration, because: PastRun['replaced']): Promise<void> {
    const columns = verbatim(
      'project, place, id, release_name, checksum, affected, how, started_at, finished_at, run_by, engine, plan, policy',
    )
    await this.#guarded(
      sql`INSERT INTO interphase_run (${columns}, replaced, replaced_at, replaced_by, epoch) SELECT ${columns}, ${value(because)}, ${value(this.#now())}, ${value(this.#writer.by)}, ${this.#myEpoch()} FROM interphase_migration WHERE ${this.#row(migration)}`,
    )
    await this.#session.query(sql`DELETE FROM interphase_migration WHERE ${this.#row(migration)}`)
  }

  /** Removes the row that this run wrote for a migration of which no statement was sent. */
  async withdraw(migration: Migration): Promise<void> {
    await this.#session.query(
      sql`DELETE FROM interphase_migration WHERE ${this.#row(migration)} AND run_state = ${value('running')} AND epoch = ${value(this.#lease.epoch)}`,
    )
  }

  /** Adds a note to the chain of notes, and returns it. Its digest covers the digest of the previous note. */
  async note(content: NoteContent, subject: string): Promise<Note> {
    const { project, by } = this.#writer
    const { head, last } = await this.#endOfChain()
    const fields = storedFields(content)
    const row = { place: String(BigInt(last?.place ?? 0) + 1n), noted_at: this.#now(), kind: content.kind, noted_by: by, subject, fields }
    const digest = noteDigest(headOf(head, last), row)
    await this.#guarded(
      sql`INSERT INTO interphase_note (project, place, noted_at, kind, noted_by, subject, fields, digest, epoch) VALUES (${value(project)}, ${value(BigInt(row.place))}, ${value(row.noted_at)}, ${value(row.kind)}, ${value(by)}, ${value(subject)}, ${value(fields)}, ${value(digest)}, ${this.#myEpoch()})`,
    )
    await this.#guarded(
      sql`UPDATE interphase_project SET note_head = ${value(digest)}, epoch = ${this.#myEpoch()} WHERE project = ${value(project)}`,
    )
    return { at: row.noted_at, by, subject, ...content }
  }

  /** Adds a note unless an equal one exists, so that a repeated event is noted once. */
  async noteOnce(content: NoteContent, subject: string): Promise<void> {
    const known = await this.#session.query(
      sql`SELECT 1 AS found FROM interphase_note WHERE project = ${value(this.#writer.project)} AND kind = ${value(content.kind)} AND subject = ${value(subject)} AND fields = ${value(storedFields(content))}`,
    )
    if (known.length === 0) await this.note(content, subject)
  }

  async #endOfChain(): Promise<{ readonly head: string; readonly last: NoteRow | undefined }> {
    const { project } = this.#writer
    const [row] = await this.#session.query<{ note_head: string } & (NoteRow | { readonly place: null })>(
      sql`SELECT p.note_head, n.place, n.noted_at, n.kind, n.noted_by, n.subject, n.fields, n.digest FROM interphase_project p LEFT JOIN interphase_note n ON n.project = p.project AND n.place = (SELECT max(place) FROM interphase_note WHERE project = ${value(project)}) WHERE p.project = ${value(project)}`,
    )
    return { head: row?.note_head ?? '', last: row === undefined || row.place === null ? undefined : row }
  }

  /** Stores the groups of schema objects that the project has in this database. */
  claim(groups: Iterable<GroupKey>): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_project SET table_groups = ${value([...groups].sort().join('\n'))}, epoch = ${this.#myEpoch()} WHERE project = ${value(this.#writer.project)}`,
    )
  }

  /** Removes the holder of the lock from the row of the project at the end of a run. */
  async leave(): Promise<void> {
    await this.#session.query(
      sql`UPDATE interphase_project SET backend = NULL, held_by = NULL, held_since = NULL WHERE project = ${value(this.#writer.project)} AND epoch = ${value(this.#lease.epoch)}`,
    )
  }

  #put(
    migration: Migration,
    grounds: PlanAndPolicy,
    startedAt: Date,
    row: { readonly state: string; readonly cursor: string | null; readonly finishedAt: string | null; readonly affected: number },
  ): Promise<void> {
    this.#place += 1n
    return this.#guarded(
      sql`INSERT INTO interphase_migration (project, id, place, release_name, checksum, run_state, run_cursor, affected, how, started_at, finished_at, run_by, engine, plan, policy, epoch) VALUES (${value(this.#writer.project)}, ${value(migration.id)}, ${value(this.#place)}, ${value(migration.release)}, ${value(migration.checksum)}, ${value(row.state)}, ${value(row.cursor)}, ${value(row.affected)}, ${value(grounds.how)}, ${value(startedAt.toISOString())}, ${value(row.finishedAt)}, ${value(this.#writer.by)}, ${value(this.#writer.engine)}, ${value(grounds.plan)}, ${value(grounds.policy)}, ${this.#myEpoch()})`,
    )
  }

  get #session(): Session {
    return this.#lease.session
  }

  #row(migration: Migration): Sql {
    return sql`project = ${value(this.#writer.project)} AND id = ${value(migration.id)}`
  }

  /** The SQL expression for the epoch of this run. The expression gives NULL after a later run has begun, and the column refuses NULL. */
  #myEpoch(): Sql {
    return sql`(SELECT p.epoch FROM (SELECT epoch FROM interphase_project WHERE project = ${value(this.#writer.project)} AND epoch = ${value(this.#lease.epoch)}${this.#dialect.epochLock}) p)`
  }

  async #guarded(statement: Sql): Promise<void> {
    try {
      await this.#session.query(statement)
    } catch (error) {
      if (!this.#dialect.isNullRefused(error, 'epoch')) throw error
      const facts = { project: this.#writer.project, epoch: String(this.#lease.epoch), by: 'a later run' }
      throw new InterphaseError('ledger.taken-over', facts, { cause: error })
    }
  }

  #now(): string {
    return this.#clock.now().toISOString()
  }
}
