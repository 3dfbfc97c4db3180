import type { Dialect, SqlFileAnalyzer } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import {
  formatGateAnswer,
  type GateErrorCode,
  type GateEvaluationTime,
  type GateSituation,
  includesGate,
  type PolicyGateAnswer,
} from '../gate/gate.ts'
import {
  answerGateWithoutDatabase,
  evaluateGates,
  gateReadsDatabase,
  overrideNameOf,
  selectGatesEvaluatedAfterNote,
  selectGatesEvaluatedAt,
} from '../gate/gates.ts'
import { countPendingRows } from '../gate/pending.ts'
import type { TableRuleCheckedAtStep } from '../gate/reached.ts'
import { findRemovedObjects } from '../gate/removed.ts'
import type { PlanAndPolicyFingerprints } from '../ledger/write.ts'
import type { GateInPolicy } from '../phase/gate.ts'
import type { MigrationId, SqlText } from '../release/migration.ts'
import type { SchemaObject } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import { runPathOfMigration } from '../work/kinds.ts'
import { runWithStatementCancellation, throwIfRunMustStop } from '../work/stop.ts'
import type { MigrationWork } from '../work/work.ts'
import { refuseOutsideObjectsBeforeRun } from './ahead.ts'
import { applyMigration, type MigrationExecutionContext, type MigrationPositionInPhase } from './apply.ts'
import { RunNoteWriter } from './audit.ts'
import { applyMigrationInBatches, resumeBatchedMigration } from './batched.ts'
import { makeLateRowsCheck } from './gates/late-rows.ts'
import { type PhaseJob, upcomingStepsOfMigrations } from './job.ts'
import { type MigrationLedgerWrites, makeLedgerWritesToApply } from './ledger-entry.ts'
import { runMigrationLoop } from './loop.ts'
import { resumeMigration } from './resume.ts'
import { makeRuleViolationCheck, rulesCheckedDuringPhase } from './rules-reached.ts'

/**
 * Runs the remaining migrations of a phase, and writes notes about the beginning and the end of the run. Returns the number of
 * migrations that ran.
 */
export async function runPhase(unlimited: MigrationExecutionContext, dialect: Dialect, job: PhaseJob): Promise<number> {
  const executor: MigrationExecutionContext = { ...unlimited, forbiddenRows: job.forbiddenRows }
  const { release, phase, fingerprints } = job
  const run = { release, phase, plan: fingerprints.plan, policy: fingerprints.policy }
  const audit = new RunNoteWriter(executor.ledger, run, () => executor.pauses.seen())
  try {
    const migrations = await runAudited(executor, dialect, job, audit)
    await audit.done(migrations)
    return migrations
  } catch (error) {
    if (!executor.session.lost.aborted) await audit.failed(error)
    throw error
  }
}

async function runAudited(executor: MigrationExecutionContext, dialect: Dialect, job: PhaseJob, audit: RunNoteWriter): Promise<number> {
  const startedMs = executor.clock.elapsedMs()
  const fromLedger = await openGates(executor, job, audit, selectGatesEvaluatedAt(job.gates, ['ledger']), [], job.start)
  await executor.fence.readOutsideObjects()
  const interrupted = job.works.filter((work) => job.applied.get(work.migration.id)?.run.state === 'running')
  if (interrupted.length > 0) await audit.begun(interrupted.length, fromLedger)
  const resumed = await resumeUnfinished(executor, dialect, job)
  const left = job.works.filter(({ planned }) => planned.state !== 'done' && !resumed.has(planned.id))
  const now = stateNow(job, left)
  await limitCounting(executor)
  await executor.guard.compareWhole(now, `at the start of ${job.phase} of ${job.release}`)
  await refuseOutsideObjectsBeforeRun(
    executor,
    left.map((work) => [work, job.positions.get(work.migration.id)]),
  )
  const asked = left.length > 0 ? selectGatesEvaluatedAt(job.gates, onceRead(job)) : []
  const answers = await openGates(executor, job, audit, asked, left, now)
  const again = await asking(executor, job, () => dataToRedo(executor, dialect.files, job))
  if (left.length + again.length > 0) await audit.begun(left.length + again.length, [...fromLedger, ...answers])
  await openGates(executor, job, audit, selectGatesEvaluatedAfterNote(asked), left, now)
  executor.emit({
    type: 'phase-started',
    release: job.release,
    phase: job.phase,
    promise: job.promise,
    migrations: left.length + again.length + resumed.size,
  })
  const reached = rulesToReach(executor, job, left, now)
  await executor.session.limit(executor.limits)
  await runInOrder(executor, job, left, reached)
  for (const work of again) await redo(executor, job, work)
  await limitCounting(executor)
  await executor.guard.compareWhole(job.end, `at the end of ${job.phase} of ${job.release}`)
  await verifyData(executor, dialect.files, job)
  const migrations = left.length + again.length + resumed.size
  executor.emit({
    type: 'phase-done',
    release: job.release,
    phase: job.phase,
    migrations,
    elapsedMs: Math.round(executor.clock.elapsedMs() - startedMs),
  })
  return migrations
}

