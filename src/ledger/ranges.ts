import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { type BatchWalkCursor, isBatchWalkComplete, serializeWorkCursor, WorkCursorShape } from '../plan/cursor.ts'
import type { SharedStepRange } from '../plan/history.ts'
import { parseJsonText, parseValueWithZodSchema } from '../shape.ts'
import { createRangeTableSql, RANGE_TABLE_NAME } from './tables.ts'

/** The time in seconds without a committed batch after which another worker may take over a range. */
export const RANGE_LEASE_SECONDS = 60

type RangeDialect = Pick<Dialect, 'hasTable' | 'ledgerTableOptions' | 'ledgerText' | 'epochLock' | 'isNullRefused' | 'fleet' | 'processes'>

/** The data step whose ranges the ledger stores, and the number (the epoch) of the run that began or resumed the data step. */
export interface SharedDataStep {
  readonly project: string
  readonly id: string
  readonly epoch: bigint
  /** The person or machine that runs the worker, in the form `name@host`. */
  readonly by: string
}

/**
 * A range that the worker has claimed, or the reason why no range is available. `wait`: other workers process the last ranges.
 * `done`: all rows are processed.
 */
export type KeyRangeClaimResult =
  | { readonly is: 'range'; readonly place: number; readonly cursor: BatchWalkCursor }
  | { readonly is: 'wait' | 'done' }

/** The error of a batch whose range another worker has taken over. The worker rolls the batch back. */
export class KeyRangeTakenOver extends Error {}

/**
 * Creates the ledger table of the workers' ranges if the table is missing. The caller calls the function outside a transaction.
 */
export async function createRangeTableIfMissing(session: DatabaseSession, dialect: RangeDialect): Promise<void> {
  if (!(await dialect.hasTable(session, RANGE_TABLE_NAME))) await session.query(createRangeTableSql(dialect))
}

/**
 * Reads and writes the ranges of one shared data step in one session. The ledger row with place 0 stands for the rows that no
 * worker has claimed yet, and contains the numbers of batches and rows of the completed ranges. A worker claims a range from the
 * beginning of the unclaimed rows. Every range therefore has the same number of rows, even if the keys are distributed unevenly.
 */
export class SharedDataStepLedger {
  readonly #session: DatabaseSession
  readonly #dialect: RangeDialect
  readonly #step: SharedDataStep
  /** The id of the worker in the ledger rows of its ranges. */
  readonly #worker: string

  constructor(session: DatabaseSession, dialect: RangeDialect, step: SharedDataStep, worker: string) {
    this.#session = session
    this.#dialect = dialect
    this.#step = step
    this.#worker = worker
  }

