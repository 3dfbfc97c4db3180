import type { Clock } from '../clock.ts'
import type {
  CatalogReading,
  DatabaseSession,
  Dialect,
  MigrationObservation,
  MigrationObserver,
  OutsideObjectDetector,
  RunningMigrationObservation,
  StatementPipeline,
} from '../dialect/dialect.ts'
import { updateKnownTables } from '../effect/known-tables.ts'
import { FREE_STATEMENT_PRICE, removeRepeatedPrices, type StatementPrice, type StatementPriceOfStep } from '../effect/price.ts'
import type { PrivilegeRevocation } from '../effect/revoke.ts'
import { type RowWrite, UNKNOWN_WRITTEN_TABLE } from '../effect/row-write.ts'
import { InterphaseError } from '../error.ts'
import type { EmitEvent } from '../event.ts'
import type { Migration } from '../release/migration.ts'
import { differences, groupKeysOfDifference } from '../schema/difference.ts'
import type { SchemaGroupKey, SchemaObjectId } from '../schema/object.ts'
import { combineReadColumns, type ReadColumnsByTable } from '../schema/reads.ts'
import { tablesWithoutRollback } from '../schema/rollback.ts'
import { findDependentGroupKeys, findReferencingGroupKeys, replaceGroupsInState, type SchemaState } from '../schema/state.ts'
import type { MigrationStepDifferences } from '../state/recording.ts'
import type { ObservedMigration } from '../state/trace.ts'
import { refuseChangesOutsideProject } from '../work/fence.ts'
import { areStatementsKnownBeforeRun, countMigrationSteps, runPathOfMigration, statementsKnownBeforeRun } from '../work/kinds.ts'
import { performAllSteps, performStepInOpenTransaction, performStepOutsideTransaction, resetSessionAfterFailure } from '../work/perform.ts'
import type { StatementExecutionContext } from '../work/statement-execution-context.ts'
import type { LoadFunctionMigration, MigrationWork } from '../work/work.ts'

/** A session on a shadow, and the functions and settings with which the engine executes migrations in the session. */
export interface ShadowExecutionContext {
  readonly session: DatabaseSession
  readonly dialect: Dialect
  readonly load: LoadFunctionMigration
  readonly emit: EmitEvent
  readonly clock: Clock
  readonly signal: AbortSignal
  /**
   * A function that the executor calls after each commit on the shadow. A running application can use the database in each
   * committed state, so the function runs the probes.
   */
  readonly committed?: (migration: Migration, part: CommittedMigrationPart) => Promise<void>
  /** The data for determining the prices of statements. The field is present only if the execution determines prices. */
  readonly pricing?: Pricing
  /**
   * True if the engine executes a recorded release only to create the schema at its end. During such a replay, the engine does
   * not read the schema after each migration.
   */
  readonly replays?: true
}

/**
 * The part of a migration that is already committed: its first `number` statements, or the first `number` batches of a data step.
 */
export interface CommittedMigrationPart {
  readonly unit: 'statement' | 'batch'
  readonly number: number
  readonly of: number
}

interface Pricing {
  /** The names of the tables that existed before the release. After a rename, the set contains the new name. */
  readonly known: Set<string>
  /**
   * The previous observation of the session. With it, the next observation needs one query less. The field is undefined if the
   * engine has read rows since the previous observation, because the next observation then cannot use it.
   */
  last: RunningMigrationObservation | undefined
}

export interface ObservedMigrationExecution {
  readonly seen: ObservedMigration
  readonly after: CatalogReading
}

/** Makes the execution context that sends statements to a shadow without observing them and without events. */
export function makeStatementExecutionContextForShadow({
  session,
  dialect,
  clock,
  signal,
}: ShadowExecutionContext): StatementExecutionContext {
  const { functions, files, border } = dialect
  return { session, functions, files, border, emit: () => undefined, clock, signal }
}

/**
 * Executes a migration or an undo on a shadow. Returns the facts that the observer found, and the reading of the schema
 * afterwards.
 */