/**
 * Sets the lock timeout of the session and removes its statement timeout, for the checks before and after the migrations of a
 * phase.
 */
function limitCounting({ session, limits }: MigrationExecutionContext): Promise<void> {
  return session.limit({ lockTimeoutMs: limits.lockTimeoutMs ?? 0 })
}

/**
 * Executes the queries of a gate, and cancels the queries when the run must stop. A count of a large table can take long.
 * Cancelling a count is safe, because a count changes nothing.
 */
function asking<T>(executor: MigrationExecutionContext, job: PhaseJob, ask: () => Promise<T>): Promise<T> {
  const at = `the gates of ${job.phase} of ${job.release}`
  throwIfRunMustStop(executor.signal, at)
  return runWithStatementCancellation(executor.session, executor.signal, at, ask)
}

/**
 * Resumes each interrupted migration of the phase before any other migration runs, because until then the schema equals no
 * planned state. Returns the ids of the resumed migrations.
 */
async function resumeUnfinished(executor: MigrationExecutionContext, dialect: Dialect, job: PhaseJob): Promise<ReadonlySet<MigrationId>> {
  const resumed = new Set<MigrationId>()
  for (const work of job.works) {
    const row = job.applied.get(work.migration.id)
    if (row?.run.state !== 'running') continue
    const position = row.how === 'again' ? lastPosition(job, work) : job.positions.get(work.migration.id)
    const reached = position && row.how !== 'again' ? rulesCheckedDuringPhase([position], position.before) : undefined
    const rowChecks = reached && rowChecksOf(executor, job, work, reached)
    const { cursor, state } = row.run
    executor.verified.clear()
    if (cursor.kind === 'batch') {
      await resumeBatchedMigration(executor, work, entryOf(executor, job, work), { position }, cursor)
      resumed.add(work.migration.id)
      continue
    }
    const isCorrected = row.checksum !== work.migration.checksum
    await resumeMigration(
      executor,
      dialect.processes,
      work,
      entryOf(executor, job, work),
      position,
      { state, cursor },
      isCorrected,
      rowChecks,
    )
    resumed.add(work.migration.id)
  }
  return resumed
}

function stateNow(job: PhaseJob, left: readonly MigrationWork[]): SchemaState {
  const [first] = left
  if (!first) return job.end
  return job.positions.get(first.migration.id)?.before ?? job.start
}

/**
 * Returns the times of the policy at which a run evaluates gates after the comparison of the schema. A phase that has not begun
 * evaluates the gates with the times `start` and `every-start`. An interrupted phase evaluates only the gates with the time
 * `every-start`.
 */
function onceRead({ works }: PhaseJob): readonly GateEvaluationTime[] {
  return works.some(({ planned }) => planned.state !== 'waiting') ? ['every-start'] : ['start', 'every-start']
}

