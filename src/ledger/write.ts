import type { Clock } from '../clock.ts'
import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue, sqlVerbatim } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { serializeWorkCursor, type WorkCursor } from '../plan/cursor.ts'
import type { AppliedMigration, ReplacedMigrationRun } from '../plan/history.ts'
import { type LedgerNote, type LedgerNoteContent, serializeNoteFields } from '../plan/note.ts'
import type { Migration } from '../release/migration.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { RunLease } from './lease.ts'
import { computeNoteDigest, digestBeforeNextNote, type LedgerNoteRow } from './note-chain.ts'
import type { LedgerRowOrigin } from './prepare.ts'
import { deleteFromQuarantineSql } from './quarantine.ts'
import { QUARANTINE_TABLE_NAME } from './tables.ts'

// The length of the column `noted_by` in characters. The engine shortens the name of an author to this length.
const LONGEST_AUTHOR = 300

/** Returns the author of a note as a text, such as `anna@host as shop_owner, https://ci.example.com/job/7`. */
function formatNoteAuthor({ by, role, job }: LedgerRowOrigin): string {
  return `${by}${role === undefined ? '' : ` as ${role}`}${job === undefined ? '' : `, ${job}`}`.slice(0, LONGEST_AUTHOR)
}

/**
 * The fingerprints of the plan and the policy under which a migration runs, and the occasion of the migration, such as a normal
 * run or an adoption.
 */
export interface PlanAndPolicyFingerprints {
  readonly plan: string
  readonly policy: string
  readonly how: AppliedMigration['how']
}

type WriterDialect = Pick<Dialect, 'isNullRefused' | 'epochLock' | 'hasTable'>

/**
 * Writes the ledger for a run that holds the lock of the project. After a later run has begun, `withdraw` and `leave` change
 * nothing, and all other writes throw `ledger.taken-over`.
 */
export class LedgerWriter {
  readonly #lease: RunLease
  readonly #dialect: WriterDialect
  readonly #clock: Clock
  readonly #writer: LedgerRowOrigin
  #place: bigint

  constructor(lease: RunLease, dialect: WriterDialect, clock: Clock, writer: LedgerRowOrigin, lastPlace: bigint) {
    this.#lease = lease
    this.#dialect = dialect
    this.#clock = clock
    this.#writer = writer
    // The number `place` of a new ledger row continues after the number of the last existing row. The numbers therefore show the
    // order of rows with equal times.
    this.#place = lastPlace
  }

  /** Adds the ledger row of a migration that is done. The caller calls `done` inside the transaction of the migration. */
  done(migration: Migration, fingerprints: PlanAndPolicyFingerprints, startedAt: Date, affected: number): Promise<void> {
    return this.#put(migration, fingerprints, startedAt, { state: 'done', cursor: null, finishedAt: this.#now(), affected })
  }

