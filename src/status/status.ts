import { InterphaseError, isError } from '../error.ts'
import { STATUS_REPORT_FORMAT_VERSION } from '../formats.ts'
import { makeGateRowCounter } from '../gate/gate.ts'
import { readCurrentOperatorPause } from '../ledger/pause.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import { type BatchWalkCursor, estimateTimeLeftMs, isBatchWalkComplete, type WorkCursor } from '../plan/cursor.ts'
import { type AppliedMigration, isMigrationDone, type LedgerHistory, policyExceptionsInLedger } from '../plan/history.ts'
import { type ChainProgress, computeChainProgress, findPhaseProgress, type PhaseProgress } from '../plan/progress.ts'
import { loadPendingQueryAndRerunnable } from '../project/modules.ts'
import type { StatementsDerivedFromDeclaration } from '../release/declared.ts'
import type { Migration, MigrationId, Release } from '../release/migration.ts'
import { findUnfinishedBridge } from '../run/begun-bridge.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import type { PreparedRelease } from '../run/job.ts'
import { readWithLockLimit } from '../run/reading.ts'
import { digestOfRecordingInputs, findStalenessReasons } from '../state/freshness.ts'
import type { GateReportInput } from './gates.ts'
import type { GateReport } from './reports/gate-report.ts'
import type { StatusReport } from './reports/report.ts'
import { SCHEMA_NOT_COMPARED, type SchemaComparisonResult } from './schema-comparison.ts'

export interface StatusOptions {
  readonly phase?: PhaseName
  /** True if the command compares the whole live schema with the planned state. */
  readonly compareSchema: boolean
  /**
   * The phase of the current release whose gates the report contains, or `next` for the next phase in the ledger. If the field is
   * absent, the option `phase` determines the phase of the gates.
   */
  readonly gatesOf?: PhaseName | 'next'
}

type Problem = StatusReport['problems'][number]

/**
 * Returns the status of a project in a database: the releases of the files, the progress in the ledger, the pending rows, and the
 * next phase. `current` is the current release, if a caller has already made its plan.
 */
export async function makeStatusReport(
  connected: ConnectedProject,
  history: LedgerHistory | undefined,
  options: StatusOptions,
  current?: PreparedRelease,
): Promise<StatusReport> {
  const progress = computeChainProgress(connected.chain, history)
  const locked: InterphaseError[] = []
  const pending =
    progress.problems.length > 0
      ? new Map<MigrationId, Left>()
      : await unlessLocked(connected, 'the rows that pending queries count', locked, new Map<MigrationId, Left>(), () =>
          pendingNow(connected, progress),
        )
  const derived = await derivedNow(connected, progress)
  const inQuarantine = (id: MigrationId) => history?.quarantined.get(id) ?? 0
  // A pending query also counts the rows in quarantine, and repeating the data step would not change these rows. A data step
  // therefore has rows left only if its query counts more rows than the quarantine contains.
  const left = [...pending].filter(([id, { rows }]) => rows > BigInt(inQuarantine(id))).map(([id]) => id)
  const gatesOf = options.gatesOf ?? options.phase
  const compared: SchemaComparisonResult =
    options.compareSchema || gatesOf
      ? await unlessLocked(connected, 'the schema', locked, SCHEMA_NOT_COMPARED, async () =>
          (await import('./comparison.ts')).compareLiveSchemaForReport(connected, progress, history),
        )
      : SCHEMA_NOT_COMPARED
  const bridge = history && history.applied.length > 0 ? undefined : await findUnfinishedBridge(connected)
  const problems = [
    ...(bridge ? [new InterphaseError('bridge.begun', { base: bridge.base })] : []),
    ...progress.problems,
    ...(await unlessLocked(connected, 'how far an interrupted migration came', locked, [], () =>
      interrupted(connected, progress, history),
    )),
    ...notRerunnable(pending),
    // While the migrations from an old schema to the chain (the bridge) have begun and are not complete, the schema equals no
    // state of the chain. A difference is then no problem.
    ...(compared.problem && !bridge ? [compared.problem] : []),
  ]
  const found = await nextOf(connected, progress, left, history, current)
  const isReady = compared.schema === 'as planned' && problems.length === 0 && locked.length === 0
  const { phase, release } = progress.next ?? {}
  const outside =
    release && phase && isReady && found?.phase === phase && found.held.length === 0
      ? await unlessLocked(connected, 'the objects that the next statements name', locked, undefined, async () =>
          (await import('./outside-objects.ts')).checkOutsideObjects({ connected, progress, history, current, release, phase }),
        )
      : undefined
  problems.push(...(outside?.problems ?? []))
  const facts = (): GateReportInput => ({
    connected,
    progress,
    history,
    current: outside?.prepared ?? current,
    problems: [...problems, ...locked].map(problemOf),
    schema: compared.schema,
    held: found?.held ?? [],
  })
  const gates =
    gatesOf && (await unlessLocked(connected, 'the rows that the gates count', locked, undefined, () => gatesIn(facts(), gatesOf)))
  const next =
    found && isReady && outside?.problems.length !== 1
      ? await unlessLocked(connected, 'the rows that the gates count', locked, found, () => withGates(found, facts(), gates))
      : found
  const paused = history && (await readCurrentOperatorPause(connected.session, connected.dialect, connected.config.project))
  problems.push(...locked)
  return {
    format: STATUS_REPORT_FORMAT_VERSION,
    project: connected.config.project,
    dialect: connected.dialect.name,
    database: connected.session.where,
    server: connected.session.version.text,
    releases: progress.releases.map(({ release, phases }) => ({
      release: release.name,
      ...(release.title !== undefined && { title: release.title }),
      phases: phases
        .filter(({ phase }) => options.phase === undefined || phase === options.phase)
        .map((phase) => phaseOf(phase, { pending, derived }, history)),
    })),
    exceptions: progress.releases
      .flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations))
      .reduce((sum, { migration }) => sum + exceptionsOf(migration, history).length, 0),
    ...(history?.holder && { running: { by: history.holder.by, since: history.holder.since } }),
    ...(paused && { paused }),
    ...(next && { next }),
    // After a lock timeout, the report contains the lock as a problem, and the gates have the state `unseen` (not evaluated).
    ...(gatesOf && { gates: gates ?? (await gatesIn(facts(), gatesOf)) }),
    ...overridesIn(history),
    problems: problems.map(problemOf),
    schema: compared.schema,
    ...(compared.remark !== undefined && { schemaRemark: compared.remark }),
    ...(compared.schema !== 'not compared' && { neighbours: [...compared.neighbours] }),
    exitCode: exitCodeOf(problems, next),
  }
}

