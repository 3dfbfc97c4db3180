import { InterphaseError, isError } from '../error.ts'
import { STATUS_FORMAT } from '../formats.ts'
import { rowCounterOn } from '../gate/gate.ts'
import { readHistory } from '../ledger/read.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import { type Applied, exceptionNote, exceptionsKept, type History, isDone } from '../plan/history.ts'
import { type PhaseProgress, type Progress, progressOf } from '../plan/progress.ts'
import { loadFunction, pendingOf } from '../project/modules.ts'
import type { PlannedRelease } from '../project/recorded.ts'
import type { Migration, MigrationId, Release } from '../release/migration.ts'
import { type ConnectedProject, leniencyAt, remarkOnTexts } from '../run/connected-project.ts'
import { readWhole } from '../run/guard.ts'
import { neighboursOf, schemasRead } from '../run/neighbours.ts'
import { reading } from '../run/reading.ts'
import { decide, type Running } from '../run/resume.ts'
import { describeAll, describeMismatch } from '../schema/describe.ts'
import { type Leniency, mismatches } from '../schema/mismatch.ts'
import type { Neighbour } from '../schema/neighbour.ts'
import type { State } from '../schema/state.ts'
import { inputsOf, staleness } from '../state/freshness.ts'
import type { Position } from '../state/planned.ts'
import type { RecordedServer } from '../state/recording.ts'
import { recallFor, sessionLost } from '../work/session-state.ts'
import { prepare, type Work } from '../work/work.ts'
import { gatesShut } from './gates.ts'
import { refusedNow } from './refused.ts'
import type { Status } from './report.ts'

export interface StatusOptions {
  readonly phase?: PhaseName
  /** Compare the whole live schema with the planned one, too. */
  readonly compareSchema: boolean
}

type Problem = Status['problems'][number]

/** Where the project stands in this database: files held against the ledger, and the ledger against the rows. */
export async function statusOf(connected: ConnectedProject, options: StatusOptions): Promise<Status> {
  const history = await readHistory(connected.session, connected.dialect, connected.config.project)
  const progress = progressOf(connected.chain, history)
  const locked: InterphaseError[] = []
  const pending =
    progress.problems.length > 0
      ? new Map<MigrationId, Left>()
      : await unlessLocked(connected, 'the rows that pending queries count', locked, new Map<MigrationId, Left>(), () =>
          pendingNow(connected, progress),
        )
  const left = [...pending].filter(([, { rows }]) => rows > 0n).map(([id]) => id)
  const compared: Compared = options.compareSchema
    ? await unlessLocked(connected, 'the schema', locked, NOT_COMPARED, () => compareSchema(connected, progress))
    : NOT_COMPARED
  const problems = [
    ...progress.problems,
    ...(await unlessLocked(connected, 'how far an interrupted migration came', locked, [], () => unfinished(connected, progress))),
    ...notRerunnable(pending),
    ...(compared.problem ? [compared.problem] : []),
  ]
  const found = await nextOf(connected, progress, left, history)
  const isReady = compared.schema === 'as planned' && problems.length === 0 && locked.length === 0
  const next =
    found && isReady
      ? await unlessLocked(connected, 'the rows that the gates count', locked, found, () => withGates(connected, found, progress, history))
      : found
  problems.push(...locked)
  return {
    format: STATUS_FORMAT,
    project: connected.config.project,
    dialect: connected.dialect.name,
    database: connected.session.where,
    server: connected.session.version.text,
    releases: progress.releases.map(({ release, phases }) => ({
      release: release.name,
      ...(release.title !== undefined && { title: release.title }),
      phases: phases
        .filter(({ phase }) => options.phase === undefined || phase === options.phase)
        .map((phase) => phaseOf(phase, pending, history)),
    })),
    exceptions: progress.releases
      .flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations))
      .reduce((sum, { migration }) => sum + exceptionsOf(migration, history).length, 0),
    ...(history?.holder && { running: { by: history.holder.by, since: history.holder.since } }),
    ...(next && { next }),
    problems: problems.map(problemOf),
    schema: compared.schema,
    ...(compared.schema !== 'not compared' && { neighbours: [...compared.neighbours] }),
    exitCode: exitCodeOf(problems, next),
  }
}