/** The results of evaluating the gates of a phase, for a command that only reads. */
export interface GateAnswersOfPhase {
  readonly answers: readonly PolicyGateAnswer[]
  /** The gates that the next start of the phase will not evaluate, each with the reason. */
  readonly notAsked: readonly { readonly gate: string; readonly because: string }[]
  /** The gates that the command cannot evaluate yet, because they need the rows or the schema after the earlier phases. */
  readonly tooEarly: readonly GateInPolicy[]
}

/**
 * Evaluates the gates that a run would evaluate at its next start of the phase, for commands that only read. `isNext` is true if
 * the earlier phases are done. In this case, the schema must equal the planned state.
 */
export async function evaluateGatesOfPhase(job: PhaseJob, isNext: boolean): Promise<GateAnswersOfPhase> {
  const left = job.works.filter(({ planned }) => planned.state !== 'done')
  const isInTheMiddle = left.some(({ planned }) => planned.state === 'running')
  const times: readonly GateEvaluationTime[] = left.length === 0 || isInTheMiddle ? ['ledger'] : ['ledger', ...onceRead(job)]
  const gates = selectGatesEvaluatedAt(job.gates, times)
  const because = isInTheMiddle
    ? 'the run first finishes the interrupted migration'
    : 'the run asked it when the phase began, and does not ask it again'
  const at = situationOf(job, left, stateNow(job, left))
  const early = gates.filter(({ gate }) => !isNext && gateReadsDatabase(gate))
  const known = early.flatMap((gate) => answerGateWithoutDatabase(gate, at) ?? [])
  const tooEarly = early.filter((gate) => !known.some((answer) => answer.gate === gate))
  const asked = gates.filter((gate) => !early.includes(gate))
  return {
    answers: [...(await evaluateGates(asked, at)), ...known],
    notAsked: job.gates.filter((gate) => !gates.includes(gate)).map(({ gate }) => ({ gate, because })),
    tooEarly,
  }
}

function situationOf(job: PhaseJob, left: readonly MigrationWork[], now: SchemaState): GateSituation {
  return { ...job.situation, removedSoFar: removedSoFar(job, left), steps: upcomingStepsOfMigrations(job, left), schema: now }
}

/**
 * Returns the objects that the done migrations of a phase have removed. Returns undefined if no migration of the phase is done.
 */
function removedSoFar(job: PhaseJob, left: readonly MigrationWork[]): readonly SchemaObject[] | undefined {
  const ids = new Set(left.map(({ migration }) => migration.id))
  const done = job.works.filter(({ migration, planned }) => planned.state !== 'waiting' && !ids.has(migration.id))
  return done.length === 0 ? undefined : findRemovedObjects(upcomingStepsOfMigrations(job, done), job.start)
}

async function openGates(
  executor: MigrationExecutionContext,
  job: PhaseJob,
  audit: RunNoteWriter,
  gates: readonly GateInPolicy[],
  left: readonly MigrationWork[],
  now: SchemaState,
): Promise<readonly PolicyGateAnswer[]> {
  if (gates.length === 0) return []
  const answers = await asking(executor, job, () => evaluateGates(gates, situationOf(job, left, now)))
  const shut = answers.filter((answer) => answer.state !== 'open')
  const [first] = shut
  if (first) {
    await audit.refused(shut)
    throw refusal(job, shut, first)
  }
  const confirmed = answers.find((answer) => answer.gate.gate === 'destruction-confirmed')
  if (!confirmed?.consentTo) return answers
  const { release, phase } = job
  const { gate, ...parameters } = confirmed.gate
  executor.emit({ type: 'destroys', release, phase, what: confirmed.evidence })
  const fields = { phase, release, gate, parameters, evidence: confirmed.evidence }
  await executor.ledger.note({ kind: 'confirmed', fields }, `${phase} of ${release}`)
  return answers
}

/**
 * Makes the error for a phase whose gates are not open. The first closed gate in the order of the policy determines the error
 * code.
 */
