import { InterphaseError } from '../error.ts'
import type { PolicyCommandResult } from '../gate/gate-command.ts'
import { DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS } from '../gate/outside.ts'
import { readLoadSignalByPolicyQuery } from '../gate/signal-query.ts'
import { formatOperatorPause } from '../ledger/pause.ts'
import { SERVER_LOAD_SIGNAL_NAMES, type ServerLoadSignalName } from '../phase/throttle.ts'
import type { BatchWalkCursor } from '../plan/cursor.ts'
import {
  type BatchThrottleDecision,
  combineSignalReadingWithLimit,
  decideBatchBySignals,
  decideBatchByTimeOfDay,
  formatLoadSignalValue,
  isLoadSignalLost,
  type LoadSignalWithLimit,
} from '../work/batches/throttle.ts'
import { runWithStatementCancellation, throwIfRunMustStop, waitUnlessRunMustStop } from '../work/stop.ts'
import type { MigrationExecutionContext } from './apply.ts'
import { ReplicaLagWatch } from './replicas.ts'

// The time in milliseconds between two readings of the signals about the server's load. More frequent readings would themselves
// load the server.
const POLL_MS = 1000
// The time limit for a query of the policy, in milliseconds. A longer query would itself load the server.
const QUERY_TIMEOUT_MS = 5000
const COMMITS = 5
const LONGEST_PAUSE_MS = 10_000

type Waiting = BatchWalkCursor['waiting']
type Wait = Extract<BatchThrottleDecision, { readonly does: 'wait' }>

/** Decides between two batches of a data step whether the next batch may begin, and waits until it may begin. */
export class BatchThrottle {
  readonly #executor: MigrationExecutionContext
  readonly #id: string
  /** The names of the signals about the server's load that the engine could read at least once. */
  readonly #readable = new Set<string>()
  /**
   * The names of the signals about the server's load that the engine could never read. The engine does not read these signals
   * again, because the server can log each refused query.
   */
  readonly #refused = new Set<ServerLoadSignalName>()
  /** The durations of the last commits of batches, in milliseconds. */
  #commits: number[] = []
  #hasRead = false
  #cached: { readonly atMs: number; readonly decision: BatchThrottleDecision } | undefined
  /** The name of the signal about the server's load that slows the data step down at the moment. */
  #slowedBy: string | undefined

  readonly #replicas: ReplicaLagWatch

  /**
   * Creates the throttle of a data step, which decides if the next batch may begin. `batches` is the number of batches that are
   * already committed.
   */
  constructor(executor: MigrationExecutionContext, id: string, batches: number) {
    this.#executor = executor
    this.#id = id
    this.#replicas = new ReplicaLagWatch(executor, id, batches)
  }

  /** Adds the duration of a commit, and the total number of committed batches. The caller calls `committed` after each commit. */
  committed(ms: number, batches: number): void {
    this.#commits = [...this.#commits, ms].slice(-COMMITS)
    this.#replicas.committed(batches)
  }

  close(): Promise<void> {
    return this.#replicas.close()
  }

  /**
   * Waits until the next batch may begin. No transaction may be open during the wait. `batchMs` is the duration of the last batch
   * in milliseconds. `keep` stores the reason for the wait in the ledger. Throws as soon as the run must stop.
   */
  async pass(batchMs: number, keep: (waiting: Waiting) => Promise<void>): Promise<void> {
    let decision = await this.#decide()
    if (decision.does === 'wait') {
      await this.#wait(decision, keep)
      decision = await this.#decide()
    }
    this.#tellSlowed(decision)
    if (decision.does === 'slow') await this.#rest(Math.min(LONGEST_PAUSE_MS, (decision.factor - 1) * batchMs))
  }

