import { InterphaseError } from '../error.ts'
import { makeGateFleetReader } from '../gate/fleet.ts'
import { type DestructionConsent, makeGateRowCounter } from '../gate/gate.ts'
import { evaluateGates } from '../gate/gates.ts'
import { type UpcomingMigrationStep, upcomingStepsOfMigration } from '../gate/upcoming-step.ts'
import { type LedgerWriteAccess, runUnderProjectLock } from '../ledger/access.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { Migration, MigrationId } from '../release/migration.ts'
import { tableGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import { type LockWatcher, makeLockWatcher } from '../work/lock-watcher.ts'
import { RunQuota } from '../work/quota.ts'
import { runWithStatementCancellation, throwIfRunMustStop } from '../work/stop.ts'
import type { MigrationWork } from '../work/work.ts'
import { refuseOutsideObjectsBeforeRun } from './ahead.ts'
import { applyMigration, type MigrationExecutionContext } from './apply.ts'
import { RunNoteWriter } from './audit.ts'
import { type ConnectedProject, readProjectHistory } from './connected-project.ts'
import { makeMigrationExecutionContext } from './executor.ts'
import { makeGateFactsReaderForPhase } from './gates/outside.ts'
import { type MigrationLedgerWrites, makeLedgerWritesToUndo } from './ledger-entry.ts'
import { runMigrationLoop } from './loop.ts'
import { resumeMigration } from './resume.ts'
import { type MigrationUndoStep, makeReleaseUndoPlan, type ReleaseUndoPlan, undoSentencesOf } from './undo-plan.ts'

/** The release to undo, and the options of the run. */
export interface UndoOptions {
  /** The name of the release to undo. The default is the current release. */
  readonly release?: string
  /** The consent to the destruction of data by the undo. */
  readonly confirmed: DestructionConsent
  /** True if the command only reports what the undo would do, and changes nothing. */
  readonly dryRun: boolean
  /** The time in milliseconds that the command waits for the end of another run. */
  readonly waitMs: number
}

/** The result of an undo, or of the dry run of an undo. */
export interface UndoResult {
  /** The name of the undone release. The field is absent if the command undid no migration. */
  readonly release?: string
  /**
   * The undone migrations, in the order of the undo. `file` is the undo file that the command executed. Without `file`, the
   * command only removed the ledger row.
   */
  readonly migrations: readonly { readonly migration: MigrationId; readonly file?: string }[]
  /** The tables and columns whose data the undo destroys, with the number of rows or values. */
  readonly destroys: readonly string[]
  /**
   * The facts that `record` found when it executed the undo with sample rows: the rows that the undo loses, and whether the release
   * can run again.
   */
  readonly reported: readonly string[]
}

/**
 * Undoes a release, migration by migration, in reverse phased order. Throws `undo.refused` if a policy or a migration forbids the
 * undo, `undo.missing` if a migration has no undo file, and `phase.unconfirmed` without consent to the destruction of data.
 */
export async function undoRelease(connected: ConnectedProject, options: UndoOptions): Promise<UndoResult> {
  if (options.dryRun) return preview(connected, options)
  const lockWatcher = makeLockWatcher(connected.dialect, connected.target, connected.clock)
  try {
    return await runUnderProjectLock(connected, options.waitMs, (access) => run(connected, options, access, lockWatcher))
  } finally {
    await lockWatcher.close()
  }
}

async function preview(connected: ConnectedProject, options: UndoOptions): Promise<UndoResult> {
  const plan = await makeReleaseUndoPlan(connected, options.release, await readProjectHistory(connected))
  if (!plan) return NOTHING
  const { destroys } = await ask(connected, plan, plan.steps.filter(isWhole), true)
  return resultOf(plan, destroys)
}

const NOTHING: UndoResult = { migrations: [], destroys: [], reported: [] }

function resultOf({ planned, steps }: ReleaseUndoPlan, destroys: readonly string[]): UndoResult {
  const migrations = steps.map(({ migration, work }) => ({ migration: migration.id, ...(work && { file: work.migration.file }) }))
  const reported = steps.some(({ work }) => work) ? undoSentencesOf(planned) : []
  return { release: planned.release.name, migrations, destroys, reported }
}

/**
 * The inputs of one run of an undo: the plan, the options of the user, and the objects with which the run reads and writes the
 * database.
 */
interface UndoRun extends ReleaseUndoPlan {
  readonly connected: ConnectedProject
  readonly options: UndoOptions
  readonly access: LedgerWriteAccess
  readonly audit: RunNoteWriter
  readonly release: string
  /** The signal that aborts when the run must stop or when the database session is lost. */
  readonly signal: AbortSignal
  /** Returns the object that executes the undo files of a phase. The object contains the session, the ledger and the checks. */
  readonly executorOf: (phase: PhaseName) => MigrationExecutionContext
}

async function run(
  connected: ConnectedProject,
  options: UndoOptions,
  access: LedgerWriteAccess,
  lockWatcher: LockWatcher,
): Promise<UndoResult> {
  const plan = await makeReleaseUndoPlan(connected, options.release, access.history)
  if (!plan) return NOTHING
  const { planned, steps } = plan
  const release = planned.release.name
  const signal = AbortSignal.any([connected.signal, access.lease.signal])
  const executors = new Map<PhaseName, MigrationExecutionContext>()
  const executorOf = (phase: PhaseName) => {
    const quota = new RunQuota(connected.clock, {})
    const executor =
      executors.get(phase) ??
      makeMigrationExecutionContext(connected, access, lockWatcher, planned, connected.policies[phase], access.history, quota)
    executors.set(phase, executor)
    return executor
  }
  const audit = new RunNoteWriter(access.ledger, { phase: 'undo', release })
  const undoRun: UndoRun = { ...plan, connected, options, access, audit, release, signal, executorOf }
  try {
    const destroys = await runAudited(undoRun)
    await audit.done(steps.length)
    return resultOf(plan, destroys)
  } catch (error) {
    if (!connected.session.lost.aborted) await audit.failed(error)
    throw error
  }
}

/** Undoes the migrations of a release. Returns the tables and columns that the undo destroyed. */
async function runAudited(undoRun: UndoRun): Promise<readonly string[]> {
  const { connected, planned, steps, access, audit, release, executorOf } = undoRun
  const startedMs = connected.clock.elapsedMs()
  for (const phase of new Set(steps.map(({ migration }) => migration.phase))) await executorOf(phase).fence.readOutsideObjects()
  const interrupted = steps.filter((step) => !isWhole(step))
  if (interrupted.length > 0) await audit.begun(steps.length, [])
  for (const step of steps) await finishInterruptedUndo(undoRun, step)
  const left = steps.filter(isWhole)
  await guardWhole(undoRun, stateNow(undoRun, left), `before the undo of ${release}`)
  for (const { migration, work, undone } of left)
    if (work) await refuseOutsideObjectsBeforeRun(executorOf(migration.phase), [[work, undone]])
  const destroys = await openGates(undoRun, left)
  await audit.begun(left.length, [])
  connected.emit({ type: 'undo-started', release, migrations: steps.length })
  const undoneIds = new Set<MigrationId>()
  const loop = left.map((step, index) => ({
    id: step.migration.id,
    run: async () => {
      await undoMigration(undoRun, step, index, left.length)
      undoneIds.add(step.migration.id)
    },
  }))
  await runMigrationLoop(loop, (id) => undoneIds.has(id))
  await guardWhole(undoRun, planned.start, `after the undo of ${release}`)
  await access.ledger.claim(planned.start.groups.keys())
  connected.emit({ type: 'undo-done', release, migrations: steps.length, elapsedMs: Math.round(connected.clock.elapsedMs() - startedMs) })
  return destroys
}

function isWhole({ applied }: MigrationUndoStep): boolean {
  return applied.run.state === 'done'
}

/**
 * Finishes an interrupted undo of one migration. The caller calls this function before any other undo, because until then the
 * schema equals no planned state.
 */
async function finishInterruptedUndo(undoRun: UndoRun, { migration, applied, work, undone }: MigrationUndoStep): Promise<void> {
  const { run } = applied
  if (run.state !== 'undoing') return
  const executor = undoRun.executorOf(migration.phase)
  if (!work) throw new InterphaseError('undo.missing', { release: undoRun.release, missing: [migration.file] })
  await executor.session.limit(executor.limits)
  await resumeMigration(executor, undoRun.connected.dialect.processes, work, entryOf(executor, work), undone, run)
}

function entryOf({ ledger, session }: MigrationExecutionContext, { migration }: MigrationWork): MigrationLedgerWrites {
  return makeLedgerWritesToUndo(ledger, session, migration, migration.file)
}

/** Returns the planned state of the schema before the first of the remaining undos. */
function stateNow({ planned }: ReleaseUndoPlan, [first]: readonly MigrationUndoStep[]): SchemaState {
  return first?.position.after ?? planned.start
}

/** Compares the whole live schema with the state `expected`. The session waits for locks no longer than the policy allows. */
async function guardWhole({ steps, signal, executorOf }: UndoRun, expected: SchemaState, at: string): Promise<void> {
  const [first] = steps
  if (!first) return
  const { session, limits, guard } = executorOf(first.migration.phase)
  await session.limit({ lockTimeoutMs: limits.lockTimeoutMs ?? 0 })
  throwIfRunMustStop(signal, at)
  await guard.compareWhole(expected, at)
}

/**
 * Counts the rows that violate the rules which the undo adds, and requires the user's consent to the destruction of data, before
 * the undo changes anything. Returns the tables and columns that the undo destroys. Throws `phase.preconditions` if rows violate a
 * rule, and `phase.unconfirmed` without consent.
 */
async function openGates(undoRun: UndoRun, left: readonly MigrationUndoStep[]): Promise<readonly string[]> {
  const { connected, options, access, release, signal } = undoRun
  const at = `the gates of undo of ${release}`
  throwIfRunMustStop(signal, at)
  const asking = () => ask(connected, undoRun, left, options.confirmed)
  const { violations, destroys, agreed } = await runWithStatementCancellation(connected.session, signal, at, asking)
  const about = { phase: 'undo', release }
  if (violations.length > 0) throw new InterphaseError('phase.preconditions', { ...about, violations })
  if (!agreed) throw new InterphaseError('phase.unconfirmed', { ...about, destroys, command: `interphase undo ${release} --yes` })
  if (destroys.length === 0) return destroys
  connected.emit({ type: 'destroys', ...about, what: destroys })
  await access.ledger.note(
    { kind: 'confirmed', fields: { ...about, gate: 'destruction-confirmed', parameters: {}, evidence: destroys } },
    `undo of ${release}`,
  )
  return destroys
}

async function ask(connected: ConnectedProject, plan: ReleaseUndoPlan, left: readonly MigrationUndoStep[], confirmed: DestructionConsent) {
  const [rejected, going] = await evaluateGates([{ gate: 'preconditions-hold' }, { gate: 'destruction-confirmed' }], {
    observer: makeGateRowCounter(connected.session, connected.dialect),
    fleet: makeGateFleetReader(connected.session, connected.dialect, connected.config.project),
    releasesFromHere: [],
    project: connected.config.project,
    inPlan: { release: plan.planned.release.name, phase: 'undo', plan: '' },
    authors: undefined,
    approvals: [],
    overrides: [],
    usageBaselines: [],
    outside: makeGateFactsReaderForPhase(connected, plan.planned.release.name, 'undo'),
    unfinished: [],
    dataSteps: [],
    removedSoFar: undefined,
    quarantined: [],
    steps: left.flatMap((step) => (step.undone ? upcomingStepsOfMigration(step.undone.migration) : notPutBack(step, plan.planned.start))),
    schema: stateNow(plan, left),
    at: connected.clock.now(),
    confirmed,
  })
  return { violations: rejected?.evidence ?? [], destroys: going?.consentTo ?? [], agreed: going?.state === 'open' }
}

/**
 * Returns the row changes of a data step without an undo file, in tables that existed before the release. The undo of the release
 * does not restore these rows, so it needs the same consent as a destruction of data.
 */
function notPutBack({ migration, position }: MigrationUndoStep, start: SchemaState): readonly UpcomingMigrationStep[] {
  const rewrites = `changed by ${migration.id} and not put back`
  const writes = position.migration.writes.flatMap(({ table, columns }) => {
    const known = start.groups.get(tableGroupKey(table))
    const old = columns?.filter((column) => known?.has(`column:${table}.${column}`))
    return known && old?.length !== 0 ? [{ table, rewrites, ...(old && { columns: old }) }] : []
  })
  return writes.length === 0 ? [] : [{ migration: migration.id, step: 0, differences: [], writes }]
}

async function undoMigration({ connected, executorOf }: UndoRun, step: MigrationUndoStep, index: number, of: number): Promise<void> {
  const { migration, work, undone } = step
  const executor = executorOf(migration.phase)
  const startedMs = connected.clock.elapsedMs()
  throwIfRunMustStop(executor.signal, migration.id)
  connected.emit({ type: 'migration-started', migration: migration.id, index, of, path: work?.path ?? 'together' })
  await executor.session.limit(executor.limits)
  const affected = work
    ? await applyMigration(executor, work, entryOf(executor, work), { position: undone })
    : await forget(executor, migration)
  const elapsedMs = Math.round(connected.clock.elapsedMs() - startedMs)
  connected.emit({ type: 'migration-done', migration: migration.id, index, of, affected, elapsedMs })
}

/** Removes the ledger row of a data step without an undo file. The changes that the data step made to the rows stay. */
async function forget({ ledger, session }: MigrationExecutionContext, migration: Migration): Promise<number> {
  await makeLedgerWritesToUndo(ledger, session, migration).finishAlone()
  return 0
}