function refusal(job: PhaseJob, shut: readonly PolicyGateAnswer[], first: PolicyGateAnswer): InterphaseError {
  const { phase, release } = job
  const errors: { readonly [C in GateErrorCode]: () => InterphaseError } = {
    'phase.held': () => {
      const reasons = shut.flatMap(formatGateAnswer)
      const gates = shut.map(({ gate }) => overrideNameOf(gate))
      return new InterphaseError('phase.held', { phase, release, gates, reasons, next: 'interphase status' })
    },
    'phase.preconditions': () => new InterphaseError('phase.preconditions', { phase, release, violations: first.evidence }),
    'phase.unconfirmed': () =>
      new InterphaseError('phase.unconfirmed', { phase, release, destroys: first.evidence, command: `interphase ${phase} --yes` }),
  }
  return errors[first.refusal]()
}

/**
 * Returns the table rules that the migrations of the phase add and that the engine can check only after earlier migrations of the
 * same phase. The result is empty if the policy does not have the gate `preconditions-hold`.
 */
function rulesToReach(
  executor: MigrationExecutionContext,
  job: PhaseJob,
  left: readonly MigrationWork[],
  now: SchemaState,
): readonly TableRuleCheckedAtStep[] {
  if (!includesGate(job.gates, 'preconditions-hold')) return []
  const reached = rulesCheckedDuringPhase(
    left.flatMap((work) => job.positions.get(work.migration.id) ?? []),
    now,
  )
  const rules = reached.map(({ rule, migration }) => `${rule}, in ${migration}`)
  if (rules.length > 0) executor.emit({ type: 'counts-later', release: job.release, phase: job.phase, rules })
  return reached
}

/**
 * Returns the checks that count rows during a migration, after the gates have counted rows at the start of the phase. Returns
 * undefined if the migration needs no such check.
 */
function rowChecksOf(executor: MigrationExecutionContext, job: PhaseJob, work: MigrationWork, reached: readonly TableRuleCheckedAtStep[]) {
  const { observer } = job.situation
  const rules = includesGate(job.gates, 'preconditions-hold')
    ? makeRuleViolationCheck(executor, observer, job.phase, work, job.positions.get(work.migration.id), reached)
    : undefined
  const lateRows = makeLateRowsCheck(executor, job, work)
  if (!rules || !lateRows) return rules ?? lateRows
  return {
    before: async (statement: number) => {
      await rules.before(statement)
      await lateRows.before(statement)
    },
    inside: lateRows.inside,
    after: rules.after,
  }
}

async function runInOrder(
  executor: MigrationExecutionContext,
  job: PhaseJob,
  left: readonly MigrationWork[],
  reached: readonly TableRuleCheckedAtStep[],
): Promise<void> {
  const done = new Set<MigrationId>()
  const items = left.map((work, index) => ({
    id: work.migration.id,
    run: async () => {
      await one(executor, job, left, index, reached)
      done.add(work.migration.id)
    },
  }))
  await runMigrationLoop(items, (id) => done.has(id))
}

async function one(
  executor: MigrationExecutionContext,
  job: PhaseJob,
  left: readonly MigrationWork[],
  index: number,
  reached: readonly TableRuleCheckedAtStep[],
): Promise<void> {
  const [work, next] = [left[index], left[index + 1]]
  if (!work) return
  const of = left.length
  const startedMs = executor.clock.elapsedMs()
  throwIfRunMustStop(executor.signal, work.migration.id)
  executor.quota.refuseIfSpent(work.migration.id)
  executor.emit({ type: 'migration-started', migration: work.migration.id, index, of, path: runPathOfMigration(work) })
  const rowChecks = rowChecksOf(executor, job, work, reached)
  const ahead = next?.path === 'together' ? job.positions.get(next.migration.id)?.guarded : undefined
  const affected = await apply(executor, work, entryOf(executor, job, work), {
    position: job.positions.get(work.migration.id),
    ...(ahead && { ahead }),
    ...(rowChecks && { rowChecks }),
  })
  executor.emit({
    type: 'migration-done',
    migration: work.migration.id,
    index,
    of,
    affected,
    elapsedMs: Math.round(executor.clock.elapsedMs() - startedMs),
  })
}

function apply(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  place: MigrationPositionInPhase,
): Promise<number> {
  executor.verified.clear()
  return runPathOfMigration(work) === 'batches'
    ? applyMigrationInBatches(executor, work, entry, place)
    : applyMigration(executor, work, entry, place)
}

