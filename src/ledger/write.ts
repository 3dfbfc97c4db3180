import type { Clock } from '../clock.ts'
import type { Dialect, Session } from '../dialect/dialect.ts'
import { type Sql, sql, value, verbatim } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import type { Applied, Note, PastRun } from '../plan/history.ts'
import type { Migration } from '../release/migration.ts'
import type { GroupKey } from '../schema/object.ts'
import { FORMAT, tables } from './tables.ts'

/** Who writes: told in every row. */
export interface Writer {
  readonly project: string
  /** `name@host` of the person or machine. */
  readonly by: string
  readonly engine: string
}

/** What stands behind a migration's row: the plan and the policy it ran under. */
export interface Grounds {
  readonly plan: string
  readonly policy: string
  readonly how: Applied['how']
}

/** Makes the ledger's tables where they are missing, and the project's row. The caller holds the project's lock. */
export async function prepareLedger(
  session: Session,
  dialect: Pick<Dialect, 'ledgerTableOptions' | 'ledgerText'>,
  project: string,
): Promise<void> {
  for (const statement of tables(dialect)) await session.query(statement)
  const [known] = await session.query<{ format: string | number }>(
    sql`SELECT format FROM interphase_project WHERE project = ${value(project)}`,
  )
  // What an earlier format lacks was made above; from here on, an engine that knows only that format refuses the ledger.
  if (known && Number(known.format) < FORMAT) {
    await session.query(sql`UPDATE interphase_project SET format = ${value(FORMAT)} WHERE project = ${value(project)}`)
  }
  if (known) return
  // Another project's newer engine may have made these tables otherwise.
  const [newest] = await session.query<{ format: string | number | null }>(sql`SELECT max(format) AS format FROM interphase_project`)
  if (Number(newest?.format ?? 0) > FORMAT) throw new InterphaseError('ledger.newer', { found: Number(newest?.format), knows: FORMAT })
  await session.query(
    sql`INSERT INTO interphase_project (project, format, epoch, table_groups) VALUES (${value(project)}, ${value(FORMAT)}, 0, '')`,
  )
}

/** Begins a new epoch for this connection: from here on every other writer's rows are refused. */
export async function beginEpoch(session: Session, clock: Clock, writer: Writer): Promise<bigint> {
  const { project, by } = writer
  await session.query(
    sql`UPDATE interphase_project SET epoch = epoch + 1, backend = ${value(session.backend)}, held_by = ${value(by)}, held_since = ${value(clock.now().toISOString())} WHERE project = ${value(project)}`,
  )
  const [row] = await session.query<{ epoch: string | number }>(sql`SELECT epoch FROM interphase_project WHERE project = ${value(project)}`)
  if (!row) throw new InterphaseError('internal', { problem: `the row of ${project} in interphase_project is gone` })
  return BigInt(row.epoch)
}

/** The ledger as one run writes it. Every write carries the run's epoch and fails with `ledger.taken-over` once it is old. */
export class LedgerWriter {
  readonly #session: Session
  readonly #dialect: Pick<Dialect, 'isNullRefused'>
  readonly #clock: Clock
  readonly #writer: Writer
  readonly #epoch: bigint
  #place: bigint

  constructor(session: Session, dialect: Pick<Dialect, 'isNullRefused'>, clock: Clock, writer: Writer, epoch: bigint, lastPlace: bigint) {
    this.#session = session
    this.#dialect = dialect
    this.#clock = clock
    this.#writer = writer
    this.#epoch = epoch
    // Rows are counted on from the last there is, so that the order survives equal times.
    this.#place = lastPlace
  }

  get epoch(): bigint {
    return this.#epoch
  }

  /** The migration ran as a whole; written in its own transaction. */
  done(migration: Migration, grounds: Grounds, startedAt: Date, statements: number, affected: number): Promise<void> {
    return this.#put(migration, grounds, startedAt, { state: 'done', statement: statements, statements, sent: 0, affected })
  }

  /** The migration begins statement by statement; none has been sent. */
  begin(migration: Migration, grounds: Grounds, startedAt: Date, statements: number): Promise<void> {
    return this.#put(migration, grounds, startedAt, { state: 'running', statement: 0, statements, sent: 0, affected: 0 })
  }