export async function executeAndObserveMigration(
  executor: ShadowExecutionContext,
  work: MigrationWork,
  before: CatalogReading,
): Promise<ObservedMigrationExecution> {
  const parts = await watchParts(executor, work, before)
  if (work.path === 'together') await executor.committed?.(work.migration, { unit: 'statement', number: 1, of: 1 })
  const last = parts.at(-1)
  const after = last?.after ?? before
  return {
    after,
    seen: {
      migration: work.migration,
      before: before.state,
      after: after.state,
      steps: parts.map((part) => part.step),
      path: parts.some((part) => part.committed) || keepsRows(work, parts, before.state) ? 'stepwise' : work.path,
      footprint: [...new Set(parts.flatMap((part) => part.touched))].sort(),
      wrote: parts.some((part) => part.wrote),
      writes: parts.flatMap((part, step) => part.writes.map((write) => ({ step, ...write }))),
      sets: [...new Set(parts.flatMap((part) => part.sets))],
      revokes: parts.flatMap((part) => part.revokes),
      redefined: [...new Set(parts.flatMap((part) => part.redefined))].sort(),
      affected: parts.reduce((sum, part) => sum + part.affected, 0),
      ...readingOf(work, parts),
      ...(work.derived && { derived: work.derived }),
      prices: pricesOf(work, parts),
    },
  }
}

/**
 * Returns true if a function migration wrote a table whose rows a rollback does not restore. Only the execution of a function
 * shows which tables the function writes.
 */
function keepsRows({ body }: MigrationWork, parts: readonly Part[], before: SchemaState): boolean {
  if (body.kind !== 'function') return false
  const tables = tablesWithoutRollback(before)
  return parts.some(({ writes }) => writes.some(({ table }) => tables.has(table) || (table === UNKNOWN_WRITTEN_TABLE && tables.size > 0)))
}

async function watchParts(executor: ShadowExecutionContext, work: MigrationWork, before: CatalogReading): Promise<readonly Part[]> {
  try {
    return work.path === 'together' ? [await watchTogether(executor, work, before)] : await watchSteps(executor, work, before)
  } catch (error) {
    await resetSessionAfterFailure(executor.session)
    throw error
  }
}

/** Returns the columns that a data step reads, and its declaration `despite known-state`, if the data step has this declaration. */
function readingOf({ declarations }: MigrationWork, parts: readonly Part[]): Pick<ObservedMigration, 'reads' | 'despiteKnownState'> {
  const reads = combineReadColumns(parts.map((part) => part.reads))
  const despiteKnownState = declarations.despite.find(({ effect }) => effect === 'known-state')
  return { ...(reads && { reads }), ...(despiteKnownState && { despiteKnownState }) }
}

/**
 * Returns the prices of a migration's statements. For a function, the result contains equal prices only once, because a function
 * can send thousands of statements.
 */
function pricesOf(work: MigrationWork, parts: readonly Part[]): readonly StatementPriceOfStep[] {
  const prices = parts.flatMap((part, step) => part.prices.map((price) => ({ ...price, step })))
  return areStatementsKnownBeforeRun(work) ? prices : removeRepeatedPrices(prices)
}

/** The facts that the observer found while one statement or several statements ran. */
interface Watching {
  readonly step: MigrationStepDifferences
  readonly touched: readonly SchemaGroupKey[]
  readonly wrote: boolean
  readonly writes: readonly RowWrite[]
  readonly sets: readonly SchemaObjectId[]
  readonly revokes: readonly PrivilegeRevocation[]
  readonly redefined: readonly SchemaGroupKey[]
  readonly affected: number
  /** The columns that the migration read, by table. The field is present only for a data step. */
  readonly reads?: ReadColumnsByTable
  readonly prices: readonly StatementPrice[]
  readonly after: CatalogReading
  /**
   * True if the transaction that was open before the statements was still open after the statements. The executor then commits
   * the transaction.
   */
  readonly intact: boolean
}

interface Part extends Watching {
  /**
   * True if the function migration itself committed the transaction. On a target database, such a function must run outside a
   * transaction.
   */
  readonly committed: boolean
}

