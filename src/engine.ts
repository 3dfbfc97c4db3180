import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import type { AdoptionResult, AdoptOptions } from './adopt/adopt.ts'
import type { DraftSource } from './adopt/draft/draft.ts'
import type { DraftReleaseOptions, DraftResult } from './adopt/draft/draft-release.ts'
import type { FirstReleaseOptions, ProjectFromDatabase } from './adopt/first-release.ts'
import type { ImportedMigration, SequelizeImportOptions } from './adopt/sequelize/import-sequelize.ts'
import type { SnapshotOptions, SnapshotResult } from './adopt/snapshot/snapshot.ts'
import type { SquashResult } from './adopt/squash/squash.ts'
import { type Clock, systemClock } from './clock.ts'
import type { DatabaseConnectionSettings, TlsSettings } from './dialect/dialect.ts'
import { loadDialect, loadFileAnalyzer, startEmbeddedPostgres } from './dialects/open.ts'
import { InterphaseError, isError } from './error.ts'
import { CommandEventEmitter, type EmitEvent, type EmittedEvent } from './event.ts'
import { CHECK_REPORT_FORMAT_VERSION, REHEARSAL_REPORT_FORMAT_VERSION } from './formats.ts'
import { forgetInstance } from './ledger/fleet.ts'
import type { OperatorPause } from './ledger/pause.ts'
import type { QuarantinedRow } from './ledger/quarantine.ts'
import { readLedgerHistory } from './ledger/read.ts'
import type { PhaseName } from './phase/phase.ts'
import type { LedgerHistory } from './plan/history.ts'
import type { ReleasePlan } from './plan/plan.ts'
import { cutPlansAtEndPoint, type RunEndPoint } from './plan/reach.ts'
import { listUndoablePhases } from './plan/undo.ts'
import { ledgerProjectNameOfBase, listBases, readBaseChain } from './project/bases.ts'
import { loadProjectConfig, type ProjectConfig } from './project/config.ts'
import { createReleasesDirectory } from './project/listing.ts'
import { loadFunctionMigration } from './project/modules.ts'
import type { PatternArguments } from './project/patterns/pattern.ts'
import type { PatternName } from './project/patterns/patterns.ts'
import { readPolicies } from './project/policies.ts'
import { RecordedChainReader, type ReleaseWithStates, readReleasesWithStates } from './project/recorded.ts'
import { readReleaseChain } from './project/releases.ts'
import { pathFromRepositoryRoot } from './project/repository.ts'
import {
  createChangeFiles,
  createProjectFiles,
  type NewChangeOptions,
  type NewProjectSettings,
  readQuestionsInFiles,
} from './project/scaffold.ts'
import { readRecordedStates, writeRecordedStates } from './project/states.ts'
import type { RecordedEndFingerprints } from './record/boundaries.ts'
import type { RecordingResult } from './record/record.ts'
import {
  DEFAULT_GENERATED_ROWS_PER_TABLE,
  type RehearsalPoint,
  type RehearseOptions,
  releasesRehearsedByDefault,
  type StoppedRehearsal,
} from './rehearse/options.ts'
import type { Rehearsal, RehearsedDialect } from './rehearse/rehearsal.ts'
import type { MigrationId, ReleaseChain } from './release/migration.ts'
import { migrationsInPhasedOrder } from './release/order.ts'
import type { OpenQuestion } from './release/question.ts'
import {
  type ConnectedProject,
  type ProjectBeforeConnecting,
  readProjectHistory,
  runWithConnectedProject,
} from './run/connected-project.ts'
import type { QuarantineRetryResult, QuarantineSelection } from './run/data-steps/retry.ts'
import type { GateDecision, StoredGateDecision } from './run/gates/approve.ts'
import type { HookCaller } from './run/hooks.ts'
import type { PreparedRelease } from './run/job.ts'
import { limitLockWaits, readWithLockLimit } from './run/reading.ts'
import type { StampDecision } from './run/stamp.ts'
import type { UndoOptions, UndoResult } from './run/undo.ts'
import type { UpgradeOptions, UpgradeResult } from './run/upgrade.ts'
import type { DialectName } from './schema/object.ts'
import type { SchemaState } from './schema/state.ts'
import type { ShadowServerContext } from './shadow/shadow-server.ts'
import type { RowsOfChain } from './state/chain-rows.ts'
import type { CheckProblem } from './status/check-problem.ts'
import type { DoctorReport } from './status/diagnosis.ts'
import type { DriftOptions, DriftResult } from './status/drift.ts'
import type { LogVerification } from './status/log-verification.ts'
import type { CheckReport, DeclaredPolicyException, OneTransactionDataStep } from './status/reports/check-report.ts'
import type { FleetReport } from './status/reports/fleet-report.ts'
import type { GateReport } from './status/reports/gate-report.ts'
import type { StatusReport } from './status/reports/report.ts'
import type { RunsCommandReport } from './status/reports/runs-report.ts'
import { makeStatusReport, type StatusOptions } from './status/status.ts'
import { VERSION } from './version.ts'
import { type CrashPointHook, doNothingAtCrashPoint } from './work/crash.ts'

