import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Adopted, adopt } from './adopt/adopt.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Target, Tls } from './dialect/dialect.ts'
import { dialectOf, openTarget } from './dialects/open.ts'
import { InterphaseError, isError } from './error.ts'
import type { Emit } from './event.ts'
import { readHistory } from './ledger/read.ts'
import type { History } from './plan/history.ts'
import type { Plan } from './plan/plan.ts'
import { progressOf } from './plan/progress.ts'
import { type Reach, withinReach } from './plan/reach.ts'
import type { MigrationId } from './release/migration.ts'
import { type Crash, NO_CRASH } from './run/crash.ts'
import { prepareRelease } from './run/job.ts'
import type { Site } from './run/site.ts'
import { chartedRelease, type Upgraded, upgrade, type Wish } from './run/upgrade.ts'
import { prepare } from './run/work.ts'
import type { DialectName } from './schema/object.ts'
import type { State } from './schema/state.ts'
import { type Recorded, recordChain } from './shadow/record.ts'
import type { Status } from './status/report.ts'
import { type StatusWish, statusOf } from './status/status.ts'
import { VERSION } from './version.ts'
import { type Config, loadConfig } from './workspace/config.ts'
import { loadFunction } from './workspace/modules.ts'
import { readPolicies } from './workspace/policies.ts'
import { type Charted, readChart } from './workspace/recorded.ts'
import { readChain } from './workspace/releases.ts'
import { readStates, writeStates } from './workspace/states.ts'

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
  readonly emit?: Emit
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

  /**
   * Executes what is not recorded yet on shadows and writes the states beside the releases. Throws at the first release that
   * is not sound. A dialect without a server is an error when it was asked for by name, and otherwise skipped and said.
   */
  async record(dialects?: readonly DialectName[], all = false): Promise<readonly RecordedDialect[]> {
    const done: RecordedDialect[] = []
    const skipped: InterphaseError[] = []
    for (const name of dialects ?? this.config.dialects) {
      try {
        done.push(await this.#recordOne(name, all))
      } catch (error) {
        if (dialects || !isError(error, 'record.no-server')) throw error
        skipped.push(error)
        this.#emit({ type: 'dialect-skipped', dialect: name, because: error.facts.problem })
      }
    }
    const [first] = skipped
    if (first && done.length === 0) throw first
    return done
  }

  /** What is wrong with the releases, the recorded states and the policies, without a server: an empty list is good. */
  async check(dialects: readonly DialectName[] = this.config.dialects): Promise<readonly InterphaseError[]> {
    readPolicies(this.config.phases)
    const found: InterphaseError[] = []
    for (const name of dialects) found.push(...(await readChart(this.config.root, readChain(this.config, name))).problems)
    return found
  }

  /** The planned schema after a migration, a change or a release. */
  async stateAt(id: string, dialect: DialectName = this.#firstDialect()): Promise<State> {
    const chart = await readChart(this.config.root, readChain(this.config, dialect))
    const [problem] = chart.problems
    const found = chart.releases.map((charted) => stateIn(charted, id)).find((state) => state !== undefined)
    if (found) return found
    if (problem) throw problem
    throw new InterphaseError('state.unknown', { id, known: chart.releases.map(({ release }) => release.name) })
  }

  status(wish: StatusWish = { compareSchema: false }): Promise<Status> {
    return this.#onTarget('status', (site) => statusOf(site, wish))
  }

  /** What the database's ledger says, or undefined where it has none. */
  history(): Promise<History | undefined> {
    return this.#onTarget('log', (site) => readHistory(site.session, site.dialect, site.config.project))
  }

  /** The plans of the releases that are not contracted yet, as far as the reach goes; the first of them is the one at work. */
  plan(reach: Reach = {}): Promise<readonly Plan[]> {
    return this.#onTarget('plan', async (site) => {
      const known = site.chain.releases.map((release) => release.name)
      if (reach.to !== undefined && !known.includes(reach.to)) throw new InterphaseError('state.unknown', { id: reach.to, known })
      return withinReach(await plansOf(site), reach)
    })
  }

  /** Runs migrations, as far as the wish says. */
  upgrade(wish: Partial<Wish> = {}): Promise<Upgraded> {
    const command = wish.only ?? 'up'
    return this.#onTarget(command, (site) => upgrade(site, { confirmed: false, again: new Set<MigrationId>(), waitMs: 0, ...wish }))
  }

  /** Takes over a database that equals a recorded state. */
  adopt(at?: string): Promise<Adopted> {
    return this.#onTarget('adopt', (site) => adopt(site, at))
  }

  #firstDialect(): DialectName {
    return this.config.dialects[0] ?? 'postgres'
  }

  async #recordOne(name: DialectName, all: boolean): Promise<RecordedDialect> {
    const { config } = this
    const dialect = await dialectOf(name)
    const server = await dialect.scratch({
      ...(this.#options.shadow?.[name] ?? config.shadow[name]),
      cacheDirectory: join(config.root, '.interphase', 'shadow', name),
    })
    try {
      const chain = readChain(config, name)
      const workshop = {
        server,
        dialect,
        load: loadFunction,
        emit: this.#emit,
        signal: this.#signal,
        elapsedMs: () => this.#clock.elapsedMs(),
      }
      const shelf = {
        read: async (release: Charted['release']) => (await readStates(config.root, release, name))?.recorded,
        write: (release: Charted['release'], recorded: Charted['recorded'], states: { readonly base?: State; readonly state?: State }) =>
          writeStates(config.root, release, { recorded, ...states }),
      }
      return { dialect: name, releases: await recordChain(workshop, chain, shelf, all) }
    } finally {
      await server.close()
    }
  }

  async #onTarget<T>(command: string, work: (site: Site) => Promise<T>): Promise<T> {
    const policies = readPolicies(this.config.phases)
    const { target, stop } = await this.#target(command)
    try {
      return await this.#onSession(target, policies, work)
    } finally {
      await stop()
    }
  }

  async #onSession<T>(target: Target, policies: Site['policies'], work: (site: Site) => Promise<T>): Promise<T> {
    const { config } = this
    const { dialect, session } = await openTarget(target, config.dialects)
    try {
      const chain = readChain(config, dialect.name)
      const writer = { project: config.project, by: this.#options.by ?? `${userInfo().username}@${hostname()}`, engine: VERSION }
      const { crash = NO_CRASH, guards = true } = this.#options
      const site: Site = {
        config,
        chain,
        policies,
        dialect,
        target,
        session,
        writer,
        crash,
        guards,
        clock: this.#clock,
        emit: this.#emit,
        signal: this.#signal,
      }
      return await work(site)
    } finally {
      await session.close()
    }
  }

  /** The database that is named, or the embedded one where none is and the project has asked for it. */
  async #target(command: string): Promise<{ readonly target: Target; readonly stop: () => Promise<void> }> {
    const url = this.#options.databaseUrl ?? this.config.database.url
    const purpose = `interphase ${command}`
    if (url !== undefined) {
      const tls = this.#options.tls ?? this.config.database.tls
      return { target: { url, purpose, ...(tls && { tls }) }, stop: async () => {} }
    }
    if (!this.config.embedded) throw new InterphaseError('database.no-url', { command })
    const { startEmbedded } = await import('./dialects/postgres/embedded.ts')
    const server = await startEmbedded(join(this.config.root, '.interphase', 'embedded'))
    return { target: { url: server.url, purpose }, stop: () => server.stop() }
  }

  get #clock(): Clock {
    return this.#options.clock ?? systemClock
  }

  get #emit(): Emit {
    return this.#options.emit ?? (() => undefined)
  }

  get #signal(): AbortSignal {
    return this.#options.signal ?? new AbortController().signal
  }
}

export interface RecordedDialect {
  readonly dialect: DialectName
  readonly releases: readonly Recorded[]
}

async function plansOf(site: Site): Promise<readonly Plan[]> {
  const { config, chain, dialect, policies } = site
  const history = await readHistory(site.session, dialect, config.project)
  const progress = progressOf(chain, history)
  const from = progress.next ? chain.releases.findIndex((release) => release.name === progress.next?.release.name) : chain.releases.length
  const plans: Plan[] = []
  for (const release of chain.releases.slice(from)) {
    const charted = await chartedRelease(site, release.name, progress)
    const about = { project: config.project, dialect: dialect.name, policies, history }
    plans.push((await prepareRelease(charted, about, (migration, path) => prepare(migration, dialect.files, loadFunction, path))).plan)
  }
  return plans
}

function stateIn(charted: Charted, id: string): State | undefined {
  if (charted.release.name === id) return charted.end
  const last = charted.positions().findLast(({ migration }) => migration.id === id || migration.change === id)
  return last?.after
}