  /**
   * Writes the ledger row with place 0, which contains the rows that no worker has claimed yet. `rest` is the cursor (the
   * progress) at which the next batch of the data step begins. The caller must be in a transaction of the run that holds the
   * lock.
   */
  async begin(rest: BatchWalkCursor): Promise<void> {
    await this.remove()
    const { project, id } = this.#step
    await this.#guarded(
      sql`INSERT INTO interphase_range (project, id, place, range_cursor, affected, leased_until, epoch) VALUES (${sqlValue(project)}, ${sqlValue(id)}, 0, ${sqlValue(serializeWorkCursor(rest))}, 0, 0, ${this.#myEpoch()})`,
    )
  }

  /** Removes all ranges of the data step from the ledger. The caller must be in a transaction of the run that holds the lock. */
  async remove(): Promise<void> {
    await this.#session.query(sql`DELETE FROM interphase_range WHERE ${this.#mine()}`)
  }

  /**
   * Returns the sum of the progress of all ranges, and the number of rows that the data step has written. Returns undefined if
   * the ledger has no ranges of the data step.
   */
  async total(): Promise<{ readonly cursor: BatchWalkCursor; readonly affected: number } | undefined> {
    const rows = await this.#session.query<RangeRow>(sql`SELECT * FROM interphase_range WHERE ${this.#mine()} ORDER BY place`)
    const cursor = sumOfRanges(rows)
    return cursor && { cursor, affected: rows.reduce((sum, { affected }) => sum + Number(affected), 0) }
  }

  /**
   * Claims a range of the data step: a range whose worker has ended, or the next rows that no worker has claimed. `cut` returns
   * the last key of a new range. Throws `ledger.taken-over` after a later run has begun.
   */
  async claim(cut: (rest: BatchWalkCursor) => Promise<readonly string[]>): Promise<KeyRangeClaimResult> {
    const { now } = await this.#dialect.fleet.times(this.#session)
    await this.#session.begin(undefined, 'read committed')
    try {
      const claim = await this.#claimAt(now, cut)
      await this.#session.commit()
      return claim
    } catch (error) {
      if (!this.#session.lost.aborted) await this.#session.rollback()
      throw error
    }
  }

  async #claimAt(now: number, cut: (rest: BatchWalkCursor) => Promise<readonly string[]>): Promise<KeyRangeClaimResult> {
    // Every claim of a range first locks the ledger row with place 0, so two claims cannot cause a deadlock.
    const [rest] = await this.#session.query<RangeRow>(sql`SELECT * FROM interphase_range WHERE ${this.#mine()} AND place = 0 FOR UPDATE`)
    if (!rest) return { is: 'done' }
    // The transaction of a batch locks the row of its range. If the row of a range is locked, its worker is therefore alive.
    const idle = await this.#session.query<RangeRow>(
      sql`SELECT * FROM interphase_range WHERE ${this.#mine()} AND place > 0 ORDER BY place FOR UPDATE SKIP LOCKED`,
    )
    const summed = await this.#sumUp(rest, idle)
    const open = idle.filter((row) => !isBatchWalkComplete(cursorOf(row)))
    const free = open.find((row) => this.#isFree(row, now)) ?? (isBatchWalkComplete(summed) ? await this.#abandoned(open) : undefined)
    if (free) return this.#take(Number(free.place), cursorOf(free), now)
    if (!isBatchWalkComplete(summed)) return this.#cut(summed, now, cut)
    const [left] = await this.#session.query(sql`SELECT 1 AS found FROM interphase_range WHERE ${this.#mine()} AND place > 0 LIMIT 1`)
    return { is: left ? 'wait' : 'done' }
  }

  /**
   * Adds the numbers of batches and rows of the completed ranges to the ledger row with place 0, which contains the progress
   * outside of the claimed ranges, and deletes the rows of the completed ranges. Returns the cursor of the rows that no worker
   * has claimed yet.
   */
  async #sumUp(rest: RangeRow, idle: readonly RangeRow[]): Promise<BatchWalkCursor> {
    const done = idle.filter((row) => isBatchWalkComplete(cursorOf(row)))
    const cursor = sumOfRanges([rest, ...done]) ?? cursorOf(rest)
    const affected = done.reduce((sum, row) => sum + Number(row.affected), Number(rest.affected))
    for (const { place } of done) {
      await this.#session.query(sql`DELETE FROM interphase_range WHERE ${this.#mine()} AND place = ${sqlValue(Number(place))}`)
    }
    await this.#guarded(
      sql`UPDATE interphase_range SET range_cursor = ${sqlValue(serializeWorkCursor(cursor))}, affected = ${sqlValue(affected)}, epoch = ${this.#myEpoch()} WHERE ${this.#mine()} AND place = 0`,
    )
    return cursor
  }

  #isFree({ worker, epoch, leased_until: until }: RangeRow, now: number): boolean {
    return worker === null || String(epoch) !== String(this.#step.epoch) || Number(until) < now
  }

  /** Returns a range whose worker has lost its connection, although the lease of the range has not ended. */
  async #abandoned(open: readonly RangeRow[]): Promise<RangeRow | undefined> {
    for (const row of open) {
      if (row.backend !== null && !(await this.#dialect.processes.alive(this.#session, row.backend))) return row
    }
    return undefined
  }

  async #take(place: number, cursor: BatchWalkCursor, now: number): Promise<KeyRangeClaimResult> {
    const { by } = this.#step
    await this.#guarded(
      sql`UPDATE interphase_range SET worker = ${sqlValue(this.#worker)}, worker_name = ${sqlValue(by)}, backend = ${sqlValue(this.#session.backend)}, leased_until = ${sqlValue(now + RANGE_LEASE_SECONDS)}, epoch = ${this.#myEpoch()} WHERE ${this.#mine()} AND place = ${sqlValue(place)}`,
    )
    return { is: 'range', place, cursor }
  }

  async #cut(rest: BatchWalkCursor, now: number, cut: (rest: BatchWalkCursor) => Promise<readonly string[]>): Promise<KeyRangeClaimResult> {
    const end = await cut(rest)
    const { project, id, by } = this.#step
    const { of: _, waiting: __, rate: ___, ...same } = rest
    const cursor: BatchWalkCursor = { ...same, upTo: end, batches: 0, rows: 0 }
    await this.#session.query(
      sql`UPDATE interphase_range SET range_cursor = ${sqlValue(serializeWorkCursor({ ...rest, after: end }))} WHERE ${this.#mine()} AND place = 0`,
    )
    const [last] = await this.#session.query<{ place: number | string }>(
      sql`SELECT max(place) AS place FROM interphase_range WHERE ${this.#mine()}`,
    )
    const place = Number(last?.place ?? 0) + 1
    await this.#guarded(
      sql`INSERT INTO interphase_range (project, id, place, range_cursor, affected, worker, worker_name, backend, leased_until, epoch) VALUES (${sqlValue(project)}, ${sqlValue(id)}, ${sqlValue(place)}, ${sqlValue(serializeWorkCursor(cursor))}, 0, ${sqlValue(this.#worker)}, ${sqlValue(by)}, ${sqlValue(this.#session.backend)}, ${sqlValue(now + RANGE_LEASE_SECONDS)}, ${this.#myEpoch()})`,
    )
    return { is: 'range', place, cursor }
  }

  /**
   * Locks the range in the ledger until the end of the transaction. Throws `KeyRangeTakenOver` if another worker has taken
   * over the range.
   */
  async lockRange(place: number): Promise<void> {
    const found = await this.#session.query(
      sql`SELECT 1 AS found FROM interphase_range WHERE ${this.#mine()} AND place = ${sqlValue(place)} AND worker = ${sqlValue(this.#worker)} FOR UPDATE`,
    )
    if (found.length === 0) throw new KeyRangeTakenOver(`range ${place} of ${this.#step.id} belongs to another worker`)
  }

  /**
   * Stores the cursor of the range, which contains its progress, in the ledger, and renews the lease of the range. The caller
   * calls the method in the transaction of the batch, after `lockRange`.
   */
  async moveTo(place: number, cursor: BatchWalkCursor, affected: number, now: number): Promise<void> {
    await this.#guarded(
      sql`UPDATE interphase_range SET range_cursor = ${sqlValue(serializeWorkCursor(cursor))}, affected = affected + ${sqlValue(affected)}, leased_until = ${sqlValue(Math.floor(now) + RANGE_LEASE_SECONDS)}, epoch = ${this.#myEpoch()} WHERE ${this.#mine()} AND place = ${sqlValue(place)}`,
    )
  }

  /** Releases a range when its worker ends, so that another worker can take over the range. */
  async release(place: number): Promise<void> {
    await this.#session.query(
      sql`UPDATE interphase_range SET worker = NULL, backend = NULL WHERE ${this.#mine()} AND place = ${sqlValue(place)} AND worker = ${sqlValue(this.#worker)}`,
    )
  }

  #mine(): SqlStatement {
    return sql`project = ${sqlValue(this.#step.project)} AND id = ${sqlValue(this.#step.id)}`
  }

  /**
   * Returns the SQL expression for the number (the epoch) of the run. After a later run has begun, the expression is NULL, and
   * the server refuses the write because the column `epoch` is NOT NULL.
   */
  #myEpoch(): SqlStatement {
    const { project, epoch } = this.#step
    return sql`(SELECT p.epoch FROM (SELECT epoch FROM interphase_project WHERE project = ${sqlValue(project)} AND epoch = ${sqlValue(epoch)}${this.#dialect.epochLock}) p)`
  }

  async #guarded(statement: SqlStatement): Promise<void> {
    try {
      await this.#session.query(statement)
    } catch (error) {
      if (!this.#dialect.isNullRefused(error, 'epoch')) throw error
      const facts = { project: this.#step.project, epoch: String(this.#step.epoch), by: 'a later run' }
      throw new InterphaseError('ledger.taken-over', facts, { cause: error })
    }
  }
}

