import type { Clock } from '../clock.ts'
import type { Dialect, Session, Target } from '../dialect/dialect.ts'
import { openTarget } from '../dialects/open.ts'
import type { Emit, EventSource } from '../event.ts'
import type { Writer } from '../ledger/prepare.ts'
import { hasLedger, type OtherProject, otherProjects } from '../ledger/read.ts'
import type { Policies } from '../phase/policy.ts'
import { collationsOf, type History, wasAdopted } from '../plan/history.ts'
import type { Config } from '../project/config.ts'
import { RecordedChain } from '../project/recorded.ts'
import { readChain } from '../project/releases.ts'
import type { Chain } from '../release/migration.ts'
import type { Leniency } from '../schema/mismatch.ts'
import { objectsOf, type State } from '../schema/state.ts'
import type { RecordedServer } from '../state/recording.ts'
import type { CrashHook } from '../work/crash.ts'

/** A project, and an open session on one of its target databases. */
export interface ConnectedProject {
  readonly config: Config
  readonly chain: Chain
  readonly states: RecordedChain
  readonly policies: Policies
  readonly dialect: Dialect
  readonly target: Target
  readonly session: Session
  readonly writer: Writer
  readonly clock: Clock
  readonly emit: Emit
  /** Aborts when the user stops the run. The reason is the name of the signal. */
  readonly signal: AbortSignal
  readonly crash: CrashHook
  /** False only to measure the time that the guards take. */
  readonly guards: boolean
}

/** Everything that a command has before it opens a database. A command can open several databases with it. */
export interface OpenedProject extends Omit<ConnectedProject, 'chain' | 'states' | 'dialect' | 'target' | 'session' | 'emit'> {
  readonly events: EventSource
}

/** Opens one target database, runs `work` and closes the session. */
export async function onDatabase<T>(opened: OpenedProject, target: Target, work: (connected: ConnectedProject) => Promise<T>): Promise<T> {
  const { events, config } = opened
  const { dialect, session } = await openTarget(target, config.dialects)
  try {
    const chain = readChain(config, dialect.name)
    const states = new RecordedChain(config.root, chain, session)
    return await work({ ...opened, chain, states, dialect, target, session, emit: events.from(session.where) })
  } finally {
    await session.close()
  }
}

/** The parts of the ledger that a comparison of schemas needs. */
export interface ComparedLedger {
  /** Undefined if the ledger has no row of the project. */
  readonly history: History | undefined
  readonly others: readonly OtherProject[]
}

/** Reads the other projects that the ledger names now, and adds them to the history of this project. */
export async function withOtherProjects(connected: ConnectedProject, history: History | undefined): Promise<ComparedLedger> {
  const { session, dialect, config } = connected
  const isThere = history !== undefined || (await hasLedger(session, dialect))
  return { history, others: isThere ? await otherProjects(session, config.project) : [] }
}

/** Determines the differences that comparisons with this database ignore, from the settings and from the ledger. */
export async function leniencyAt(
  connected: ConnectedProject,
  recordedOn: RecordedServer | undefined,
  { history, others }: ComparedLedger,
): Promise<Leniency> {
  const { config, session, dialect } = connected
  const ignored = config.ignore.flatMap((name) => IGNORABLE.map((kind) => `${kind}:${name}`))
  const compareTexts = isOfOneMajor(session, recordedOn)
  const sameExpression = recordedOn && !compareTexts ? await dialect.expressionComparer(recordedOn.major, session.version.major) : undefined
  return {
    dialect: dialect.name,
    collations: dialect.defaultCollation ? collationsOf(history?.notes ?? []) : new Set(),
    exempt: new Set([...others.flatMap(({ groups }) => groups), ...ignored]),
    ...(config.schemas && { schemas: config.schemas }),
    partitions: config.partitions,
    compareTexts,
    ...(sameExpression && { sameExpression }),
    compareGeneratedNames: !wasAdopted(history),
  }
}

/**
 * Makes the function that gives a run the leniency of each comparison. It reads the other projects again, because they can claim
 * objects at any time.
 */
export function currentLeniency(
  connected: ConnectedProject,
  recordedOn: RecordedServer,
  history: History | undefined,
): () => Promise<Leniency> {
  return async () => leniencyAt(connected, recordedOn, await withOtherProjects(connected, history))
}

const IGNORABLE = ['table', 'view', 'sequence', 'function', 'enum', 'domain'] as const

/** Emits a remark if the texts of views and functions of this state are not compared. Returns true if a remark was emitted. */
export function remarkOnTexts({ session, emit }: ConnectedProject, recordedOn: RecordedServer, expected: State): boolean {
  if (isOfOneMajor(session, recordedOn)) return false
  if (![...objectsOf(expected)].some(({ kind }) => kind === 'view' || kind === 'function')) return false
  const servers = `the states were recorded on ${recordedOn.version}, and this server is ${session.version.text}`
  emit({ type: 'remark', says: `${servers}: views and functions are compared without their texts` })
  return true
}

/**
 * True if the texts of views and functions can be compared: the server has the same major version as the server of the recording. Each
 * major version prints these texts differently.
 */
function isOfOneMajor({ version }: Session, recordedOn: RecordedServer | undefined): boolean {
  return recordedOn?.major === version.major
}
