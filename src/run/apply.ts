import type { Clock } from '../clock.ts'
import type { Catalog, Limits } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { Grounds, LedgerWriter } from '../ledger/write.ts'
import type { Leniency } from '../schema/mismatch.ts'
import type { Position } from '../state/planned.ts'
import type { Crash } from './crash.ts'
import type { Guard } from './guard.ts'
import { type Hand, performAll, performOne } from './perform.ts'
import { type Lookout, type Retry, retryLocks } from './retry.ts'
import { settle } from './settle.ts'
import { sizeOf, type Work } from './work.ts'

/** What applying a migration to a target needs. */
export interface Bench extends Hand {
  readonly ledger: LedgerWriter
  readonly guard: Guard
  readonly catalog: Catalog
  readonly leniency: () => Promise<Leniency>
  readonly clock: Clock
  readonly limits: Limits
  readonly retry: Retry
  readonly lookout: Lookout
  /** See `Dialect.bareMustWait`. */
  readonly bareMustWait: boolean
  /** See `Dialect.schemaCommits`. */
  readonly schemaCommits: boolean
  readonly project: string
  readonly crash: Crash
}

/** Applies one migration by the path it decided on. Gives the number of rows written. */
export async function apply(bench: Bench, work: Work, grounds: Grounds, position: Position | undefined): Promise<number> {
  return work.path === 'together' ? together(bench, work, grounds, position) : stepwise(bench, work, grounds, position, 0)
}

/** Migration, guards and ledger row in one transaction: all of it happens, or nothing. */
async function together(bench: Bench, work: Work, grounds: Grounds, position: Position | undefined): Promise<number> {
  const { session, ledger } = bench
  return retrying(bench, work, async () => {
    const startedAt = bench.clock.now()
    await session.begin(bench.limits)
    try {
      await guardBefore(bench, work, position)
      await bench.crash('after begin', work.migration.id)
      const affected = await performAll(bench, work)
      if (!(await session.intact()))
        throw new InterphaseError('migration.committed', { migration: work.migration.id, file: work.migration.file })
      await guardAfter(bench, work, position)
      await bench.crash('after statement', work.migration.id)
      if (grounds.how === 'again') await ledger.forget(work.migration)
      await ledger.done(work.migration, grounds, startedAt, sizeOf(work), affected)
      await bench.crash('before commit', work.migration.id)
      await session.commit()
      await bench.crash('after ledger', work.migration.id)
      return affected
    } catch (error) {
      throw await undone(bench, work, grounds, startedAt, error)
    }
  })
}

/** Rolls back. A migration that has committed by itself cannot be rolled back: the ledger then says that it is unfinished. */
async function undone(bench: Bench, work: Work, grounds: Grounds, startedAt: Date, error: unknown): Promise<unknown> {
  if (isError(error, 'database.lost')) return error
  const committed = isError(error, 'migration.committed') || !(await bench.session.intact())
  await bench.session.rollback()
  if (!committed) return error
  await bench.ledger.begin(work.migration, grounds, startedAt, sizeOf(work))
  await bench.ledger.sending(work.migration, 0)
  return isError(error, 'migration.committed')
    ? error
    : new InterphaseError('migration.committed', { migration: work.migration.id, file: work.migration.file }, { cause: error })
}

/** Statement by statement, each with its intent or in a transaction with the cursor, from statement `from` on. */
export async function stepwise(bench: Bench, work: Work, grounds: Grounds, position: Position | undefined, from: number): Promise<number> {
  const { ledger } = bench
  if (from === 0) {
    await guardBefore(bench, work, position)
    await bench.crash('before intent', work.migration.id)
    await beginRow(bench, work, grounds)
  }
  let affected = 0
  for (let index = from; index < sizeOf(work); index++) affected += await step(bench, work, position, index)
  await guardAfter(bench, work, position)
  await ledger.finish(work.migration)
  await bench.crash('after ledger', work.migration.id)
  return affected
}