/** 8 and 7 come before everything; then the next phase by its number, or 6 when it is held; 0 when nothing is left. */
function exitCodeOf(problems: readonly InterphaseError[], next: Status['next']): number {
  const codes = problems.map((problem) => problem.exitCode)
  if (codes.includes(8)) return 8
  if (codes.includes(7)) return 7
  // What could not be read may be anything.
  if (problems.some(({ code }) => code === 'database.locked')) return 6
  if (next) return next.held.length > 0 ? 6 : NEXT_CODE[next.phase]
  return Math.max(0, ...codes)
}

/** A part that cannot be read behind somebody's lock is a problem among the others, and the rest is told all the same. */
async function unlessLocked<T>(
  connected: ConnectedProject,
  what: string,
  locked: InterphaseError[],
  otherwise: T,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await reading(connected, what, read)
  } catch (error) {
    if (!isError(error, 'database.locked')) throw error
    locked.push(error)
    return otherwise
  }
}

const NEXT_CODE: { readonly [P in PhaseName]: number } = { expand: 3, migrate: 4, contract: 5 }

function phaseOf(
  { phase, run, migrations }: PhaseProgress,
  pending: ReadonlyMap<MigrationId, Left>,
  history: History | undefined,
): Status['releases'][number]['phases'][number] {
  return {
    phase,
    state: run.state,
    done: migrations.filter(({ applied }) => isDone(applied)).length,
    of: migrations.length,
    migrations: migrations.map(({ migration, applied }) => ({
      ...migrationOf(migration, applied, pending.get(migration.id)?.rows),
      despite: [...exceptionsOf(migration, history)],
    })),
  }
}

function migrationOf(
  migration: Migration,
  applied: Applied | undefined,
  pending: bigint | undefined,
): Omit<Status['releases'][number]['phases'][number]['migrations'][number], 'despite'> {
  const left = pending === undefined ? {} : { pending: String(pending) }
  if (!applied) return { id: migration.id, file: migration.file, state: 'waiting' }
  const { run, how, by, startedAt } = applied
  const more = run.state === 'done' ? { finishedAt: run.at, rows: run.affected } : { statement: run.statement, of: run.of }
  return { id: migration.id, file: migration.file, state: run.state, how, by, startedAt, ...more, ...left }
}

/** What the file says, and what the ledger kept: of a function that was run, only that knows all of it. */
function exceptionsOf(
  { id, says }: Migration,
  history: History | undefined,
): readonly { readonly effect: string; readonly because: string }[] {
  const all = [...says.despite, ...exceptionsKept(history, id)].map(({ effect, because }) => ({ effect, because }))
  return [...new Map(all.map((one) => [exceptionNote(one), one])).values()]
}

/** The rows that a done data step still has to do, and whether it may run again by itself. */
interface Left {
  readonly rows: bigint
  readonly rerunnable: boolean
}

/** The pending queries of the release at work, as long as no contract of it has begun: after that they may ask for what is gone. */
async function pendingNow(connected: ConnectedProject, progress: Progress): Promise<ReadonlyMap<MigrationId, Left>> {
  const counted = new Map<MigrationId, Left>()
  const release = progress.next?.release
  if (!release || begun(progress, release, 'contract')) return counted
  const observer = rowCounterOn(connected.session, connected.dialect.files)
  for (const { migration, applied } of phaseIn(progress, release, 'migrate')?.migrations ?? []) {
    const pending = isDone(applied) ? await pendingOf(migration) : undefined
    if (pending) counted.set(migration.id, { rows: await observer.pending(pending.query), rerunnable: pending.rerunnable })
  }
  return counted
}