/**
 * Returns the exit code of `status --check`. The code is 8 or 7 if a problem has this exit code. Otherwise it is 6 if a lock
 * prevented a part of the report, or if the next phase is held. Otherwise it is the code of the next phase. Without a next phase,
 * it is the largest exit code of the problems, or 0.
 */
function exitCodeOf(problems: readonly InterphaseError[], next: StatusReport['next']): number {
  const codes = problems.map((problem) => problem.exitCode)
  if (codes.includes(8)) return 8
  if (codes.includes(7)) return 7
  // If a lock made a part of the status unreadable, this part can contain any problem, so the exit code is 6.
  if (problems.some(({ code }) => code === 'database.locked')) return 6
  if (next) return next.held.length > 0 ? 6 : NEXT_CODE[next.phase]
  return Math.max(0, ...codes)
}

/**
 * Reads one part of the status. If a lock of another session blocks the read, the function returns `otherwise`, and adds the lock
 * to `locked` as a problem. The report then still contains the other parts.
 */
async function unlessLocked<T>(
  connected: ConnectedProject,
  what: string,
  locked: InterphaseError[],
  otherwise: T,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await readWithLockLimit(connected, what, read)
  } catch (error) {
    if (!isError(error, 'database.locked')) throw error
    locked.push(error)
    return otherwise
  }
}

const NEXT_CODE: { readonly [P in PhaseName]: number } = { expand: 3, migrate: 4, contract: 5 }

function phaseOf(
  { phase, run, migrations }: PhaseProgress,
  { pending, derived }: DataSteps,
  history: LedgerHistory | undefined,
): StatusReport['releases'][number]['phases'][number] {
  return {
    phase,
    state: run.state,
    done: migrations.filter(({ applied }) => isMigrationDone(applied)).length,
    of: migrations.length,
    migrations: migrations.map(({ migration, applied }) => ({
      ...migrationOf(migration, applied, pending.get(migration.id)?.rows),
      ...derivedIn(derived.get(migration.id)),
      ...(history?.quarantined.has(migration.id) && { quarantined: history.quarantined.get(migration.id) ?? 0 }),
      despite: [...exceptionsOf(migration, history)],
    })),
  }
}

/**
 * The data steps of the current release: the rows that the data steps have not changed yet, and the statements of the declared
 * data steps.
 */
interface DataSteps {
  readonly pending: ReadonlyMap<MigrationId, Left>
  readonly derived: ReadonlyMap<MigrationId, StatementsDerivedFromDeclaration>
}