function entryOf(
  { ledger, session }: MigrationExecutionContext,
  { fingerprints }: PhaseJob,
  { migration }: MigrationWork,
  how: PlanAndPolicyFingerprints['how'] = fingerprints.how,
): MigrationLedgerWrites {
  return makeLedgerWritesToApply(ledger, session, migration, { ...fingerprints, how })
}

/**
 * Returns the done data steps that must run again. The result contains the data steps that the user named, and each data step that
 * can run twice without harm and whose pending query counts rows outside the quarantine. Throws `pending.not-rerunnable` if the
 * pending query of any other data step counts such rows.
 */
async function dataToRedo(executor: MigrationExecutionContext, files: SqlFileAnalyzer, job: PhaseJob): Promise<readonly MigrationWork[]> {
  const found: MigrationWork[] = []
  if (!job.isLatest) return found
  for (const work of job.works) {
    if (work.planned.state !== 'done') continue
    if (job.again.has(work.migration.id)) {
      await executor.ledger.note({ kind: 'again', fields: {} }, work.migration.id)
      found.push(work)
      continue
    }
    if (!work.pending) continue
    const rows = await countPendingRows(executor.session, files, work.pending)
    if (rows <= (await rowsInQuarantine(executor, work))) continue
    if (!work.declarations.rerunnable)
      throw new InterphaseError('pending.not-rerunnable', { migration: work.migration.id, rows: String(rows) })
    executor.emit({ type: 'data-left', migration: work.migration.id, rows: String(rows) })
    found.push(work)
  }
  return found
}

/**
 * Returns the number of rows of a data step that are in quarantine. The pending query counts these rows too, but the run does not
 * repeat the data step for them, because the repetition would not change them. The gate of the last phase stays closed until the
 * quarantine is empty.
 */
async function rowsInQuarantine({ quarantine }: MigrationExecutionContext, { migration }: MigrationWork): Promise<bigint> {
  return BigInt((await quarantine.count()).get(migration.id) ?? 0)
}

async function redo(executor: MigrationExecutionContext, job: PhaseJob, work: MigrationWork): Promise<void> {
  await apply(executor, work, entryOf(executor, job, work, 'again'), { position: lastPosition(job, work) })
}

/**
 * Returns the position of a data step that runs again. Every state of the position is the planned state at the end of the phase,
 * because the data step runs again after all migrations of the phase.
 */
function lastPosition(job: PhaseJob, work: MigrationWork): PlannedMigrationPosition | undefined {
  const known = job.positions.get(work.migration.id)
  return known && { ...known, before: job.end, after: job.end, steps: known.steps.map(() => job.end) }
}

/**
 * Checks that the pending query of each data step counts only the rows in quarantine. If the query counts more rows, the
 * application has possibly added rows. The function then repeats the data step if the data step can run twice without harm. Throws
 * `pending.left` if rows remain. The function skips a data step whose rows the run has already verified.
 */
async function verifyData(executor: MigrationExecutionContext, files: SqlFileAnalyzer, job: PhaseJob): Promise<void> {
  const count = (pending: SqlText) => asking(executor, job, () => countPendingRows(executor.session, files, pending))
  for (const work of job.isLatest ? job.works : []) {
    if (!work.pending || executor.verified.has(work.migration.id)) continue
    let rows = await count(work.pending)
    for (let go = 0; rows > (await rowsInQuarantine(executor, work)) && work.declarations.rerunnable && go < LAST_GOES; go++) {
      executor.emit({ type: 'data-left', migration: work.migration.id, rows: String(rows) })
      await redo(executor, job, work)
      rows = await count(work.pending)
    }
    if (rows > (await rowsInQuarantine(executor, work)))
      throw new InterphaseError('pending.left', { migration: work.migration.id, rows: String(rows) })
  }
}

// The largest number of times that a run repeats a data step at the end of a phase. If rows remain after that, the application
// continuously adds rows that the data step must change. A trigger must then change the rows instead.
const LAST_GOES = 3