function phaseIn(progress: Progress, release: Release, phase: PhaseName): PhaseProgress | undefined {
  return progress.releases.find((one) => one.release.name === release.name)?.phases.find((one) => one.phase === phase)
}

function begun(progress: Progress, release: Release, phase: PhaseName): boolean {
  return phaseIn(progress, release, phase)?.migrations.some(({ applied }) => applied !== undefined) ?? false
}

async function nextOf(
  connected: ConnectedProject,
  progress: Progress,
  left: readonly MigrationId[],
  history: History | undefined,
): Promise<Status['next']> {
  const { next } = progress
  if (!next) return undefined
  const { release } = next
  // Rows that a done data step did not see make it next again.
  const again = left.length > 0 && PHASES.indexOf(next.phase) > PHASES.indexOf('migrate')
  const phase = again ? 'migrate' : next.phase
  const stale = await staleStates(connected, release)
  const refused = stale.length > 0 || progress.problems.length > 0 ? [] : await refusedNow(connected, release, history)
  return {
    release: release.name,
    phase,
    migrations: again ? [...left] : next.migrations.map((migration) => migration.id),
    command: isGoingBack(progress) ? 'interphase undo' : `interphase ${phase}`,
    held: [...stale, ...refused],
  }
}

/** Counting for the gates takes as long as the tables are large: only who compares the whole schema, too, asks them. */
async function withGates(
  connected: ConnectedProject,
  next: NonNullable<Status['next']>,
  progress: Progress,
  history: History | undefined,
): Promise<NonNullable<Status['next']>> {
  // A done data step that is next again was let in before.
  if (next.held.length > 0 || next.phase !== progress.next?.phase) return next
  return { ...next, held: [...(await gatesShut(connected, next.release, next.phase, progress, history))] }
}

function isGoingBack({ problems }: Progress): boolean {
  return problems.some(({ code }) => code === 'undo.begun')
}

async function staleStates(connected: ConnectedProject, release: Release): Promise<readonly string[]> {
  const onDisk = await connected.states.onDisk(release.name)
  if (!onDisk) return [`${release.name} has no recorded states for ${connected.chain.dialect}; run interphase record`]
  const reasons = staleness(release, onDisk.recorded, { inputs: inputsOf(connected.chain, release) })
  return reasons.map((reason) => `${reason}; run interphase record`)
}

/** One that runs as a whole and is not done has committed by itself; what runs in steps is gone on with by the next run. */
async function unfinished(connected: ConnectedProject, progress: Progress): Promise<readonly InterphaseError[]> {
  const rows = progress.next ? phaseIn(progress, progress.next.release, progress.next.phase)?.migrations : undefined
  const found: InterphaseError[] = []
  for (const { migration, applied } of rows ?? []) {
    if (applied?.run.state !== 'running') continue
    if ((await pathOf(connected, progress, migration)) === 'stepwise') {
      found.push(...(await standsStill(connected, progress, migration, applied.run)))
      continue
    }
    const { statement, of } = applied.run
    const differences = ['it committed by itself before it was through']
    found.push(new InterphaseError('ledger.unfinished', { migration: migration.id, statement: statement + 1, of, differences }))
  }
  return found
}

/** Why the next run would not go on with it, which is asked in the way in which the run asks. */
async function standsStill(
  connected: ConnectedProject,
  progress: Progress,
  migration: Migration,
  run: Running,
): Promise<readonly InterphaseError[]> {
  if (!progress.next || progress.problems.length > 0) return []
  try {
    const planned = await connected.states.of(progress.next.release.name)
    const position = planned.positions().find((one) => one.migration.id === migration.id)
    const work = await prepare(migration, connected.dialect.files, loadFunction, position?.migration.path)
    if (!position || work.path === 'together') return []
    const next = run.sent ? await nextAfter(connected, work, position, run, planned.recorded.server) : run.statement
    const recall = await recallFor(connected.dialect.files, work, position, next)
    return recall.way === 'ask' ? [sessionLost(work, next, recall.lost)] : []
  } catch (error) {
    if (isError(error, 'ledger.unfinished')) return [error]
    // What is wrong with the recorded states is told with the release that is next.
    if (isError(error, 'states.missing') || isError(error, 'states.stale')) return []
    throw error
  }
}