/** The options of `Interphase.open`. */
export interface EngineOptions {
  /** The directory of the configuration, or a directory below it. The default is the working directory. */
  readonly directory?: string
  /** The URL of the target database. The default is the URL in the configuration. */
  readonly databaseUrl?: string
  readonly tls?: TlsSettings
  /** The servers for shadow databases. Each server replaces the server that the configuration names for the same dialect. */
  readonly shadow?: ProjectConfig['shadow']
  /**
   * The name of the user, which the ledger stores. The default is the user of the operating system and the host, as `name@host`.
   */
  readonly by?: string
  /** The address of the CI job, which the notes of the ledger store. */
  readonly job?: string
  readonly emit?: (event: EmittedEvent) => void
  readonly clock?: Clock
  /**
   * A signal that stops the engine. When the signal aborts, the engine completes or rolls back the current statement, and stops.
   * The reason of the abort should be the name of the operating system's signal, such as `SIGTERM`.
   */
  readonly signal?: AbortSignal
  /**
   * A function that the engine calls at each point of a run where a crash can occur. Tests use this function to kill the process.
   */
  readonly crash?: CrashPointHook
  /**
   * False disables the guards, which compare the live schema with the planned schema. Only the benchmark that measures the time
   * of the guards uses false.
   */
  readonly guards?: boolean
}

const commands = () => import('./commands.ts')

/** The options of `Interphase.begin`, which creates the files of a change. */
export interface BeginOptions extends Omit<NewChangeOptions, 'files'> {
  /**
   * The pattern whose SQL fills the new files, and the names for the pattern. A pattern is a template for a common change, such
   * as the renaming of a column.
   */
  readonly pattern?: { readonly name: PatternName; readonly names: Partial<PatternArguments> }
}

/** The files of a change that `begin` has created. */
export interface BegunChange {
  readonly files: readonly string[]
  /** The questions in the created files. A person must answer them before the release can be recorded. */
  readonly questions: readonly OpenQuestion[]
  /**
   * The releases whose recorded states are missing or stale. The created files do not consider the schema changes of these
   * releases, because a pattern only knows the recorded schema.
   */
  readonly unrecorded: readonly string[]
}

/** The options of `Interphase.gate` and `Interphase.decide`. */
export interface GateOptions {
  /** The phase of the current release to which the gates belong. The default is the next phase. */
  readonly phase?: PhaseName
  /**
   * The longest wait in milliseconds: `gate` waits for open gates, and `decide` waits for the lock of the project. The default is
   * 0.
   */
  readonly waitMs?: number
}

/** An opened project of interphase. Its methods execute the commands. */
export class Interphase {
  readonly config: ProjectConfig
  readonly #options: EngineOptions
  #hooks: HookCaller | undefined

  private constructor(config: ProjectConfig, options: EngineOptions) {
    this.config = config
    this.#options = options
  }

  static async open(options: EngineOptions = {}): Promise<Interphase> {
    return new Interphase(await loadProjectConfig(options.directory ?? process.cwd()), options)
  }

  /** Creates a project in the directory: a configuration and a directory for releases. Returns the paths of the created files. */
  static init(directory: string, project: NewProjectSettings): readonly string[] {
    return createProjectFiles(directory, project)
  }

  /**
   * Creates a project from an existing database. The schema of the database becomes the first release. The method only reads the
   * database. `program` is the path of the dump program.
   */
  static async initFrom(
    directory: string,
    target: { readonly url: string; readonly tls?: TlsSettings },
    options: FirstReleaseOptions = {},
  ): Promise<ProjectFromDatabase> {
    const { createProjectFromDatabase } = await import('./adopt/first-release.ts')
    return createProjectFromDatabase(directory, { ...target, purpose: 'interphase init' }, options)
  }

