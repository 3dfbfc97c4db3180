import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Adopted, adopt } from './adopt/adopt.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Target, Tls } from './dialect/dialect.ts'
import { dialectOf, filesOf, startServer } from './dialects/open.ts'
import { InterphaseError, isError } from './error.ts'
import { type Emit, type EmittedEvent, EventSource } from './event.ts'
import { CHECK_FORMAT, REHEARSAL_FORMAT } from './formats.ts'
import { readHistory } from './ledger/read.ts'
import { PHASES, type PhaseName } from './phase/phase.ts'
import type { History } from './plan/history.ts'
import type { Plan } from './plan/plan.ts'
import { type Reach, withinReach } from './plan/reach.ts'
import { phasesWithWayBack } from './plan/undo.ts'
import { type Config, loadConfig } from './project/config.ts'
import { loadFunction } from './project/modules.ts'
import { readPolicies } from './project/policies.ts'
import { type PlannedRelease, RecordedChain, readPlannedReleases } from './project/recorded.ts'
import { readChain } from './project/releases.ts'
import { placeInRepository } from './project/repository.ts'
import { initProject, type NewProject, newChange } from './project/scaffold.ts'
import { readStates, writeStates } from './project/states.ts'
import type { Ends } from './record/boundaries.ts'
import type { Recorded } from './record/record.ts'
import { DEFAULT_ROWS, type HeldShadow, newest, type RehearsalPoint, type RehearseOptions } from './rehearse/options.ts'
import type { Rehearsal, RehearsedDialect } from './rehearse/rehearsal.ts'
import type { Chain, MigrationId } from './release/migration.ts'
import { type ConnectedProject, type Opening, onDatabase } from './run/connected-project.ts'
import { plansOf } from './run/plans.ts'
import { readBriefly, reading } from './run/reading.ts'
import { type StampVerdict, stamp } from './run/stamp.ts'
import { takeBack, type Undone, type UndoOptions } from './run/undo.ts'
import { type Upgraded, type UpgradeOptions, upgrade } from './run/upgrade.ts'
import type { DialectName } from './schema/object.ts'
import type { State } from './schema/state.ts'
import type { ShadowServer } from './shadow/shadow-server.ts'
import type { CheckProblem } from './status/check-problem.ts'
import type { CheckReport, DeclaredException } from './status/check-report.ts'
import { type Diagnosis, diagnose } from './status/diagnosis.ts'
import type { Status } from './status/report.ts'
import { type StatusOptions, statusOf } from './status/status.ts'
import { VERSION } from './version.ts'
import { type Crash, NO_CRASH } from './work/crash.ts'

export interface EngineOptions {
  /** Where the configuration is looked for, and above. The working directory when absent. */
  readonly directory?: string
  /** The database to work on; the configuration's when absent. */
  readonly databaseUrl?: string
  readonly tls?: Tls
  /** Servers to record on, before the configuration's. */
  readonly shadow?: Config['shadow']
  /** Who is at work, for the ledger: `name@host` when absent. */
  readonly by?: string
  readonly emit?: (event: EmittedEvent) => void
  readonly clock?: Clock
  /** Ends a run after the statement in hand; its reason should be the signal's name. */
  readonly signal?: AbortSignal
  /** For tests that kill the process at a point. */
  readonly crash?: Crash
  /** False only to measure what the guards cost. */
  readonly guards?: boolean
}

/** A project and what can be done with it: everything the command line can, and the command line uses nothing else. */
export class Interphase {
  readonly config: Config
  readonly #options: EngineOptions

  private constructor(config: Config, options: EngineOptions) {
    this.config = config
    this.#options = options
  }

  static async open(options: EngineOptions = {}): Promise<Interphase> {
    return new Interphase(await loadConfig(options.directory ?? process.cwd()), options)
  }

  /** Begins a project in this directory: a configuration and a place for releases. Gives the files it wrote. */
  static init(directory: string, project: NewProject): readonly string[] {
    return initProject(directory, project)
  }