/**
 * Returns the progress of a shared data step, and the ranges that are not completed. Returns undefined if the ledger has no
 * ranges of the data step.
 */
export async function readSharedDataStepCursorAndRanges(
  session: DatabaseSession,
  project: string,
  id: string,
): Promise<{ readonly cursor: BatchWalkCursor; readonly ranges: readonly SharedStepRange[] } | undefined> {
  const rows = await session.query<RangeRow>(
    sql`SELECT * FROM interphase_range WHERE project = ${sqlValue(project)} AND id = ${sqlValue(id)} ORDER BY place`,
  )
  const cursor = sumOfRanges(rows)
  return cursor && { cursor, ranges: rows.filter(({ place }) => Number(place) > 0).flatMap(rangeOf) }
}

function rangeOf(row: RangeRow): readonly SharedStepRange[] {
  const cursor = cursorOf(row)
  if (isBatchWalkComplete(cursor)) return []
  const { after, upTo = [], batches, rows, at } = cursor
  const worker = row.worker === null ? {} : { worker: row.worker, by: row.worker_name ?? '' }
  const leasedUntil = new Date(Number(row.leased_until) * 1000).toISOString()
  return [{ ...worker, ...(after && { after: [...after] }), upTo: [...upTo], batches, rows, at, leasedUntil }]
}