  /**
   * Executes each release on shadow databases if its recorded states are missing or stale, and writes the new states. With `all`,
   * executes every release. Throws `record.no-server` if `dialects` contains a dialect without a server, or if no dialect has a
   * server. Throws `release.not-sound` for the first release that is not sound.
   */
  async record(dialects?: readonly DialectName[], all = false): Promise<readonly RecordedDialect[]> {
    return (await this.#onEach(dialects, (name, emit) => this.#recordOne(name, emit, all))).done
  }

  /**
   * Executes releases on shadow databases in the order of a run, with the rows of `rows/` and generated rows. After each commit,
   * the method executes the probes of the old and the new version of the application. Returns the findings. A finding does not
   * throw an error, but sets the field `ok` of the result to false.
   */
  async rehearse(options: RehearseOptions = {}): Promise<Rehearsal> {
    const { rehearseChain, requireReleaseByName } = await import('./rehearse/rehearse.ts')
    const filling = { rows: options.rows ?? DEFAULT_GENERATED_ROWS_PER_TABLE, seed: options.seed ?? 1 }
    const { done, skipped } = await this.#onEach(options.dialects, (name, emit) =>
      this.#onShadow(name, emit, async (shadows, chain): Promise<RehearsedDialect> => {
        const releases =
          options.releases === 'all'
            ? chain.releases.map(({ name: release }) => release)
            : (options.releases ?? releasesRehearsedByDefault(chain))
        for (const release of releases) requireReleaseByName(chain, release)
        const rehearsed = await rehearseChain(shadows, chain, { filling, releases, keep: options.keep ?? false }, await this.#ends(chain))
        return { dialect: name, server: shadows.server.version.text, releases: [...rehearsed] }
      }),
    )
    const ok = done.every(({ releases }) => releases.every((release) => release.ok))
    return {
      format: REHEARSAL_REPORT_FORMAT_VERSION,
      project: this.config.project,
      ok,
      ...filling,
      dialects: [...done],
      skipped: [...skipped],
    }
  }

  /**
   * Executes a release on a shadow database up to a point (its start, or the end of a phase). Then the method calls `use` with the
   * URL of the database, and drops the database.
   */
  async rehearseAt<T>(at: RehearsalPoint, use: (shadow: StoppedRehearsal) => Promise<T>): Promise<T> {
    const { rehearseToStop } = await import('./rehearse/hold.ts')
    const dialect = at.dialect ?? this.#firstDialect()
    return this.#onShadow(dialect, this.#events().from(), async (shadows, chain) => {
      const name = at.release ?? releasesRehearsedByDefault(chain)[0]
      if (name === undefined) throw new InterphaseError('usage', { problem: 'there are no releases', try: 'Write one: interphase new' })
      const filling = { rows: at.rows ?? 0, seed: at.seed ?? 1 }
      const point = { release: name, stop: at.stop, filling }
      return rehearseToStop(shadows, chain, point, await this.#ends(chain), use)
    })
  }

  /**
   * Checks releases, recorded states and policies without a server. Returns a report in which each problem is a finding. The
   * field `exitCode` of the report is 0 if no finding is an error. With `strict`, a warning counts as an error.
   */
  async check(dialects: readonly DialectName[] = this.config.dialects, strict = false): Promise<CheckReport> {
    const [{ checkChain }, { runCheckStepAndCollectProblem, makeCheckReport }] = await Promise.all([
      import('./status/check.ts'),
      import('./status/check-problem.ts'),
    ])
    const { root, project, phases } = this.config
    const found: CheckProblem[] = []
    const exceptions: DeclaredPolicyException[] = []
    const dataSteps: OneTransactionDataStep[] = []
    for (const name of dialects) {
      const policies = await runCheckStepAndCollectProblem(name, found, () => readPolicies(phases))
      const imports: CheckProblem[] = []
      const chain = await runCheckStepAndCollectProblem(name, found, () =>
        readReleaseChain(this.config, name, { onImport: (error) => imports.push({ error, severity: 'error', dialect: name }) }),
      )
      found.push(...imports)
      // If an import of a migration cannot be resolved, the checksum does not cover all code. The check then does not execute the
      // code of any migration of the chain.
      if (!chain || imports.length > 0) continue
      await runCheckStepAndCollectProblem(name, found, async () =>
        (await import('./adopt/bases.ts')).proveBasesReachChain(this.config, name),
      )
      const checked = await checkChain(root, chain, policies, () => loadFileAnalyzer(name))
      found.push(...checked.found)
      exceptions.push(...checked.exceptions)
      dataSteps.push(...checked.dataSteps)
    }
    const directory = pathFromRepositoryRoot(root)
    return makeCheckReport(
      { format: CHECK_REPORT_FORMAT_VERSION, project, directory, dialects: [...dialects] },
      root,
      found,
      { exceptions, dataSteps },
      strict,
    )
  }

  /**
   * Returns the planned schema after a migration, a change or a release. Throws `state.unknown` for an unknown id, and
   * `states.missing` or `states.stale` if the recorded states of the id are not current.
   */
  async stateAt(id: string, dialect: DialectName = this.#firstDialect()): Promise<SchemaState> {
    const recorded = await readReleasesWithStates(this.config.root, readReleaseChain(this.config, dialect))
    const [problem] = recorded.problems
    const found = recorded.releases.map((planned) => stateIn(planned, id)).find((state) => state !== undefined)
    if (found) return found
    if (problem) throw problem
    const known = recorded.releases.flatMap(({ release }) => [
      release.name,
      ...migrationsInPhasedOrder(release).map((migration) => migration.id),
    ])
    throw new InterphaseError('state.unknown', { id, known })
  }

  status(options: StatusOptions = { compareSchema: false }): Promise<StatusReport> {
    return this.#onReading('status', async (connected) => makeStatusReport(connected, await historyOf(connected), options))
  }

  /**
   * Returns whether code of a release can run on the database at present, and after each of the next phases. Throws
   * `state.unknown` for an unknown release.
   */
  runs(release: string): Promise<RunsCommandReport> {
    return this.#onReading('runs', async (connected) => {
      const { makeRunsCommandReport } = await import('./status/runs.ts')
      return makeRunsCommandReport(connected, await historyOf(connected), release)
    })
  }

  /**
   * Evaluates the gates of a phase of the current release. Returns the answers. With `waitMs`, the method evaluates the gates
   * again until the phase may start or the time has passed. Each evaluation opens a new connection, so a restart of the server
   * between two evaluations does not end the wait.
   */
  async gate({ phase, waitMs = 0 }: GateOptions = {}): Promise<GateReport> {
    const { waitForGates } = await commands()
    const emit = this.#events().from()
    return waitForGates(
      async () => {
        const { gates } = await this.status({ compareSchema: true, gatesOf: phase ?? 'next' })
        if (!gates) throw new InterphaseError('internal', { problem: 'the status has no gates' })
        return gates
      },
      { clock: this.#clock, signal: this.#signal, waitMs, emit },
    )
  }

  /**
   * Returns the differences between the live schema and the planned schema. With `isDraftRequested`, the result contains the SQL
   * that changes the live schema back. With `forward`, the method also writes a release that changes the schema of other
   * databases to the live schema.
   */
  drift(options: DriftOptions = {}): Promise<DriftResult> {
    return this.#onReading('drift', async (connected) => {
      const { detectDriftAndWriteDrafts } = await import('./status/drift.ts')
      return detectDriftAndWriteDrafts(connected, await historyOf(connected), options)
    })
  }

  /** Returns the instances of the application that have joined the fleet. */
  fleet(): Promise<FleetReport> {
    return this.#onReading('fleet', async (connected) => {
      const { makeFleetReport } = await import('./status/fleet.ts')
      return makeFleetReport(connected, await historyOf(connected))
    })
  }

  /**
   * Removes an instance from the fleet. Returns false if the fleet does not contain the instance. A live instance joins again
   * with its next heartbeat.
   */
  forgetInstance(instance: string): Promise<boolean> {
    return this.#onTarget('fleet', ({ session, dialect, config }) => forgetInstance(session, dialect, config.project, instance))
  }

  /**
   * Stores the decision of a person about a phase of the current release. The decision is an approval, the revocation of an
   * approval, the override of a gate, or new usage counts for the gate `unused`. Without `phase`, the decision is about the next
   * phase.
   */
  decide(decision: GateDecision, { phase, waitMs = 0 }: GateOptions = {}): Promise<StoredGateDecision> {
    return this.#onTarget(`gate ${decision.kind}`, async (connected) =>
      (await commands()).storeGateDecision(connected, decision, phase, waitMs),
    )
  }

  /** Returns the content of the ledger for the project. Returns undefined if the database has no ledger. */
  history(): Promise<LedgerHistory | undefined> {
    return this.#onReading('log', ({ session, dialect, config }) => readLedgerHistory(session, dialect, config.project))
  }

  /**
   * Returns the content of the ledger for the bridges, which are the migrations from old schemas to the chain. Bridges have
   * separate project names in the ledger. Usually the result is empty or contains one bridge.
   */
  async bridgeHistories(): Promise<readonly LedgerHistory[]> {
    const bases = this.config.dialects.flatMap((dialect) => listBases(this.config, dialect).map(({ name }) => name))
    if (bases.length === 0) return []
    return this.#onReading('log', async ({ session, dialect, config }) => {
      const found: LedgerHistory[] = []
      for (const base of new Set(bases)) {
        const history = await readLedgerHistory(session, dialect, ledgerProjectNameOfBase(config.project, base))
        if (history) found.push(history)
      }
      return found
    })
  }

  /**
   * Checks that the notes of the ledger are unchanged. `keptHead` is the field `head` of an earlier result. If `keptHead` is
   * given, a note with this digest must still exist.
   */
  verifyLog(keptHead?: string): Promise<LogVerification> {
    return this.#onReading('log', async (connected) => {
      const { verifyLedgerNotes } = await import('./status/log-verification.ts')
      return verifyLedgerNotes(connected, keptHead)
    })
  }

  /** Returns the plans of the unfinished releases up to the end point, in the order of a run. */
  plan(reach: RunEndPoint = {}): Promise<readonly ReleasePlan[]> {
    return this.#onReading('plan', async (connected) => plansWithin(await preparedFor(connected, reach, await historyOf(connected)), reach))
  }

  /**
   * Returns the plans of `interphase plan`, and the status with a comparison of the schema. The method reads the files and the
   * ledger only once for both.
   */
  planAndStatus(reach: RunEndPoint = {}): Promise<{ readonly plans: readonly ReleasePlan[]; readonly status: StatusReport }> {
    return this.#onReading('plan', async (connected) => {
      const history = await historyOf(connected)
      const prepared = await preparedFor(connected, reach, history)
      return {
        plans: plansWithin(prepared, reach),
        status: await makeStatusReport(connected, history, { compareSchema: true }, prepared[0]),
      }
    })
  }

  /** Runs migrations up to the end point that the options name. */
  upgrade(options: Partial<UpgradeOptions> = {}): Promise<UpgradeResult> {
    const command = options.only ?? 'up'
    return this.#withHooks(command, () =>
      this.#onTarget(command, async (connected) => {
        const { upgradeDatabase } = await commands()
        return upgradeDatabase(connected, { confirmed: false, again: new Set<MigrationId>(), waitMs: 0, ...options })
      }),
    )
  }

  /**
   * Creates the schema of the newest recorded state in an empty database, compares the schema with the state, and writes the
   * ledger. The result contains the number of rows that the migrations write in an empty database, for each table.
   */
  buildFromSnapshot(options: SnapshotOptions = {}): Promise<SnapshotResult> {
    return this.#withHooks('up', () => this.#onTarget('up', async (connected) => (await commands()).buildFromSnapshot(connected, options)))
  }

  /**
   * Undoes the current release or the release in the options. Throws `undo.refused` if a policy or a migration forbids the undo.
   */
  undo(options: Partial<UndoOptions> = {}): Promise<UndoResult> {
    return this.#withHooks('undo', () =>
      this.#onTarget('undo', async (connected) => {
        const { undoRelease } = await commands()
        return undoRelease(connected, { confirmed: false, dryRun: false, waitMs: 0, ...options })
      }),
    )
  }

  /**
   * Checks the server, the lock, the ledger, the catalogs and the releases, and whether the next run can start. Returns one
   * finding for each check, and the exit code. The method only reads the database.
   */
  diagnose(): Promise<DoctorReport> {
    return this.#onReading('doctor', async (connected) => (await commands()).diagnoseDatabase(connected))
  }

  /**
   * Writes migration files for a change: commented SQL files, functions, or the files of a pattern. The pattern takes the
   * properties of the column from the recorded schema. Returns the paths of the files, relative to the root of the project, and
   * the questions in them.
   */
  async begin(release: string, change: string, { pattern, ...options }: BeginOptions = {}): Promise<BegunChange> {
    const { config } = this
    if (!pattern) return { files: createChangeFiles(config, release, change, options), questions: [], unrecorded: [] }
    const [{ makePatternFiles }, { readPatternTargets }] = await Promise.all([
      import('./project/patterns/patterns.ts'),
      import('./project/patterns/recorded-table.ts'),
    ])
    const targets = await readPatternTargets(config, release)
    const files = makePatternFiles(pattern.name, pattern.names, targets)
    const written = createChangeFiles(config, release, change, { ...options, files })
    const unrecorded = new Set(targets.flatMap(({ recorded }) => recorded?.unrecorded ?? []))
    return { files: written, questions: readQuestionsInFiles(config.root, written), unrecorded: [...unrecorded] }
  }

  /**
   * Replaces the releases up to `through` by one release that creates the same schema and rows. Executes the old releases and the
   * new release on shadows of every declared dialect, and compares the results. Moves the old files into a separate project, and
   * records the new release.
   */
  async squash(through: string): Promise<SquashResult> {
    const { config } = this
    const [{ refuseImpossibleSquash }, { makeProvenSquashSql }, files] = await Promise.all([
      import('./adopt/squash/squash.ts'),
      import('./adopt/squash/prove.ts'),
      import('./adopt/squash/files.ts'),
    ])
    for (const dialect of config.dialects) refuseImpossibleSquash(config, readReleaseChain(config, dialect), through)
    files.refuseExistingSquashDirectory(config, through)
    const { done } = await this.#onEach(config.dialects, (name, emit) =>
      this.#onShadow(name, emit, (shadows, chain) => makeProvenSquashSql(config.root, shadows, chain, through)),
    )
    const about = { at: this.#clock.now().toISOString(), by: this.#by }
    const written = files.writeSquashedRelease(config, through, done, about)
    await this.record(config.dialects)
    return { release: through, replaced: done[0]?.releases.map(({ name }) => name) ?? [], files: written }
  }

  /**
   * Executes old migrations of sequelize-cli or umzug on a scratch database of each dialect, and writes the SQL of each migration
   * into a release.
   */
  async importSequelize(options: SequelizeImportOptions): Promise<readonly ImportedMigration[]> {
    const { runAndTranslateSequelizeMigrations, writeImportedRelease } = await import('./adopt/sequelize/import-sequelize.ts')
    const { config } = this
    createReleasesDirectory(config.root, config.releases)
    const { done } = await this.#onEach(undefined, (name, emit) =>
      this.#withShadowServer(name, emit, (shadows, { setup }) =>
        runAndTranslateSequelizeMigrations(shadows, { ...config, setup }, options),
      ),
    )
    return writeImportedRelease(config, options, done.flat())
  }

  /**
   * Writes a draft of a release that changes the schema at the end of the chain to a wanted schema. The method does not execute
   * the release. If the schemas are equal, it writes no file. It never overwrites an existing release.
   */
  async draft(source: DraftSource, options: DraftReleaseOptions = {}): Promise<DraftResult> {
    const { draftFromDatabase, draftFromFile } = await import('./adopt/draft/draft.ts')
    const { config } = this
    createReleasesDirectory(config.root, config.releases)
    if (source.kind === 'database') return draftFromDatabase(config, { ...source, purpose: 'interphase draft' }, options)
    const dialect = source.dialect ?? this.#firstDialect()
    return this.#withShadowServer(dialect, this.#events().from(), (shadows, chain) =>
      draftFromFile(config, shadows, chain, source, options),
    )
  }

  /**
   * Writes a ledger for an existing database whose schema equals a planned schema. `at` is the name of the migration or release
   * after which the planned schema equals the schema of the database.
   */
  async adopt(at?: string, options: Omit<AdoptOptions, 'at'> = {}): Promise<AdoptionResult> {
    return this.#onTarget('adopt', async (connected) =>
      (await commands()).adoptDatabase(connected, { ...options, ...(at !== undefined && { at }) }),
    )
  }

  /**
   * Adds names to the setting `ignore` of the configuration. Returns the name of the changed file. Returns undefined if the
   * configuration is not a JSON file, because the method then does not change it.
   */
  async ignore(names: readonly string[]): Promise<string | undefined> {
    const { addNamesToIgnoreSetting } = await import('./adopt/ignore.ts')
    return addNamesToIgnoreSetting(this.config.file, names)
  }

  /**
   * Pauses the data steps in batches of the project in all processes. A running data step waits after its current batch, and no
   * other data step in batches starts. Returns the stored pause.
   */
  pause(because?: string): Promise<OperatorPause | undefined> {
    return this.#onTarget('pause', async (connected) => (await commands()).pauseDataSteps(connected, because))
  }

  /** Returns the rows in quarantine, which data steps could not write, with their keys and errors. */
  quarantine(selection: QuarantineSelection = {}): Promise<readonly QuarantinedRow[]> {
    return this.#onReading('quarantine', async (connected) => (await commands()).listQuarantine(connected, selection))
  }

  /**
   * Executes the data steps again for the rows in quarantine. Returns the rows that left the quarantine, and the rows that failed
   * again.
   */
  retryQuarantine(selection: QuarantineSelection = {}, waitMs = 0): Promise<QuarantineRetryResult> {
    return this.#onTarget('quarantine', async (connected) => (await commands()).retryQuarantine(connected, selection, waitMs))
  }

  /** Removes rows from the quarantine without writing them. The ledger stores the reason. Returns the removed rows. */
  discardQuarantine(selection: QuarantineSelection, because: string, waitMs = 0): Promise<readonly QuarantinedRow[]> {
    return this.#onTarget('quarantine', async (connected) => (await commands()).discardQuarantine(connected, selection, because, waitMs))
  }

  /** Ends the pause of the project's data steps. Returns the pause. Returns undefined if the project was not paused. */
  resume(): Promise<OperatorPause | undefined> {
    return this.#onTarget('resume', async (connected) => (await commands()).resumeDataSteps(connected))
  }

  /**
   * Marks an interrupted migration as done or not done, as a person decided. Throws `schema.differs` if the schema contradicts
   * the decision and `despite` contains no reason.
   */
  stamp(id: MigrationId, verdict: StampDecision, despite?: string): Promise<void> {
    return this.#onTarget('stamp', async (connected) => (await commands()).storeStampDecision(connected, id, verdict, despite))
  }

  /**
   * Calls `work` for each dialect. Throws `record.no-server` for a dialect without a server if the caller passed `dialects`, or
   * if no dialect has a server. Otherwise the method skips a dialect without a server and emits an event.
   */
  async #onEach<T>(dialects: readonly DialectName[] | undefined, work: (dialect: DialectName, emit: EmitEvent) => Promise<T>) {
    const emit = this.#events().from()
    const done: T[] = []
    const skipped: { readonly dialect: DialectName; readonly because: string }[] = []
    let first: InterphaseError | undefined
    for (const dialect of dialects ?? this.config.dialects) {
      try {
        done.push(await work(dialect, emit))
      } catch (error) {
        if (dialects || !isError(error, 'record.no-server')) throw error
        first ??= error
        skipped.push({ dialect, because: error.facts.problem })
        emit({ type: 'dialect-skipped', dialect, because: error.facts.problem })
      }
    }
    if (first && done.length === 0) throw first
    return { done, skipped }
  }

  /**
   * Returns the fingerprints of the schemas at the ends of the recorded releases. With these fingerprints, the engine need not
   * execute the releases again.
   */
  #ends(chain: ReleaseChain): Promise<RecordedEndFingerprints> {
    return new RecordedChainReader(this.config.root, chain).ends()
  }

  #firstDialect(): DialectName {
    return this.config.dialects[0] ?? 'postgres'
  }

  async #recordOne(name: DialectName, emit: EmitEvent, all: boolean): Promise<RecordedDialect> {
    const { config } = this
    const store = {
      read: async (release: ReleaseWithStates['release']) => (await readFresh(config.root, release, name))?.recorded,
      write: (
        release: ReleaseWithStates['release'],
        recorded: ReleaseWithStates['recorded'],
        states: { readonly base?: SchemaState; readonly state?: SchemaState },
      ) => writeRecordedStates(config.root, release, { recorded, ...states }),
    }
    const rows = {
      read: async (newest: ReleaseWithStates['release']) => (await readFresh(config.root, newest, name))?.rows,
      write: async (newest: ReleaseWithStates['release'], made: RowsOfChain) => {
        const known = await readRecordedStates(config.root, newest, name)
        if (known) await writeRecordedStates(config.root, newest, { ...known, rows: made })
      },
    }
    const { recordStaleReleasesOfChain } = await import('./record/record.ts')
    return this.#withShadowServer(name, emit, async (shadows, chain) => {
      const releases = [...(await recordStaleReleasesOfChain(shadows, chain, { ...store, rows }, all))]
      for (const base of listBases(config, name)) {
        const read = readBaseChain(config, base, name)
        for (const { file, line, statement } of read.leftOut)
          emit({ type: 'remark', says: `${file}, line ${line} is about the server and is not executed: ${statement}` })
        const recorded = await recordStaleReleasesOfChain(
          shadows,
          { ...read.chain, ...(chain.setup && { setup: chain.setup }) },
          store,
          all,
        )
        releases.push(...recorded.map(({ release, fresh }) => ({ release: `${base.directory}/${release}`, fresh })))
      }
      const { proveBasesReachChain } = await import('./adopt/bases.ts')
      await proveBasesReachChain(config, name)
      return { dialect: name, releases }
    })
  }

  /**
   * Calls `work` on a shadow server. If the work is interrupted, throws `rehearse.stopped` instead of `run.stopped`, because a
   * shadow has no ledger from which a run could resume.
   */
  async #onShadow<T>(
    name: DialectName,
    emit: EmitEvent,
    work: (shadows: ShadowServerContext, chain: ReleaseChain) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#withShadowServer(name, emit, work)
    } catch (error) {
      throw isError(error, 'run.stopped')
        ? new InterphaseError('rehearse.stopped', { signal: error.facts.signal }, { cause: error })
        : error
    }
  }

  /** Opens a scratch server of a dialect, calls `work`, and closes the server. */
  async #withShadowServer<T>(
    name: DialectName,
    emit: EmitEvent,
    work: (shadows: ShadowServerContext, chain: ReleaseChain) => Promise<T>,
  ): Promise<T> {
    const { config } = this
    const dialect = await loadDialect(name)
    const server = await dialect.scratch({
      ...(this.#options.shadow?.[name] ?? config.shadow[name]),
      cacheDirectory: join(config.root, '.interphase', 'shadow', name),
    })
    try {
      const chain = readReleaseChain(config, name)
      const policies = readPolicies(config.phases)
      const shadows = {
        server,
        dialect,
        load: loadFunctionMigration,
        emit: once(emit),
        signal: this.#signal,
        clock: this.#clock,
        setup: chain.setup?.file ?? `shadow.setup.${name}.sql`,
        undoablePhases: listUndoablePhases(policies),
        policies,
      }
      return await work(shadows, chain)
    } finally {
      await server.close()
    }
  }

  /** Calls `read` for a command that only reads the database. Such a command waits at most one second for a lock. */
  #onReading<T>(command: string, read: (connected: ConnectedProject) => Promise<T>): Promise<T> {
    return this.#onTarget(command, async (connected) => {
      await limitLockWaits(connected)
      return readWithLockLimit(connected, `the database for ${command}`, () => read(connected))
    })
  }

  async #onTarget<T>(command: string, work: (connected: ConnectedProject) => Promise<T>): Promise<T> {
    const opened = this.#opening()
    const { target, leave } = await this.#target(command)
    try {
      return await runWithConnectedProject(opened, target, work)
    } finally {
      await leave()
    }
  }

  #opening(): ProjectBeforeConnecting {
    const { config } = this
    const { crash = doNothingAtCrashPoint, guards = true, job } = this.#options
    return {
      config,
      policies: readPolicies(config.phases),
      writer: { project: config.project, by: this.#by, ...(job !== undefined && { job }), engine: VERSION },
      crash,
      guards,
      clock: this.#clock,
      events: this.#events(),
      signal: this.#signal,
    }
  }

  async #target(command: string): Promise<{ readonly target: DatabaseConnectionSettings; readonly leave: () => Promise<void> }> {
    const { root, database, embedded } = this.config
    const url = this.#options.databaseUrl ?? database.url
    const purpose = `interphase ${command}`
    if (url !== undefined) {
      const tls = this.#options.tls ?? database.tls
      return { target: { url, purpose, ...(tls && { tls }) }, leave: () => Promise.resolve() }
    }
    if (!embedded) throw new InterphaseError('database.no-url', { command })
    const server = await startEmbeddedPostgres(join(root, '.interphase', 'database'))
    return { target: { url: server.url, purpose }, leave: () => server.stop() }
  }

  get #by(): string {
    return this.#options.by ?? `${userInfo().username}@${hostname()}`
  }

  get #clock(): Clock {
    return this.#options.clock ?? systemClock
  }

  /**
   * Returns the source of events for one command. The source sends each event to the caller of the engine and to the hooks of the
   * configuration.
   */
  #events(): CommandEventEmitter {
    const hooks = this.#hooks
    const source = new CommandEventEmitter(randomUUID(), (event) => {
      this.#options.emit?.(event)
      hooks?.callForEvent(event, this.#clock.now())
    })
    hooks?.reportTo(source.from())
    return source
  }

  /** Calls `work`, calls the hooks of the configuration for the events of `work`, and waits for the hooks at the end. */
  async #withHooks<T>(command: string, work: () => Promise<T>): Promise<T> {
    if (this.config.hooks.length === 0) return work()
    const { HookCaller } = await import('./run/hooks.ts')
    const hooks = new HookCaller(this.config)
    this.#hooks = hooks
    try {
      return await work()
    } catch (error) {
      hooks.callForFailure(command, error, this.#clock.now())
      throw error
    } finally {
      await hooks.waitForHooks()
      this.#hooks = undefined
    }
  }

  get #signal(): AbortSignal {
    return this.#options.signal ?? new AbortController().signal
  }
}