async function watchTogether(executor: ShadowExecutionContext, work: MigrationWork, before: CatalogReading): Promise<Part> {
  const { session } = executor
  await session.begin()
  try {
    const part = await watch(executor, work, before, (runner) => performAllSteps(runner, work), true)
    if (!part.intact && (areStatementsKnownBeforeRun(work) || runPathOfMigration(work) === 'batches')) throw selfCommitted(work)
    if (!part.intact) await session.rollback()
    return { ...part, committed: !part.intact }
  } catch (error) {
    await session.rollback()
    throw error
  }
}

function selfCommitted(work: MigrationWork): InterphaseError {
  return new InterphaseError('migration.committed', { migration: work.migration.id, file: work.migration.file })
}

async function watchSteps(executor: ShadowExecutionContext, work: MigrationWork, start: CatalogReading): Promise<readonly Part[]> {
  const parts: Part[] = []
  let before = start
  for (let index = 0; index < countMigrationSteps(work); index++) {
    const atomic = statementsKnownBeforeRun(work)[index]?.manner === 'atomic'
    const known = statementsKnownBeforeRun(work)[index]?.text
    if (known !== undefined && (await executor.dialect.observer.setsSessionOnly(known))) {
      parts.push(await performSetting(executor, work, index, before))
      continue
    }
    const part = await (atomic
      ? inTransaction(executor, work, () => watchStep(executor, work, index, before, true))
      : watchStep(executor, work, index, before, false))
    parts.push({ ...part, committed: false })
    await executor.committed?.(work.migration, { unit: 'statement', number: index + 1, of: countMigrationSteps(work) })
    before = part.after
  }
  return parts
}

/** Executes a statement that changes only the session. The observer does not observe the statement. */
async function performSetting(executor: ShadowExecutionContext, work: MigrationWork, index: number, before: CatalogReading): Promise<Part> {
  const runner = { ...makeStatementExecutionContextForShadow(executor), emit: executor.emit }
  const affected = await performStepOutsideTransaction(runner, work, index, '')
  const nothing = {
    step: [],
    touched: [],
    wrote: false,
    writes: [],
    sets: [],
    revokes: [],
    redefined: [],
    prices: executor.pricing ? [FREE_STATEMENT_PRICE] : [],
  }
  const reads = work.migration.phase === 'migrate' && { reads: new Map() }
  return { ...nothing, ...reads, affected, after: before, intact: false, committed: false }
}

function watchStep(
  executor: ShadowExecutionContext,
  work: MigrationWork,
  index: number,
  before: CatalogReading,
  inside: boolean,
): Promise<Watching> {
  const perform = (runner: StatementExecutionContext) =>
    inside ? performStepInOpenTransaction(runner, work, index) : performStepOutsideTransaction(runner, work, index, '')
  return watch(executor, work, before, perform, inside)
}

/**
 * Executes a statement of a migration in a transaction on the shadow. On MySQL and MariaDB, a call of a routine with DDL can end
 * the transaction. A run on a target database executes such a call outside a transaction, so the function accepts the call. If any
 * other statement ends the transaction, the function throws `migration.committed`.
 */
async function inTransaction(executor: ShadowExecutionContext, work: MigrationWork, body: () => Promise<Watching>): Promise<Watching> {
  const { session, dialect } = executor
  await session.begin()
  try {
    const done = await body()
    if (!done.intact && !(dialect.commitsImplicitly && done.step.length > 0)) throw selfCommitted(work)
    if (!done.intact) await session.rollback()
    return done
  } catch (error) {
    await session.rollback()
    throw error
  }
}

// Matches the statements that can execute other statements whose text is not part of the statement.
const RUNS_MORE = /\b(?:do|call|execute|select)\b/i

/**
 * Executes statements and observes what they touch and change. Commits the transaction if one is open, and reads the objects that
 * the statements can have changed.
 */