/**
 * Returns the derived statements of the current release from the recorded states. The function loads no module of a migration.
 */
async function derivedNow(connected: ConnectedProject, { next }: ChainProgress): Promise<DataSteps['derived']> {
  const recorded = next && (await connected.states.onDisk(next.release.name))?.recorded
  const migrations = [...(recorded?.migrations.values() ?? [])]
  return new Map(migrations.flatMap(({ id, derived }) => (derived ? [[id, derived] as const] : [])))
}

function derivedIn(derived: StatementsDerivedFromDeclaration | undefined): Pick<MigrationStatus, 'derived'> {
  return derived ? { derived: { statements: [...derived.statements], pending: derived.pending } } : {}
}

type MigrationStatus = StatusReport['releases'][number]['phases'][number]['migrations'][number]

function migrationOf(
  migration: Migration,
  applied: AppliedMigration | undefined,
  pending: bigint | undefined,
): Omit<MigrationStatus, 'despite'> {
  const left = pending === undefined ? {} : { pending: String(pending) }
  if (!applied) return { id: migration.id, file: migration.file, state: 'waiting' }
  const { run, how, by, startedAt } = applied
  const more = run.state === 'done' ? { finishedAt: run.at, rows: run.affected } : { ...progressIn(run.cursor), ...workersIn(run) }
  return { id: migration.id, file: migration.file, state: run.state, how, by, startedAt, ...more, ...left }
}

/** Returns the ranges of a data step that several workers share. */
function workersIn(run: AppliedMigration['run']): Pick<MigrationStatus, 'ranges'> {
  if (run.state !== 'running' || !run.ranges) return {}
  return {
    ranges: run.ranges.map(({ after, upTo, ...range }) => ({ ...range, ...(after && { after: [...after] }), upTo: [...upTo] })),
  }
}

function progressIn(cursor: WorkCursor): Pick<MigrationStatus, 'statement' | 'of' | 'batches'> {
  if (cursor.kind === 'statement') return { statement: cursor.next, of: cursor.of }
  const { batches: done, rows, of, size, at, verified, waiting } = cursor
  const more = { ...(of !== undefined && { of }), ...(verified && { verified: verified.rows }), ...(waiting && { waiting }) }
  return { batches: { done, rows, size, ...speedOf(cursor), at, ...more } }
}

/** Returns the speed of the batches of a data step and the time that is left, or nothing if all batches are done. */
function speedOf(cursor: BatchWalkCursor): { readonly rate?: number; readonly etaMs?: number } {
  const { rows, of, rate } = cursor
  if (rate === undefined || isBatchWalkComplete(cursor)) return {}
  const etaMs = estimateTimeLeftMs(rows, of, rate)
  return { rate, ...(etaMs !== undefined && { etaMs }) }
}

/**
 * Returns the exceptions that the file declares, and the exceptions in the ledger. For a function migration that has run, only
 * the ledger contains all exceptions.
 */
function exceptionsOf(
  { id, declarations }: Migration,
  history: LedgerHistory | undefined,
): readonly { readonly effect: string; readonly because: string }[] {
  const all = [...declarations.despite, ...policyExceptionsInLedger(history, id)].map(({ effect, because }) => ({ effect, because }))
  return [...new Map(all.map((one) => [JSON.stringify([one.effect, one.because]), one])).values()]
}

/**
 * The number of rows that the pending query of a completed data step still counts. `rerunnable` is true if a run may repeat the
 * data step without a request of the user.
 */
interface Left {
  readonly rows: bigint
  readonly rerunnable: boolean
}

/**
 * Counts the pending rows of the data steps of the current release. After a contract migration has begun, the function counts
 * nothing, because the pending queries can refer to columns that contract drops.
 */
async function pendingNow(connected: ConnectedProject, progress: ChainProgress): Promise<ReadonlyMap<MigrationId, Left>> {
  const counted = new Map<MigrationId, Left>()
  const release = progress.next?.release
  if (!release || begun(progress, release, 'contract')) return counted
  const recorded = (await connected.states.onDisk(release.name))?.recorded
  const observer = makeGateRowCounter(connected.session, connected.dialect)
  for (const { migration, applied } of findPhaseProgress(progress, release, 'migrate')?.migrations ?? []) {
    const pending = isMigrationDone(applied)
      ? await loadPendingQueryAndRerunnable(migration, recorded?.migrations.get(migration.id))
      : undefined
    if (pending) counted.set(migration.id, { rows: await observer.pending(pending.query), rerunnable: pending.rerunnable })
  }
  return counted
}