/** The recorded releases of one dialect, as `record` returns them. */
export interface RecordedDialect {
  readonly dialect: DialectName
  readonly releases: readonly RecordingResult[]
}

function historyOf(connected: ConnectedProject): Promise<LedgerHistory | undefined> {
  return readProjectHistory(connected)
}

/**
 * Returns the releases that are not complete, each with its plan. Throws `state.unknown` if the end point of the run names an
 * unknown release.
 */
async function preparedFor(connected: ConnectedProject, { to }: RunEndPoint, history: LedgerHistory | undefined) {
  const known = connected.chain.releases.map((release) => release.name)
  if (to !== undefined && !known.includes(to)) throw new InterphaseError('state.unknown', { id: to, known })
  return (await commands()).listReleasesToRun(connected, history)
}

function plansWithin(prepared: readonly PreparedRelease[], reach: RunEndPoint): readonly ReleasePlan[] {
  const plans = prepared.map(({ plan }) => plan)
  return cutPlansAtEndPoint(plans, reach)
}

/** Returns an emit function that drops repeated remarks, because both orders of a release can emit the same remark. */
function once(emit: EmitEvent): EmitEvent {
  const told = new Set<string>()
  return (event) => {
    if (event.type === 'remark' && told.has(event.says)) return
    if (event.type === 'remark') told.add(event.says)
    emit(event)
  }
}

/**
 * Returns the recorded states of a release if they belong to the present files of the release. States that cannot be read count
 * as missing, because `record` writes them again.
 */
async function readFresh(root: string, release: ReleaseWithStates['release'], name: DialectName) {
  try {
    return await readRecordedStates(root, release, name)
  } catch (error) {
    if (isError(error, 'states.invalid') || isError(error, 'states.stale')) return undefined
    throw error
  }
}

function stateIn(planned: ReleaseWithStates, id: string): SchemaState | undefined {
  if (planned.release.name === id) return planned.end
  const last = planned.positions().findLast(({ migration }) => migration.id === id || migration.change === id)
  return last?.after
}