async function watch(
  executor: ShadowExecutionContext,
  { migration }: MigrationWork,
  before: CatalogReading,
  perform: (runner: StatementExecutionContext) => Promise<number>,
  inside: boolean,
): Promise<Watching> {
  const { session, dialect, pricing } = executor
  const statements: string[] = []
  const emit: EmitEvent = (event) => {
    if (event.type === 'statement-started') statements.push(event.text)
    executor.emit(event)
  }
  const observation = await dialect.observer.start(session, pricing?.known, pricing?.last)
  const told = pricing ? telling(session, dialect.observer, observation, pricing) : session
  const { functions, files } = dialect
  const inner: string[] = []
  const redefined = new Set<SchemaGroupKey>()
  const border = overhearing(dialect.border, inner, redefined)
  const { clock, signal } = executor
  const affected = await perform({ session: told, functions, files, border, emit, clock, signal, shadowState: before.state })
  if (inside && statements.some((text) => RUNS_MORE.test(text))) await refuseChangesOutsideProject(session, border, [], migration)
  const observed = await observation.finish(statements, before, inner)
  const isDataStep = migration.phase === 'migrate'
  const reads = isDataStep ? await dialect.observer.reads(statements, before, observed.writes) : undefined
  const intact = inside && (await session.intact())
  // The session sends the commit and the read together. The server executes the commit first, so the read returns the committed
  // schema.
  const [, after] = await Promise.all([intact && session.commit(), readAfter(executor, before, observed)])
  const step = differences(before.state, after.state, {
    before: before.identities,
    after: after.identities,
    lasting: dialect.hasStableIdentities,
    ...(observed.renames && { renames: observed.renames }),
  })
  if (pricing) pricing.last = updateKnownTables(pricing.known, step) ? undefined : observation
  const { wrote, writes, prices, sets = [], revokes = [] } = observed
  return {
    step,
    touched: footprintOf(observed, step, before),
    wrote,
    writes,
    sets,
    revokes,
    redefined: [...redefined].filter((table) => !step.some((one) => groupKeysOfDifference(one).includes(table))),
    affected,
    ...(reads && { reads }),
    prices,
    intact,
    after: carryOn(before, after),
  }
}

// Matches a statement that itself drops or redefines an object. The pattern does not match a block or the call of a routine,
// because both can contain a DROP or ALTER statement that did not run.
const DEFINES = /^\s*(?:alter|create\s+or\s+replace|drop|rename)\b/i
const PREPARES = /^\s*(?:prepare|execute\s+immediate)\b/i

/**
 * Returns the check for objects outside the project, with two additions. The check adds the SQL texts that statements execute
 * indirectly, for example from a variable, to `heard`. It adds the existing tables that DDL statements drop or redefine to
 * `redefined`.
 */
function overhearing(border: OutsideObjectDetector, heard: string[], redefined: Set<SchemaGroupKey>): OutsideObjectDetector {
  return {
    ...border,
    redefined: async (statement) => {
      const found = await border.redefined(statement)
      const sent = PREPARES.test(statement.text) ? statement.inner : [statement.text]
      if (sent.some((text) => DEFINES.test(text))) for (const table of found.tables) redefined.add(table)
      return found
    },
    executed: async (session, text, inTransaction) => {
      const found = await border.executed(session, text, inTransaction)
      heard.push(...found.texts)
      return found
    },
  }
}

/**
 * Returns the session with one change: it calls the observer before it sends a statement. The session sends one statement at a
 * time.
 */
function telling(
  session: DatabaseSession,
  observer: MigrationObserver,
  observation: RunningMigrationObservation,
  pricing: Pricing,
): DatabaseSession {
  const send: DatabaseSession['execute'] = async (text, at, values) => {
    await observation.beforeStatement(text, at)
    return session.execute(text, at, values)
  }
  const sendAlone: DatabaseSession['execute'] = async (text, at, values) => {
    await session.begin()
    try {
      const outcome = await send(text, at, values)
      await observation.afterStatementAlone()
      await session.commit(at)
      return outcome
    } catch (error) {
      await session.rollback()
      throw error
    }
  }
  let last: Promise<unknown> = Promise.resolve()
  const execute: DatabaseSession['execute'] = (text, at, values) => {
    const mine = last.then(async () => {
      const isAlone = !(await session.intact()) && (await observer.canStatementRunInOwnTransaction(text))
      return isAlone ? sendAlone(text, at, values) : send(text, at, values)
    })
    last = mine.catch(() => undefined)
    return mine
  }
  const ahead = session.pipeline && pricing.known.size === 0 ? observeStatementsSentAhead(session.pipeline, observation) : undefined
  return new Proxy(session, {
    get(target, property) {
      if (property === 'execute') return execute
      if (property === 'pipeline') return ahead
      const found: unknown = Reflect.get(target, property, target)
      // A method of the session that uses private fields must be called with the session itself as `this`.
      return typeof found === 'function' ? found.bind(target) : found
    },
  })
}