  /** Intent: the statement is about to be handed to the server. */
  sending(migration: Migration, statement: number): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET statement = ${value(statement)}, statement_sent = 1, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** The statement is done; `next` is the one after it. */
  passed(migration: Migration, next: number, affected: number): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET statement = ${value(next)}, statement_sent = 0, affected = affected + ${value(affected)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** The migration, which was done, begins to be taken back statement by statement; none has been sent. */
  undoing(migration: Migration, statements: number): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET run_state = 'undoing', statement = 0, statements = ${value(statements)}, statement_sent = 0, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** All statements are done; `affected` rows were written that no `passed` has told of. */
  finish(migration: Migration, affected = 0): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_migration SET run_state = 'done', statement = statements, statement_sent = 0, affected = affected + ${value(affected)}, finished_at = ${value(this.#now())}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** The file is another one than the one that began, from the statement on that is next. */
  async correct(migration: Migration, grounds: Grounds, statements: number): Promise<void> {
    await this.#guarded(
      sql`UPDATE interphase_migration SET checksum = ${value(migration.checksum)}, statements = ${value(statements)}, plan = ${value(grounds.plan)}, policy = ${value(grounds.policy)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
    await this.note('corrected', migration.id, 'the file was changed from the statement on at which it had stopped')
  }

  /** The file is another one than the one that began; a person says that it is done. */
  async accept(migration: Migration): Promise<void> {
    await this.#guarded(
      sql`UPDATE interphase_migration SET checksum = ${value(migration.checksum)}, epoch = ${this.#myEpoch()} WHERE ${this.#row(migration)}`,
    )
  }

  /** Has the migration a row that says it began, or began to be taken back, and not that this ended? */
  async isOpen(migration: Migration): Promise<boolean> {
    const found = await this.#session.query(
      sql`SELECT 1 AS found FROM interphase_migration WHERE ${this.#row(migration)} AND run_state <> 'done'`,
    )
    return found.length > 0
  }

  /** Removes the row, so that the migration counts as not begun, and keeps it among the past runs. The caller opens a transaction. */
  async forget(migration: Migration, because: PastRun['replaced']): Promise<void> {
    const columns = verbatim(
      'project, place, id, release_name, checksum, affected, how, started_at, finished_at, run_by, engine, plan, policy',
    )
    await this.#guarded(
      sql`INSERT INTO interphase_run (${columns}, replaced, replaced_at, replaced_by, epoch) SELECT ${columns}, ${value(because)}, ${value(this.#now())}, ${value(this.#writer.by)}, ${this.#myEpoch()} FROM interphase_migration WHERE ${this.#row(migration)}`,
    )
    await this.#session.query(sql`DELETE FROM interphase_migration WHERE ${this.#row(migration)}`)
  }

  /** Removes the row that this run wrote for a migration of which nothing was sent: it has not started. */
  async withdraw(migration: Migration): Promise<void> {
    await this.#session.query(
      sql`DELETE FROM interphase_migration WHERE ${this.#row(migration)} AND run_state = ${value('running')} AND epoch = ${value(this.#epoch)}`,
    )
  }

  async note(kind: Note['kind'], subject: string, detail: string): Promise<void> {
    const [last] = await this.#session.query<{ place: string | number | null }>(
      sql`SELECT max(place) AS place FROM interphase_note WHERE project = ${value(this.#writer.project)}`,
    )
    await this.#guarded(
      sql`INSERT INTO interphase_note (project, place, noted_at, kind, noted_by, subject, detail, epoch) VALUES (${value(this.#writer.project)}, ${value(BigInt(last?.place ?? 0) + 1n)}, ${value(this.#now())}, ${value(kind)}, ${value(this.#writer.by)}, ${value(subject)}, ${value(detail)}, ${this.#myEpoch()})`,
    )
  }

  /** Writes the note unless it stands there: what is begun twice is told once. */
  async noteOnce(kind: Note['kind'], subject: string, detail: string): Promise<void> {
    const known = await this.#session.query(
      sql`SELECT 1 AS found FROM interphase_note WHERE project = ${value(this.#writer.project)} AND kind = ${value(kind)} AND subject = ${value(subject)} AND detail = ${value(detail)}`,
    )
    if (known.length === 0) await this.note(kind, subject, detail)
  }

  /** Says what the project has in this database. */
  claim(groups: Iterable<GroupKey>): Promise<void> {
    return this.#guarded(
      sql`UPDATE interphase_project SET table_groups = ${value([...groups].sort().join('\n'))}, epoch = ${this.#myEpoch()} WHERE project = ${value(this.#writer.project)}`,
    )
  }

  /** The run is over; the lock may be anyone's. */
  async leave(): Promise<void> {
    await this.#session.query(
      sql`UPDATE interphase_project SET backend = NULL, held_by = NULL, held_since = NULL WHERE project = ${value(this.#writer.project)} AND epoch = ${value(this.#epoch)}`,
    )
  }

  #put(
    migration: Migration,
    grounds: Grounds,
    startedAt: Date,
    row: { state: string; statement: number; statements: number; sent: number; affected: number },
  ): Promise<void> {
    this.#place += 1n
    const finished = row.state === 'done' ? value(this.#now()) : value(null)
    return this.#guarded(
      sql`INSERT INTO interphase_migration (project, id, place, release_name, checksum, run_state, statement, statements, statement_sent, affected, how, started_at, finished_at, run_by, engine, plan, policy, epoch) VALUES (${value(this.#writer.project)}, ${value(migration.id)}, ${value(this.#place)}, ${value(migration.release)}, ${value(migration.checksum)}, ${value(row.state)}, ${value(row.statement)}, ${value(row.statements)}, ${value(row.sent)}, ${value(row.affected)}, ${value(grounds.how)}, ${value(startedAt.toISOString())}, ${finished}, ${value(this.#writer.by)}, ${value(this.#writer.engine)}, ${value(grounds.plan)}, ${value(grounds.policy)}, ${this.#myEpoch()})`,
    )
  }

  #row(migration: Migration): Sql {
    return sql`project = ${value(this.#writer.project)} AND id = ${value(migration.id)}`
  }

  /** The run's epoch while it still is the project's, else NULL, which the column refuses. */
  #myEpoch(): Sql {
    return sql`(SELECT p.epoch FROM (SELECT epoch FROM interphase_project WHERE project = ${value(this.#writer.project)} AND epoch = ${value(this.#epoch)}) p)`
  }

  async #guarded(statement: Sql): Promise<void> {
    try {
      await this.#session.query(statement)
    } catch (error) {
      if (!this.#dialect.isNullRefused(error, 'epoch')) throw error
      const facts = { project: this.#writer.project, epoch: String(this.#epoch), by: 'a later run' }
      throw new InterphaseError('ledger.taken-over', facts, { cause: error })
    }
  }

  #now(): string {
    return this.#clock.now().toISOString()
  }
}