/** A step that runs once more has a row already; the old one goes and the new one comes in one transaction. */
async function beginRow(bench: Bench, work: Work, grounds: Grounds): Promise<void> {
  const { session, ledger } = bench
  if (grounds.how !== 'again') return ledger.begin(work.migration, grounds, bench.clock.now(), sizeOf(work))
  await session.begin()
  await ledger.forget(work.migration)
  await ledger.begin(work.migration, grounds, bench.clock.now(), sizeOf(work))
  await session.commit()
}

function step(bench: Bench, work: Work, position: Position | undefined, index: number): Promise<number> {
  const statement = work.body.kind === 'script' ? work.body.statements[index] : undefined
  return retrying(bench, work, () =>
    statement?.manner === 'atomic' && !commitsOnItsWay(bench, position, index)
      ? atomicStep(bench, work, index)
      : bareStep(bench, work, position, index),
  )
}

/** A routine that was seen to change the schema, where that commits: it has to run as a bare statement does. */
function commitsOnItsWay({ schemaCommits }: Bench, position: Position | undefined, index: number): boolean {
  return schemaCommits && (position?.migration.phased[index]?.length ?? 0) > 0
}

/** The statement and the cursor in one transaction. */
async function atomicStep(bench: Bench, work: Work, index: number): Promise<number> {
  const { session, ledger } = bench
  await session.begin(bench.limits)
  try {
    const affected = await performOne(bench, work, index, '', true)
    await bench.crash('after statement', work.migration.id)
    await ledger.passed(work.migration, index + 1, affected)
    await session.commit()
    return affected
  } catch (error) {
    if (isError(error, 'database.lost')) throw error
    const committed = isError(error, 'migration.committed') || !(await session.intact())
    await session.rollback()
    if (!committed) throw error
    // Nobody can tell how far it came, so the next run has to look.
    await ledger.sending(work.migration, index)
    throw new InterphaseError('migration.committed', { migration: work.migration.id, file: work.migration.file }, { cause: error })
  }
}

/** Intent, statement, a look at the catalog, cursor: each committed by itself. */
async function bareStep(bench: Bench, work: Work, position: Position | undefined, index: number): Promise<number> {
  const { session, ledger } = bench
  await ledger.sending(work.migration, index)
  await bench.crash('after intent', work.migration.id)
  await session.limit(bench.bareMustWait ? { ...bench.limits, lockTimeoutMs: 0 } : bench.limits)
  try {
    const affected = await performOne(bench, work, index, tagOf(bench, work, index), false)
    await bench.crash('after statement', work.migration.id)
    const after = position?.steps[index]
    if (position && after) await bench.guard.groups(after, position.guarded, `after statement ${index + 1} of ${work.migration.id}`)
    await ledger.passed(work.migration, index + 1, affected)
    return affected
  } catch (error) {
    // The server refused it and nothing of it is left: then the intent is void. Otherwise the next run has to look.
    if (isStatementError(error) && position && (await settle(bench, position, index)) === 'not done')
      await ledger.passed(work.migration, index, 0)
    throw error
  }
}

function isStatementError(error: unknown): boolean {
  return isError(error, 'statement.failed') || isError(error, 'statement.lock-timeout') || isError(error, 'statement.timeout')
}

/** The comment in front of a bare statement, by which a later run finds it at work. */
export function tagOf(bench: { readonly project: string }, work: Work, index: number): string {
  return `/* interphase ${`${bench.project} ${work.migration.id} ${index}`.replaceAll(/[^\w./ -]/g, '_')} */ `
}

function retrying<T>(bench: Bench, work: Work, attempt: () => Promise<T>): Promise<T> {
  const { session, lookout, emit, signal } = bench
  return retryLocks(attempt, bench.retry, { migration: work.migration.id, session, lookout, emit, signal })
}

async function guardBefore(bench: Bench, work: Work, position: Position | undefined): Promise<void> {
  if (position) await bench.guard.groups(position.before, position.guarded, `before ${work.migration.id}`)
}

async function guardAfter(bench: Bench, work: Work, position: Position | undefined): Promise<void> {
  if (position) await bench.guard.groups(position.after, position.guarded, `after ${work.migration.id}`)
}