  async #wait(first: Wait, keep: (waiting: Waiting) => Promise<void>): Promise<void> {
    const { clock, emit, session } = this.#executor
    const startedMs = clock.elapsedMs()
    const since = clock.now().toISOString()
    let told: string | undefined
    try {
      for (let last: BatchThrottleDecision = first; last.does === 'wait'; last = await this.#decide()) {
        const { signal, because, reason } = last
        if (signal !== told) {
          await keep({ because, since })
          emit({ type: 'batches-waiting', migration: this.#id, signal, because, ...(reason !== undefined && { reason }), since })
          told = signal
        }
        await this.#rest(POLL_MS)
        this.#cached = undefined
      }
    } catch (error) {
      // The throttle removes the reason for the wait from the ledger. If the removal fails, the reason stays in the ledger. The
      // error of the removal is ignored, because the method throws the error that ended the wait.
      if (!session.lost.aborted) await keep(undefined).catch(() => undefined)
      throw error
    }
    await keep(undefined)
    emit({ type: 'batches-released', migration: this.#id, waitedMs: Math.round(clock.elapsedMs() - startedMs) })
  }

  /**
   * Waits for `ms` milliseconds, or less if the time limit of the run ends earlier. Throws when the run must stop or has reached
   * a limit.
   */
  async #rest(ms: number): Promise<void> {
    const { clock, quota, signal } = this.#executor
    await waitUnlessRunMustStop(clock, Math.min(ms, quota.leftMs()), signal, this.#id)
    throwIfRunMustStop(signal, this.#id)
    quota.refuseIfSpent(this.#id)
  }

  /**
   * Decides whether the next batch may begin. The method reads the pause of an operator for each decision, because the pause must
   * take effect within one batch.
   */
  async #decide(): Promise<BatchThrottleDecision> {
    const { clock, pauses, throttle } = this.#executor
    const pause = await pauses.read()
    if (pause) return { does: 'wait', signal: 'pause', because: formatOperatorPause(pause) }
    const byTime = decideBatchByTimeOfDay(throttle.window, clock.now())
    if (byTime.does === 'wait') return byTime
    const nowMs = clock.elapsedMs()
    if (this.#cached && nowMs - this.#cached.atMs < POLL_MS) return this.#cached.decision
    const decision = decideBatchBySignals(await this.#read())
    this.#cached = { atMs: clock.elapsedMs(), decision }
    return decision
  }

  async #read(): Promise<readonly LoadSignalWithLimit[]> {
    const { session, signal } = this.#executor
    const found = await runWithStatementCancellation(session, signal, this.#id, async () => [
      ...(await this.#ofServer()),
      ...(await this.#ofReplicas()),
      ...(await this.#ofQueries()),
      ...(await this.#ofCommands()),
    ])
    this.#hasRead = true
    const limit = this.#executor.throttle.signals['commit-latency']
    const median = [...this.#commits].sort((a, b) => a - b)[Math.floor(this.#commits.length / 2)]
    const latency = median === undefined ? undefined : combineSignalReadingWithLimit('commit-latency', limit, { value: median })
    return latency ? [...found, latency] : found
  }

  async #ofServer(): Promise<readonly LoadSignalWithLimit[]> {
    const { session, signals, throttle, emit } = this.#executor
    const wanted = SERVER_LOAD_SIGNAL_NAMES.filter((name) => isOn(throttle.signals[name]) && !this.#refused.has(name))
    const readings = await signals.read(session, wanted)
    const unreadable: { readonly signal: ServerLoadSignalName; readonly because: string }[] = []
    const found = readings.flatMap((reading) => {
      const { signal } = reading
      const isGone = isLoadSignalLost(reading, this.#readable)
      if ('unreadable' in reading) unreadable.push({ signal, because: reading.unreadable })
      else this.#readable.add(signal)
      if ('unreadable' in reading && !isGone) {
        this.#refused.add(signal)
        return []
      }
      return (
        combineSignalReadingWithLimit(signal, throttle.signals[signal], 'unreadable' in reading ? { lost: reading.unreadable } : reading) ??
        []
      )
    })
    if (!this.#hasRead) emit({ type: 'signals-read', migration: this.#id, readable: [...this.#readable], unreadable })
    return found
  }

  /**
   * Reads the lag of the replicas in the configuration. If a replica does not answer, the signal of the replica counts as lost (no
   * longer readable), even if the replica has never answered.
   */
  async #ofReplicas(): Promise<readonly LoadSignalWithLimit[]> {
    const limit = this.#executor.throttle.signals['replica-lag']
    if (!isOn(limit) || this.#executor.replicas.length === 0) return []
    const lags = await this.#replicas.read()
    return lags.flatMap(
      (lag) => combineSignalReadingWithLimit('replica-lag', limit, 'lost' in lag ? lag : { value: lag.ms / 1000, what: lag.what }) ?? [],
    )
  }

  /**
   * Executes the queries of the policy. If a query fails at the first reading, the policy is incorrect, and the method throws an
   * error. If a query fails later, its signal counts as lost (no longer readable).
   */
  async #ofQueries(): Promise<readonly LoadSignalWithLimit[]> {
    const { session, files, throttle, limits } = this.#executor
    const { queries = [] } = throttle
    if (queries.length === 0) return []
    const found: LoadSignalWithLimit[] = []
    await session.limit({ ...limits, statementTimeoutMs: QUERY_TIMEOUT_MS })
    try {
      for (const query of queries) {
        const { name, class: kind = 'budget', above, reason } = query
        const value = await readLoadSignalByPolicyQuery(session, files, this.#executor.throttleFile, query).catch(this.#loss)
        const reading = typeof value === 'number' ? { value, says: formatLoadSignalValue(name, value, above) } : value
        found.push({ name, class: kind, above, reason, reading })
      }
    } finally {
      if (!session.lost.aborted) await session.limit(limits)
    }
    return found
  }

  /**
   * Runs the commands of the policy. Each command is a signal of the class `budget`: the data step waits unless the command ends
   * with exit code 0. If a command cannot run, its signal counts as lost (not readable), and the data step waits too.
   */
  async #ofCommands(): Promise<readonly LoadSignalWithLimit[]> {
    const { outside, throttle } = this.#executor
    const found: LoadSignalWithLimit[] = []
    for (const { name, command, timeoutSeconds = DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS, reason } of throttle.commands ?? []) {
      const result = await outside.within(timeoutSeconds * 1000, () => outside.command(command))
      found.push({ name, class: 'budget', above: 0, reason, reading: readingOfCommand(name, result) })
    }
    return found
  }

  readonly #loss = (error: unknown): { readonly lost: string } => {
    const { session, signal } = this.#executor
    if (!this.#hasRead || session.lost.aborted || signal.aborted || !(error instanceof InterphaseError)) throw error
    return { lost: error.message }
  }

  #tellSlowed(decision: BatchThrottleDecision): void {
    const now = decision.does === 'slow' ? decision.signal : undefined
    if (now === this.#slowedBy) return
    this.#slowedBy = now
    const { factor, because } = decision.does === 'slow' ? decision : { factor: 1, because: '' }
    this.#executor.emit({ type: 'batches-slowed', migration: this.#id, factor, because })
  }
}

function readingOfCommand(name: string, result: PolicyCommandResult | { readonly unseen: string }): LoadSignalWithLimit['reading'] {
  if ('unseen' in result) return { lost: result.unseen }
  if (result.ended === 'failed') return { lost: result.problem }
  const last = result.output.trimEnd().split('\n').at(-1) ?? ''
  return { value: result.code, says: `${name} ended with exit code ${result.code}${last === '' ? '' : `: ${last}`}` }
}

function isOn(limit: object | undefined): boolean {
  return limit !== undefined && !('off' in limit)
}