  /** Adds the ledger row of a migration that begins, with the cursor, which contains the progress of the migration. */
  begin(migration: Migration, fingerprints: PlanAndPolicyFingerprints, startedAt: Date, cursor: WorkCursor): Promise<void> {
    return this.#put(migration, fingerprints, startedAt, {
      state: 'running',
      cursor: serializeWorkCursor(cursor),
      finishedAt: null,
      affected: 0,
    })
  }

  /**
   * Stores the cursor (the progress) of a migration or of its undo in the ledger, and adds `affected` to the number of rows
   * written.
   */
  moveTo(migration: Migration, cursor: WorkCursor, affected = 0): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET run_cursor = ${sqlValue(serializeWorkCursor(cursor))}, affected = affected + ${sqlValue(affected)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /**
   * Changes the ledger row of an applied migration to the state `undoing`, with the cursor, which contains the progress of the
   * undo.
   */
  undoing(migration: Migration, cursor: WorkCursor): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET run_state = 'undoing', run_cursor = ${sqlValue(serializeWorkCursor(cursor))}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** Adds `affected` to the number of rows that a migration has written. The migration can already be done. */
  addAffected(migration: Migration, affected: number): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET affected = affected + ${sqlValue(affected)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /**
   * Sends a write that other code makes, such as a write to the ledger table of rows in quarantine. `make` receives the SQL
   * expression of the epoch, which the write must store in the column `epoch`. The server then refuses the write after a later
   * run has begun.
   */
  writeWithEpoch(make: (epoch: SqlStatement) => SqlStatement): Promise<void> {
    return this.#guarded(make(this.#myEpoch()))
  }

  /** Changes the ledger row of a migration to the state done, and adds `affected` to the number of rows written. */
  finish(migration: Migration, affected = 0): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET run_state = 'done', run_cursor = NULL, affected = affected + ${sqlValue(affected)}, finished_at = ${sqlValue(this.#now())}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /**
   * Stores the new checksum, progress, plan and policy of an interrupted migration, after the user corrected the statements in its
   * file that have not run. The method also adds a note.
   */
  async correct(migration: Migration, fingerprints: PlanAndPolicyFingerprints, cursor: WorkCursor): Promise<void> {
    await this.#guarded(
      sql`UPDATE interphase_migration SET checksum = ${sqlValue(migration.checksum)}, run_cursor = ${sqlValue(serializeWorkCursor(cursor))}, plan = ${sqlValue(fingerprints.plan)}, policy = ${sqlValue(fingerprints.policy)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
    await this.note({ kind: 'corrected', fields: {} }, migration.id)
  }

  /** Stores the checksum of the present file in the ledger, for a migration that a person declares done. */
  async accept(migration: Migration): Promise<void> {
    await this.#guarded(
      sql`UPDATE interphase_migration SET checksum = ${sqlValue(migration.checksum)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** Returns true if a migration has a ledger row and is not done, because the migration is running or being undone. */
  async isOpen(migration: Migration): Promise<boolean> {
    const found = await this.#session.query(
      sql`SELECT 1 AS found FROM interphase_migration WHERE ${this.#row(migration)} AND run_state <> 'done'`,
    )
    return found.length > 0
  }

  /**
   * Removes the ledger row of a migration and its rows in quarantine, so that the migration counts as not begun. The method adds
   * a copy of the row to the past runs. The caller must open a transaction.
   */
  async forget(migration: Migration, because: ReplacedMigrationRun['replaced']): Promise<void> {
    const columns = sqlVerbatim(
      'project, place, id, release_name, checksum, affected, how, started_at, finished_at, run_by, engine, plan, policy',
    )
    await this.#guarded(
      sql`INSERT INTO interphase_run (${columns}, replaced, replaced_at, replaced_by, epoch) SELECT ${columns}, ${sqlValue(because)}, ${sqlValue(this.#now())}, ${sqlValue(this.#writer.by)}, ${this.#myEpoch()} FROM interphase_migration WHERE ${this.#row(migration)}`,
    )
    await this.#session.query(sql`DELETE FROM interphase_migration WHERE ${this.#row(migration)}`)
    if (await this.#dialect.hasTable(this.#session, QUARANTINE_TABLE_NAME))
      await this.#session.query(deleteFromQuarantineSql(this.#writer.project, migration.id))
  }

  /** Removes the ledger row that the present run wrote for a migration, if the run has sent no statement of the migration. */
  async withdraw(migration: Migration): Promise<void> {
    await this.#session.query(
      sql`DELETE FROM interphase_migration WHERE ${this.#row(migration)} AND run_state = ${sqlValue('running')} AND epoch = ${sqlValue(this.#lease.epoch)}`,
    )
  }

  /**
   * Adds a note to the chain of notes in the ledger, and returns the note. The digest of a note is computed from the digest of
   * the previous note.
   */
  async note(content: LedgerNoteContent, subject: string): Promise<LedgerNote> {
    const { project } = this.#writer
    const by = formatNoteAuthor(this.#writer)
    const { head, last } = await this.#endOfChain()
    const fields = serializeNoteFields(content)
    const row = { place: String(BigInt(last?.place ?? 0) + 1n), noted_at: this.#now(), kind: content.kind, noted_by: by, subject, fields }
    const digest = computeNoteDigest(digestBeforeNextNote(head, last), row)
    await this.#guarded(
      sql`INSERT INTO interphase_note (project, place, noted_at, kind, noted_by, subject, fields, digest, epoch) VALUES (${sqlValue(project)}, ${sqlValue(BigInt(row.place))}, ${sqlValue(row.noted_at)}, ${sqlValue(row.kind)}, ${sqlValue(by)}, ${sqlValue(subject)}, ${sqlValue(fields)}, ${sqlValue(digest)}, ${this.#myEpoch()})`,
    )
    await this.#guarded(
      sql`UPDATE interphase_project SET note_head = ${sqlValue(digest)}, epoch = ${this.#myEpoch()} WHERE project = ${sqlValue(project)}`,
    )
    return { at: row.noted_at, by, subject, ...content }
  }

  /** Adds a note to the ledger, unless an equal note exists. A repeated event therefore causes only one note. */
  async noteOnce(content: LedgerNoteContent, subject: string): Promise<void> {
    const known = await this.#session.query(
      sql`SELECT 1 AS found FROM interphase_note WHERE project = ${sqlValue(this.#writer.project)} AND kind = ${sqlValue(content.kind)} AND subject = ${sqlValue(subject)} AND fields = ${sqlValue(serializeNoteFields(content))}`,
    )
    if (known.length === 0) await this.note(content, subject)
  }

  async #endOfChain(): Promise<{ readonly head: string; readonly last: LedgerNoteRow | undefined }> {
    const { project } = this.#writer
    const [row] = await this.#session.query<{ note_head: string } & (LedgerNoteRow | { readonly place: null })>(
      sql`SELECT p.note_head, n.place, n.noted_at, n.kind, n.noted_by, n.subject, n.fields, n.digest FROM interphase_project p LEFT JOIN interphase_note n ON n.project = p.project AND n.place = (SELECT max(place) FROM interphase_note WHERE project = ${sqlValue(project)}) WHERE p.project = ${sqlValue(project)}`,
    )
    return { head: row?.note_head ?? '', last: row === undefined || row.place === null ? undefined : row }
  }

  /** Stores in the ledger which groups of schema objects the project has in the database. */
  claim(groups: Iterable<SchemaGroupKey>): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_project SET table_groups = ${sqlValue([...groups].sort().join('\n'))}, epoch = ${this.#myEpoch()} WHERE project = ${sqlValue(this.#writer.project)}`,
    )
  }

  /** Removes the holder of the lock from the project's row in the ledger, at the end of a run. */
  async leave(): Promise<void> {
    await this.#session.query(
      sql`UPDATE interphase_project SET backend = NULL, held_by = NULL, held_since = NULL WHERE project = ${sqlValue(this.#writer.project)} AND epoch = ${sqlValue(this.#lease.epoch)}`,
    )
  }

  #put(
    migration: Migration,
    fingerprints: PlanAndPolicyFingerprints,
    startedAt: Date,
    row: { readonly state: string; readonly cursor: string | null; readonly finishedAt: string | null; readonly affected: number },
  ): Promise<void> {
    this.#place += 1n
    return this.#guarded(
      sql`INSERT INTO interphase_migration (project, id, place, release_name, checksum, run_state, run_cursor, affected, how, started_at, finished_at, run_by, engine, plan, policy, epoch) VALUES (${sqlValue(this.#writer.project)}, ${sqlValue(migration.id)}, ${sqlValue(this.#place)}, ${sqlValue(migration.release)}, ${sqlValue(migration.checksum)}, ${sqlValue(row.state)}, ${sqlValue(row.cursor)}, ${sqlValue(row.affected)}, ${sqlValue(fingerprints.how)}, ${sqlValue(startedAt.toISOString())}, ${sqlValue(row.finishedAt)}, ${sqlValue(this.#writer.by)}, ${sqlValue(this.#writer.engine)}, ${sqlValue(fingerprints.plan)}, ${sqlValue(fingerprints.policy)}, ${this.#myEpoch()})`,
    )
  }

  get #session(): DatabaseSession {
    return this.#lease.session
  }

  #row(migration: Migration): SqlStatement {
    return sql`project = ${sqlValue(this.#writer.project)} AND id = ${sqlValue(migration.id)}`
  }

  /**
   * Returns the SQL expression for the number (the epoch) of the run. After a later run has begun, the expression is NULL, and
   * the server refuses the write because the column `epoch` is NOT NULL.
   */
  #myEpoch(): SqlStatement {
    return sql`(SELECT p.epoch FROM (SELECT epoch FROM interphase_project WHERE project = ${sqlValue(this.#writer.project)} AND epoch = ${sqlValue(this.#lease.epoch)}${this.#dialect.epochLock}) p)`
  }

  async #guarded(statement: SqlStatement): Promise<void> {
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