/**
 * Returns a sender that calls the observer before each statement, and that sends the statement before the server has answered the
 * earlier statements. The engine uses the sender only if running code knows no table. If running code knows a table, the observer
 * must read the locks between two statements.
 */
function observeStatementsSentAhead(ahead: StatementPipeline, observation: RunningMigrationObservation): StatementPipeline {
  let last: Promise<unknown> = Promise.resolve()
  return {
    accepts: (text, at) => ahead.accepts(text, at),
    execute: (text, at) => {
      const told = last.then(() => observation.beforeStatement(text, at))
      last = told.catch(() => undefined)
      return told.then(() => ahead.execute(text, at))
    },
  }
}

async function readAfter(
  executor: ShadowExecutionContext,
  before: CatalogReading,
  observed: MigrationObservation,
): Promise<CatalogReading> {
  const { dialect, session } = executor
  if (observed.touched === 'all' || observed.mayChangeOtherGroups) return dialect.catalog.read(session, 'whole')
  if (observed.touched.length === 0) return before
  const touched = new Set(observed.touched)
  const keys = [...touched, ...findDependentGroupKeys(before.state, touched)]
  const now = await dialect.catalog.read(session, keys)
  const after = { ...now, state: replaceGroupsInState(before.state, keys, now.state) }
  const referrers = findReferencingGroupKeys(before.state, touched)
  if (referrers.length === 0 || !losesNames(before, after)) return after
  const also = await dialect.catalog.read(session, referrers)
  return {
    state: replaceGroupsInState(after.state, referrers, also.state),
    identities: new Map([...now.identities, ...also.identities]),
    remarks: [...now.remarks, ...also.remarks],
  }
}

/**
 * Returns true if a foreign key of another table can be printed differently, because an object whose name the foreign key contains
 * disappeared or changed. An added object has no effect on existing foreign keys.
 */
function losesNames(before: CatalogReading, after: CatalogReading): boolean {
  return differences(before.state, after.state).some(({ kind }) => kind !== 'added')
}

/**
 * Adds the internal ids of a new reading to the map of the previous reading, in place. A copy of the map for each of a thousand
 * migrations would take longer than the migrations.
 */
function carryOn(before: CatalogReading, now: CatalogReading): CatalogReading {
  if (now === before) return before
  const identities = new Map<SchemaObjectId, string>()
  const merged = before.identities instanceof Map ? (before.identities as Map<SchemaObjectId, string>) : identities
  for (const [was, is] of before.state.groups.apart(now.state.groups)) {
    for (const [key, group] of was) if (is.get(key) !== group) for (const id of group.keys()) merged.delete(id)
  }
  for (const [id, identity] of now.identities) merged.set(id, identity)
  return { ...now, identities: merged }
}

/**
 * Returns the groups of schema objects that the statements touched. If the observer cannot determine these groups, the function
 * returns the changed groups, or all groups if the statements wrote rows.
 */
function footprintOf(observed: MigrationObservation, step: MigrationStepDifferences, before: CatalogReading): readonly SchemaGroupKey[] {
  if (observed.touched !== 'all')
    return observed.mayChangeOtherGroups
      ? [...new Set([...observed.touched, ...step.flatMap(groupKeysOfDifference)])].sort()
      : observed.touched
  return observed.wrote ? [...before.state.groups.keys()] : step.flatMap(groupKeysOfDifference)
}