  /**
   * Executes what is not recorded yet on shadows and writes the states beside the releases. Throws at the first release that
   * is not sound. A dialect without a server is an error when it was asked for by name, and otherwise skipped and said.
   */
  async record(dialects?: readonly DialectName[], all = false): Promise<readonly RecordedDialect[]> {
    return (await this.#onEach(dialects, (name, emit) => this.#recordOne(name, emit, all))).done
  }

  /**
   * Runs releases on shadows as they will be run, with generated rows besides those of `rows/`, and the statements of both
   * versions of the application at every point. Finding something is no error: look at `ok`.
   */
  async rehearse(options: RehearseOptions = {}): Promise<Rehearsal> {
    const { rehearseChain, releaseNamed } = await import('./rehearse/rehearse.ts')
    const filling = { rows: options.rows ?? DEFAULT_ROWS, seed: options.seed ?? 1 }
    const { done, skipped } = await this.#onEach(options.dialects, (name, emit) =>
      this.#onShadow(name, emit, async (shadows, chain): Promise<RehearsedDialect> => {
        const releases =
          options.releases === 'all' ? chain.releases.map(({ name: release }) => release) : (options.releases ?? newest(chain))
        for (const release of releases) releaseNamed(chain, release)
        const rehearsed = await rehearseChain(shadows, chain, { filling, releases, keep: options.keep ?? false }, await this.#ends(chain))
        return { dialect: name, server: shadows.server.version.text, releases: [...rehearsed] }
      }),
    )
    const ok = done.every(({ releases }) => releases.every((release) => release.ok))
    return { format: REHEARSAL_FORMAT, project: this.config.project, ok, ...filling, dialects: [...done], skipped: [...skipped] }
  }

  /** Holds a shadow at a point of a release while the caller works on it, and drops it then. */
  async rehearseAt<T>(at: RehearsalPoint, use: (shadow: HeldShadow) => Promise<T>): Promise<T> {
    const { holdReleaseAt } = await import('./rehearse/hold.ts')
    const dialect = at.dialect ?? this.#firstDialect()
    return this.#onShadow(dialect, this.#events().from(), async (shadows, chain) => {
      const name = at.release ?? newest(chain)[0]
      if (name === undefined) throw new InterphaseError('usage', { problem: 'there are no releases', try: 'Write one: interphase new' })
      const filling = { rows: at.rows ?? 0, seed: at.seed ?? 1 }
      const point = { release: name, stop: at.stop, filling }
      return holdReleaseAt(shadows, chain, point, await this.#ends(chain), use)
    })
  }

  /**
   * Looks over releases, recorded states and policies, without a server. What is wrong with any of them is a finding, and
   * findings are no exception; the report's exit code says whether one fails. `strict` lets warnings fail, too.
   */
  async check(dialects: readonly DialectName[] = this.config.dialects, strict = false): Promise<CheckReport> {
    const [{ checkChain }, { attempt, reportOf }] = await Promise.all([import('./status/check.ts'), import('./status/check-problem.ts')])
    const { root, project, phases } = this.config
    const found: CheckProblem[] = []
    const exceptions: DeclaredException[] = []
    for (const name of dialects) {
      const policies = await attempt(name, found, () => readPolicies(phases))
      const imports: CheckProblem[] = []
      const chain = await attempt(name, found, () =>
        readChain(this.config, name, (error) => imports.push({ error, severity: 'error', dialect: name })),
      )
      found.push(...imports)
      // Without all that a function is made of, its checksum is none, and its code is not run.
      if (!chain || imports.length > 0) continue
      const checked = await checkChain(root, chain, policies, () => filesOf(name))
      found.push(...checked.found)
      exceptions.push(...checked.exceptions)
    }
    const directory = placeInRepository(root)
    return reportOf({ format: CHECK_FORMAT, project, directory, dialects: [...dialects] }, root, found, exceptions, strict)
  }

  /** The planned schema after a migration, a change or a release. */
  async stateAt(id: string, dialect: DialectName = this.#firstDialect()): Promise<State> {
    const chart = await readPlannedReleases(this.config.root, readChain(this.config, dialect))
    const [problem] = chart.problems
    const found = chart.releases.map((planned) => stateIn(planned, id)).find((state) => state !== undefined)
    if (found) return found
    if (problem) throw problem
    throw new InterphaseError('state.unknown', { id, known: chart.releases.map(({ release }) => release.name) })
  }

  status(options: StatusOptions = { compareSchema: false }): Promise<Status> {
    return this.#onReading('status', (connected) => statusOf(connected, options))
  }

  /** What the database's ledger says, or undefined where it has none. */
  history(): Promise<History | undefined> {
    return this.#onReading('log', (connected) => readHistory(connected.session, connected.dialect, connected.config.project))
  }

  /** The plans of the releases that are not contracted yet, as far as the reach goes; the first of them is the one at work. */
  plan(reach: Reach = {}): Promise<readonly Plan[]> {
    return this.#onReading('plan', async (connected) => {
      const known = connected.chain.releases.map((release) => release.name)
      if (reach.to !== undefined && !known.includes(reach.to)) throw new InterphaseError('state.unknown', { id: reach.to, known })
      return withinReach(await plansOf(connected), reach)
    })
  }

  /** Runs migrations, as far as the wish says. */
  upgrade(options: Partial<UpgradeOptions> = {}): Promise<Upgraded> {
    const command = options.only ?? 'up'
    return this.#onTarget(command, (connected) =>
      upgrade(connected, { confirmed: false, again: new Set<MigrationId>(), waitMs: 0, ...options }),
    )
  }

  /** Takes back the release at work, or the named one, as long as the policies of its phases let it. */
  undo(options: Partial<UndoOptions> = {}): Promise<Undone> {
    return this.#onTarget('undo', (connected) => takeBack(connected, { confirmed: false, dryRun: false, waitMs: 0, ...options }))
  }

  /** Looks at everything that a run needs: who answers, who holds the lock, whose ledger it is. */
  diagnose(): Promise<readonly Diagnosis[]> {
    return this.#onReading('doctor', diagnose)
  }

  /** Begins a change: a commented file for each of these phases. Gives the files it wrote, from the project's root. */
  begin(release: string, change: string, phases: readonly PhaseName[] = PHASES): readonly string[] {
    return newChange(this.config, release, change, phases)
  }

  /** Takes over a database that equals a recorded state. */
  adopt(at?: string): Promise<Adopted> {
    return this.#onTarget('adopt', (connected) => adopt(connected, at))
  }

  /** Ends a migration that was left in the middle, by a person's word with which the schema has to agree. */
  stamp(id: MigrationId, verdict: StampVerdict): Promise<void> {
    return this.#onTarget('stamp', (connected) => stamp(connected, id, verdict))
  }

  /** A dialect without a server is an error when it was asked for by name, and otherwise skipped and said. */
  async #onEach<T>(dialects: readonly DialectName[] | undefined, work: (dialect: DialectName, emit: Emit) => Promise<T>) {
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

  /** What is recorded need not be observed again to get past it. */
  #ends(chain: Chain): Promise<Ends> {
    return new RecordedChain(this.config.root, chain).ends()
  }

  #firstDialect(): DialectName {
    return this.config.dialects[0] ?? 'postgres'
  }

  async #recordOne(name: DialectName, emit: Emit, all: boolean): Promise<RecordedDialect> {
    const { config } = this
    const shelf = {
      read: async (release: PlannedRelease['release']) => (await readFresh(config.root, release, name))?.recorded,
      write: (
        release: PlannedRelease['release'],
        recorded: PlannedRelease['recorded'],
        states: { readonly base?: State; readonly state?: State },
      ) => writeStates(config.root, release, { recorded, ...states }),
    }
    const { recordChain } = await import('./record/record.ts')
    return this.#inWorkshop(name, emit, async (shadows, chain) => ({
      dialect: name,
      releases: await recordChain(shadows, chain, shelf, all),
    }))
  }

  /** A rehearsal that is stopped leaves no ledger of which to speak. */
  async #onShadow<T>(name: DialectName, emit: Emit, work: (shadows: ShadowServer, chain: Chain) => Promise<T>): Promise<T> {
    try {
      return await this.#inWorkshop(name, emit, work)
    } catch (error) {
      throw isError(error, 'run.stopped')
        ? new InterphaseError('rehearse.stopped', { signal: error.facts.signal }, { cause: error })
        : error
    }
  }

  /** Works with a scratch server of this dialect, and leaves it. */
  async #inWorkshop<T>(name: DialectName, emit: Emit, work: (shadows: ShadowServer, chain: Chain) => Promise<T>): Promise<T> {
    const { config } = this
    const dialect = await dialectOf(name)
    const server = await dialect.scratch({
      ...(this.#options.shadow?.[name] ?? config.shadow[name]),
      cacheDirectory: join(config.root, '.interphase', 'shadow', name),
    })
    try {
      const chain = readChain(config, name)
      const shadows = {
        server,
        dialect,
        load: loadFunction,
        emit: once(emit),
        signal: this.#signal,
        clock: this.#clock,
        setup: chain.setup?.file ?? `shadow.setup.${name}.sql`,
        undoPlanOf: phasesWithWayBack(readPolicies(config.phases)),
      }
      return await work(shadows, chain)
    } finally {
      await server.close()
    }
  }

  /** For commands that change nothing: they wait for no lock longer than a moment. */
  #onReading<T>(command: string, read: (connected: ConnectedProject) => Promise<T>): Promise<T> {
    return this.#onTarget(command, async (connected) => {
      await readBriefly(connected)
      return reading(connected, `the database for ${command}`, () => read(connected))
    })
  }

  async #onTarget<T>(command: string, work: (connected: ConnectedProject) => Promise<T>): Promise<T> {
    const opening = this.#opening()
    const { target, leave } = await this.#target(command)
    try {
      return await onDatabase(opening, target, work)
    } finally {
      await leave()
    }
  }

  #opening(): Opening {
    const { config } = this
    const { crash = NO_CRASH, guards = true, by = `${userInfo().username}@${hostname()}` } = this.#options
    return {
      config,
      policies: readPolicies(config.phases),
      writer: { project: config.project, by, engine: VERSION },
      crash,
      guards,
      clock: this.#clock,
      events: this.#events(),
      signal: this.#signal,
    }
  }

  async #target(command: string): Promise<{ readonly target: Target; readonly leave: () => Promise<void> }> {
    const { root, database, embedded } = this.config
    const url = this.#options.databaseUrl ?? database.url
    const purpose = `interphase ${command}`
    if (url !== undefined) {
      const tls = this.#options.tls ?? database.tls
      return { target: { url, purpose, ...(tls && { tls }) }, leave: () => Promise.resolve() }
    }
    if (!embedded) throw new InterphaseError('database.no-url', { command })
    const server = await startServer(join(root, '.interphase', 'database'))
    return { target: { url: server.url, purpose }, leave: () => server.stop() }
  }

  get #clock(): Clock {
    return this.#options.clock ?? systemClock
  }

  /** Every event that leaves the engine passes here. */
  #events(): EventSource {
    return new EventSource(randomUUID(), this.#options.emit ?? (() => undefined))
  }

  get #signal(): AbortSignal {
    return this.#options.signal ?? new AbortController().signal
  }
}

export interface RecordedDialect {
  readonly dialect: DialectName
  readonly releases: readonly Recorded[]
}

/** Every order of a release may make the same remark. */
function once(emit: Emit): Emit {
  const told = new Set<string>()
  return (event) => {
    if (event.type === 'remark' && told.has(event.says)) return
    if (event.type === 'remark') told.add(event.says)
    emit(event)
  }
}

/** States that cannot be read are as good as none: they are about to be recorded again. */
async function readFresh(root: string, release: PlannedRelease['release'], name: DialectName) {
  try {
    return await readStates(root, release, name)
  } catch (error) {
    if (isError(error, 'states.invalid') || isError(error, 'states.stale')) return undefined
    throw error
  }
}

function stateIn(planned: PlannedRelease, id: string): State | undefined {
  if (planned.release.name === id) return planned.end
  const last = planned.positions().findLast(({ migration }) => migration.id === id || migration.change === id)
  return last?.after
}