/** A run that is at work is not in the middle of anything. */
async function nextAfter(
  connected: ConnectedProject,
  work: Work,
  position: Position,
  run: Running,
  server: RecordedServer,
): Promise<number> {
  const { session, dialect } = connected
  if (await dialect.mutex.holder(session, { project: connected.config.project })) return run.statement
  const leniency = () => leniencyAt(connected, server)
  return decide({ session, catalog: dialect.catalog, leniency, looksOnly: true }, work, position, run)
}

async function pathOf(connected: ConnectedProject, { next }: Progress, { id }: Migration): Promise<'together' | 'stepwise'> {
  const states = next && (await connected.states.onDisk(next.release.name))
  return states?.recorded.migrations.get(id)?.path ?? 'stepwise'
}

function notRerunnable(pending: ReadonlyMap<MigrationId, Left>): readonly InterphaseError[] {
  const stuck = [...pending].filter(([, { rows, rerunnable }]) => rows > 0n && !rerunnable)
  return stuck.map(([migration, { rows }]) => new InterphaseError('pending.not-rerunnable', { migration, rows: String(rows) }))
}

interface Compared {
  readonly schema: Status['schema']
  readonly neighbours: readonly Neighbour[]
  readonly problem?: InterphaseError
}

const NOT_COMPARED: Compared = { schema: 'not compared', neighbours: [] }

/** Without states to hold it against, or with a ledger that cannot be so, there is nothing to compare. */
async function compareSchema(connected: ConnectedProject, progress: Progress): Promise<Compared> {
  if (progress.problems.length > 0) return NOT_COMPARED
  const last = progress.next?.release ?? connected.chain.releases.at(-1)
  if (!last) return NOT_COMPARED
  try {
    const planned = await connected.states.of(last.name)
    const expected = progress.next ? expectedNow(planned, progress) : planned.end
    if (!expected) return NOT_COMPARED
    remarkOnTexts(connected, planned.recorded.server, expected)
    return await compareWhole(connected, expected, await leniencyAt(connected, planned.recorded.server))
  } catch (error) {
    if (isError(error, 'states.missing') || isError(error, 'states.stale')) return { ...NOT_COMPARED, problem: error }
    throw error
  }
}

async function compareWhole(connected: ConnectedProject, expected: State, leniency: Leniency): Promise<Compared> {
  const found = await readWhole(connected.session, connected.dialect.catalog, expected, leniency)
  const differences = describeAll(mismatches(expected, found, leniency), (one) =>
    describeMismatch(one, { before: 'planned', after: 'found' }),
  )
  const neighbours = await neighboursOf(connected, schemasRead([expected], leniency), { expected, found, leniency })
  if (differences.length === 0) return { schema: 'as planned', neighbours }
  return { schema: 'differs', neighbours, problem: new InterphaseError('schema.differs', { at: 'now', differences }) }
}

/** The planned state, or undefined in the middle of a statement: only a run can tell whether that is done. */
function expectedNow(planned: PlannedRelease, progress: Progress): State | undefined {
  const waiting = progress.next?.migrations[0]
  const position = planned.positions().find(({ migration }) => migration.id === waiting?.id)
  const run =
    progress.next &&
    phaseIn(progress, progress.next.release, progress.next.phase)?.migrations.find(({ migration }) => migration.id === waiting?.id)?.applied
      ?.run
  if (!position || run?.state !== 'running') return position?.before ?? planned.start
  if (run.sent) return undefined
  return run.statement === 0 ? position.before : position.steps[run.statement - 1]
}

function problemOf(problem: InterphaseError): Problem {
  return { code: problem.code, says: problem.message, remedy: problem.remedy }
}