/** A row of the table `interphase_range`. */
interface RangeRow {
  readonly place: number | string
  readonly range_cursor: string
  readonly affected: number | string
  readonly worker: string | null
  readonly worker_name: string | null
  readonly backend: string | null
  readonly leased_until: number | string
  readonly epoch: number | string
}

function cursorOf({ range_cursor: text, place }: RangeRow): BatchWalkCursor {
  const refuse = (problem: string) => new InterphaseError('ledger.unreadable', { what: `the cursor of range ${place}`, problem })
  const cursor = parseValueWithZodSchema(WorkCursorShape, parseJsonText(text, refuse), refuse)
  if (cursor.kind !== 'batch') throw refuse('the cursor is not that of a data step in batches')
  return cursor
}

/**
 * Returns the progress of the whole data step. It is the progress of the ledger row with place 0, which belongs to no range, plus
 * the batches and rows of all ranges. The rate is the sum of the rates of the workers. The first row must be the row with place 0.
 */
function sumOfRanges([rest, ...ranges]: readonly RangeRow[]): BatchWalkCursor | undefined {
  if (!rest) return undefined
  const rates = ranges.filter(({ worker }) => worker !== null).flatMap((row) => cursorOf(row).rate ?? [])
  const { rate: _, ...before } = cursorOf(rest)
  const sum = ranges.map(cursorOf).reduce<BatchWalkCursor>(
    (sum, { batches, rows, size, at }) => ({
      ...sum,
      batches: sum.batches + batches,
      rows: sum.rows + rows,
      size,
      at: at > sum.at ? at : sum.at,
    }),
    before,
  )
  return { ...sum, ...(rates.length > 0 && { rate: rates.reduce((all, rate) => all + rate, 0) }) }
}