function begun(progress: ChainProgress, release: Release, phase: PhaseName): boolean {
  return findPhaseProgress(progress, release, phase)?.migrations.some(({ applied }) => applied !== undefined) ?? false
}

async function nextOf(
  connected: ConnectedProject,
  progress: ChainProgress,
  left: readonly MigrationId[],
  history: LedgerHistory | undefined,
  current: PreparedRelease | undefined,
): Promise<StatusReport['next']> {
  const { next } = progress
  if (!next) return undefined
  const { release } = next
  // If rows appeared after a data step was done, the next migration is the same data step again.
  const again = left.length > 0 && PHASES.indexOf(next.phase) > PHASES.indexOf('migrate')
  const phase = again ? 'migrate' : next.phase
  // If the ledger has a problem, such as a changed file that has already run, the report does not contain stale states. The user
  // must solve the problem of the ledger first, and a new recording would not solve it.
  const stale = progress.problems.length > 0 ? [] : await staleStates(connected, release)
  const isJudged = stale.length === 0 && progress.problems.length === 0
  const refused = isJudged
    ? (current?.plan.refused ?? (await (await import('./refused.ts')).listPolicyRefusals(connected, release, history)))
    : []
  return {
    release: release.name,
    phase,
    migrations: again ? [...left] : next.migrations.map((migration) => migration.id),
    command: isGoingBack(progress) ? 'interphase undo' : `interphase ${phase}`,
    held: [...stale, ...refused],
  }
}

function overridesIn(history: LedgerHistory | undefined): Pick<StatusReport, 'overrides'> {
  const overrides = (history?.notes ?? []).flatMap((note) => (note.kind === 'overridden' ? [note.fields] : []))
  if (overrides.length === 0) return {}
  return { overrides: overrides.map(({ release, phase, gate, name, because }) => ({ release, phase, gate, by: name, because })) }
}

async function gatesIn(facts: GateReportInput, phase: PhaseName | 'next'): Promise<GateReport> {
  return (await import('./gates.ts')).makeGateReport(facts, phase === 'next' ? undefined : phase)
}

/**
 * Adds the evidence of the gates that are not open to the reasons why the next phase is held. The function evaluates the gates
 * unless `asked` already contains the report. The evaluation can take long on large tables, so callers request it only together
 * with a comparison of the whole schema.
 */
async function withGates(
  next: NonNullable<StatusReport['next']>,
  facts: GateReportInput,
  asked: GateReport | undefined,
): Promise<NonNullable<StatusReport['next']>> {
  // For a data step that runs a second time, the gates are not evaluated again, because they were open at the first time.
  if (next.held.length > 0 || next.phase !== facts.progress.next?.phase) return next
  const { reasonsOfGatesNotOpen, makeGateReport } = await import('./gates.ts')
  const report = asked?.phase === next.phase ? asked : await makeGateReport(facts, next.phase)
  return { ...next, held: [...reasonsOfGatesNotOpen(report)] }
}

function isGoingBack({ problems }: ChainProgress): boolean {
  return problems.some(({ code }) => code === 'undo.begun')
}

async function staleStates(connected: ConnectedProject, release: Release): Promise<readonly string[]> {
  const onDisk = await connected.states.onDisk(release.name)
  if (!onDisk) return [`${release.name} was not yet recorded for ${connected.chain.dialect}. Run: interphase record`]
  const reasons = findStalenessReasons(release, onDisk.recorded, { inputs: digestOfRecordingInputs(connected.chain, release) })
  return reasons.map((reason) => `${reason}. Run: interphase record`)
}

/**
 * Returns the errors for interrupted migrations. To save time, the function loads the module that determines these errors only if
 * a migration is interrupted.
 */
async function interrupted(
  connected: ConnectedProject,
  progress: ChainProgress,
  history: LedgerHistory | undefined,
): Promise<readonly InterphaseError[]> {
  const rows = progress.next ? findPhaseProgress(progress, progress.next.release, progress.next.phase)?.migrations : undefined
  if (!rows?.some(({ applied }) => applied?.run.state === 'running')) return []
  return (await import('./unfinished.ts')).errorsOfUnresumableMigrations(connected, progress, history)
}

function notRerunnable(pending: ReadonlyMap<MigrationId, Left>): readonly InterphaseError[] {
  const stuck = [...pending].filter(([, { rows, rerunnable }]) => rows > 0n && !rerunnable)
  return stuck.map(([migration, { rows }]) => new InterphaseError('pending.not-rerunnable', { migration, rows: String(rows) }))
}

function problemOf(problem: InterphaseError): Problem {
  return { code: problem.code, says: problem.message, remedy: problem.remedy }
}
