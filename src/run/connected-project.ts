import type { Clock } from '../clock.ts'
import type { Dialect, Session, Target } from '../dialect/dialect.ts'
import { openTarget } from '../dialects/open.ts'
import type { Emit, EventSource } from '../event.ts'
import type { Writer } from '../ledger/prepare.ts'
import { hasLedger, notedCollations, otherProjects, wasAdopted } from '../ledger/read.ts'
import type { Policies } from '../phase/policy.ts'
import type { Config } from '../project/config.ts'
import { RecordedChain } from '../project/recorded.ts'
import { readChain } from '../project/releases.ts'
import type { Chain } from '../release/migration.ts'
import type { Leniency } from '../schema/mismatch.ts'
import { objectsOf, type State } from '../schema/state.ts'
import type { RecordedServer } from '../state/recording.ts'
import type { Crash } from '../work/crash.ts'

/** A project and the database it is at work on. */
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
  /** Aborts when a person wants the run to end; its reason is the signal's name. */
  readonly signal: AbortSignal
  readonly crash: Crash
  /** False only to measure what the guards cost. */
  readonly guards: boolean
}

/** What a command has before it opens a database: it can open several with it. */
export interface Opening extends Omit<ConnectedProject, 'chain' | 'states' | 'dialect' | 'target' | 'session' | 'emit'> {
  readonly events: EventSource
}

/** Opens the project in one database while `work` is at work there. */
export async function onDatabase<T>(opening: Opening, target: Target, work: (connected: ConnectedProject) => Promise<T>): Promise<T> {
  const { events, config } = opening
  const { dialect, session } = await openTarget(target, config.dialects)
  try {
    const chain = readChain(config, dialect.name)
    const states = new RecordedChain(config.root, chain, session)
    return await work({ ...opening, chain, states, dialect, target, session, emit: events.from(session.where) })
  } finally {
    await session.close()
  }
}

/** What comparisons with this database leave out, as of now. */
export async function leniencyAt(connected: ConnectedProject, recordedOn: RecordedServer | undefined): Promise<Leniency> {
  const { config, session, dialect } = connected
  const known = await hasLedger(session, dialect)
  const strangers = known ? (await otherProjects(session, config.project)).flatMap(({ groups }) => groups) : []
  const ignored = config.ignore.flatMap((name) => IGNORABLE.map((kind) => `${kind}:${name}`))
  const compareTexts = isOfOneMajor(session, recordedOn)
  const alike = recordedOn && !compareTexts ? await dialect.alike(recordedOn.major, session.version.major) : undefined
  return {
    dialect: dialect.name,
    collations: known && dialect.defaultCollation ? await notedCollations(session, config.project) : new Set(),
    exempt: new Set([...strangers, ...ignored]),
    ...(config.schemas && { schemas: config.schemas }),
    partitions: config.partitions,
    compareTexts,
    ...(alike && { alike }),
    compareGeneratedNames: !(known && (await wasAdopted(session, config.project))),
  }
}

const IGNORABLE = ['table', 'view', 'sequence', 'function', 'enum', 'domain'] as const

/** Says that views and functions are compared without their texts, where that is so and the state has any. True where it did. */
export function remarkOnTexts({ session, emit }: ConnectedProject, recordedOn: RecordedServer, expected: State): boolean {
  if (isOfOneMajor(session, recordedOn)) return false
  if (![...objectsOf(expected)].some(({ kind }) => kind === 'view' || kind === 'function')) return false
  const servers = `the states were recorded on ${recordedOn.version}, and this server is ${session.version.text}`
  emit({ type: 'remark', says: `${servers}: views and functions are compared without their texts` })
  return true
}

/** Every major version prints the texts of views and functions in a way of its own. */
function isOfOneMajor({ version }: Session, recordedOn: RecordedServer | undefined): boolean {
  return recordedOn?.major === version.major
}
