import type { Clock } from '../clock.ts'
import type { DatabaseConnectionSettings, DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { openTargetDatabase } from '../dialects/open.ts'
import type { CommandEventEmitter, EmitEvent } from '../event.ts'
import { includesGate } from '../gate/gate.ts'
import type { LedgerRowOrigin } from '../ledger/prepare.ts'
import { databaseHasLedger, type OtherProjectInDatabase, readLedgerHistory, readOtherProjects } from '../ledger/read.ts'
import { parseGates } from '../phase/gate.ts'
import { PHASES } from '../phase/phase.ts'
import type { PoliciesByPhase } from '../phase/policy.ts'
import { formerDefaultCollationsInNotes, type LedgerHistory, wasProjectAdopted } from '../plan/history.ts'
import { replaceSquashedMigrationsInHistory } from '../plan/squashed.ts'
import type { ProjectConfig } from '../project/config.ts'
import { RecordedChainReader } from '../project/recorded.ts'
import { readReleaseChain } from '../project/releases.ts'
import type { ReleaseChain } from '../release/migration.ts'
import type { SchemaComparisonSettings } from '../schema/mismatch.ts'
import { possibleGroupKeysOfIgnoredNames } from '../schema/neighbour.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import type { RecordedServer } from '../state/recording.ts'
import type { CrashPointHook } from '../work/crash.ts'

/** A project, and an open session on one of the project's target databases. */
export interface ConnectedProject {
  readonly config: ProjectConfig
  readonly chain: ReleaseChain
  readonly states: RecordedChainReader
  readonly policies: PoliciesByPhase
  readonly dialect: Dialect
  readonly target: DatabaseConnectionSettings
  readonly session: DatabaseSession
  readonly writer: LedgerRowOrigin
  readonly clock: Clock
  readonly emit: EmitEvent
  /**
   * The signal that aborts when the user stops the run. The abort reason is the name of the operating system's signal, such as
   * `SIGTERM`.
   */
  readonly signal: AbortSignal
  readonly crash: CrashPointHook
  /**
   * True if a run compares the live schema with the planned schema before and after each migration. The value is false only in a
   * benchmark that measures the time of the comparisons.
   */
  readonly guards: boolean
}

/**
 * The configuration, the policies and the functions that a command has before it opens a database. A command can open several
 * databases with one such object.
 */
export interface ProjectBeforeConnecting extends Omit<ConnectedProject, 'chain' | 'states' | 'dialect' | 'target' | 'session' | 'emit'> {
  readonly events: CommandEventEmitter
}

/** Opens a session on one target database, calls `work` with the connected project, and closes the session. */
export async function runWithConnectedProject<T>(
  opened: ProjectBeforeConnecting,
  target: DatabaseConnectionSettings,
  work: (connected: ConnectedProject) => Promise<T>,
): Promise<T> {
  const { events, config } = opened
  const { dialect, session } = await openTargetDatabase(target, config.dialects)
  try {
    if (PHASES.some((phase) => includesGate(parseGates(opened.policies[phase].opens), 'unused'))) await session.hideReads()
    const chain = readReleaseChain(config, dialect.name)
    const states = new RecordedChainReader(config.root, chain, session)
    return await work({ ...opened, chain, states, dialect, target, session, emit: events.from(session.where) })
  } finally {
    await session.close()
  }
}

/**
 * Reads the rows of the project from the ledger. If the first release of the chain replaces older releases, the function returns
 * the rows of the older releases as rows of the first release. Returns undefined if the database has no ledger.
 */
export async function readProjectHistory({ session, dialect, config, chain }: ConnectedProject): Promise<LedgerHistory | undefined> {
  return replaceSquashedMigrationsInHistory(chain, await readLedgerHistory(session, dialect, config.project))
}

/** The parts of the ledger that a comparison of schemas needs. */
export interface LedgerForComparison {
  /** The content of the ledger for the project. The field is undefined if the ledger has no row of the project. */
  readonly history: LedgerHistory | undefined
  readonly others: readonly OtherProjectInDatabase[]
}

/**
 * Reads from the ledger which other projects use the database. Returns these projects together with `history`, the content of the
 * ledger for the engine's own project.
 */
export async function readLedgerForComparison(
  connected: ConnectedProject,
  history: LedgerHistory | undefined,
): Promise<LedgerForComparison> {
  const { session, dialect, config } = connected
  const isThere = history !== undefined || (await databaseHasLedger(session, dialect))
  return { history, others: isThere ? await readOtherProjects(session, config.project) : [] }
}

/** Determines which differences a comparison of schemas ignores in the database, from the settings and the ledger. */
export async function determineSchemaComparisonSettings(
  connected: ConnectedProject,
  recordedOn: RecordedServer | undefined,
  { history, others }: LedgerForComparison,
): Promise<SchemaComparisonSettings> {
  const { config, session, dialect } = connected
  const compareTexts = isOfOneMajor(session, recordedOn)
  const sameExpression = recordedOn && !compareTexts ? await dialect.expressionComparer(recordedOn.major, session.version.major) : undefined
  return {
    dialect: dialect.name,
    collations: dialect.defaultCollation ? formerDefaultCollationsInNotes(history?.notes ?? []) : new Set(),
    exempt: new Set([...others.flatMap(({ groups }) => groups), ...possibleGroupKeysOfIgnoredNames(config.ignore).keys()]),
    ...(config.schemas && { schemas: config.schemas }),
    ...(dialect.name !== 'postgres' && { foreignKeyIndexes: await connected.states.foreignKeyIndexes() }),
    partitions: config.partitions,
    compareTexts,
    ...(sameExpression && { sameExpression }),
    compareGeneratedNames: !wasProjectAdopted(history),
  }
}

/**
 * Returns a function that determines which differences a comparison of a run ignores. Each call reads the other projects from the
 * ledger again, because another project can become the owner of objects at any time.
 */
export function makeSchemaComparisonSettingsReader(
  connected: ConnectedProject,
  recordedOn: RecordedServer,
  history: LedgerHistory | undefined,
): () => Promise<SchemaComparisonSettings> {
  return async () => determineSchemaComparisonSettings(connected, recordedOn, await readLedgerForComparison(connected, history))
}

/**
 * Emits a remark if the engine does not compare the texts of the views and functions in the state `expected`, because a server of
 * another major version recorded them. Returns the remark. Returns undefined if the engine compares the texts, or if the state has
 * no view or function.
 */
export function remarkOnUncomparedTexts(
  { session, dialect, emit }: ConnectedProject,
  recordedOn: RecordedServer,
  expected: SchemaState,
): string | undefined {
  if (isOfOneMajor(session, recordedOn)) return undefined
  if (![...objectsOfState(expected)].some(({ kind }) => kind === 'view' || kind === 'function')) return undefined
  const servers = `The states were recorded on ${recordedOn.version}, and this server is ${session.version.text}`
  const remedy = `To record on a server of this version, set its URL in \`shadow.${dialect.name}.url\` or in INTERPHASE_SHADOW_${dialect.name.toUpperCase()}_URL, and run: interphase record --all`
  const says = `${servers}: views and functions are compared without their texts. ${remedy}`
  emit({ type: 'remark', says })
  return says
}

/**
 * Returns true if the server of the session and the server of the recording have the same major version. Only servers of the same
 * major version print the texts of views and functions in the same way.
 */
function isOfOneMajor({ version }: DatabaseSession, recordedOn: RecordedServer | undefined): boolean {
  return recordedOn?.major === version.major
}
