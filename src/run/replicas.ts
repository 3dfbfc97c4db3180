import type { DatabaseSession } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { readBatchCountOnReplica } from '../ledger/replica.ts'
import { batchCommitsAfterReplica, type CommittedBatchTime, lagOfReplica } from '../work/batches/replica-lag.ts'
import type { MigrationExecutionContext } from './apply.ts'

/** The lag of one replica in milliseconds, or the reason why the lag cannot be read. */
export type ReplicaLagReading = { readonly what: string; readonly ms: number } | { readonly lost: string }

/**
 * Measures the lag of the replicas in the configuration. Each batch of a data step stores its number in the ledger. The ledger on
 * a replica contains the number of the last batch that the replica has replayed. The difference shows the lag. This measurement
 * works on every server, and needs no privilege except SELECT.
 */
export class ReplicaLagWatch {
  readonly #executor: Pick<MigrationExecutionContext, 'replicas' | 'clock' | 'project'>
  readonly #id: string
  readonly #sessions = new Map<number, DatabaseSession>()
  #commits: readonly CommittedBatchTime[]

  constructor(executor: Pick<MigrationExecutionContext, 'replicas' | 'clock' | 'project'>, id: string, batches: number) {
    this.#executor = executor
    this.#id = id
    this.#commits = [{ batches, atMs: executor.clock.elapsedMs() }]
  }

  committed(batches: number): void {
    if (this.#executor.replicas.length > 0) this.#commits = [...this.#commits, { batches, atMs: this.#executor.clock.elapsedMs() }]
  }

  async read(): Promise<readonly ReplicaLagReading[]> {
    const lags: ReplicaLagReading[] = []
    let least = Number.MAX_SAFE_INTEGER
    for (const [index, open] of this.#executor.replicas.entries()) {
      try {
        const session = await this.#session(index, open)
        const seen = await readBatchCountOnReplica(session, this.#executor.project, this.#id)
        least = Math.min(least, seen ?? -1)
        lags.push({ what: session.where, ms: lagOfReplica(this.#commits, seen, this.#executor.clock.elapsedMs()) })
      } catch (error) {
        if (!(error instanceof InterphaseError)) throw error
        least = -1
        lags.push({ lost: error.message })
      }
    }
    this.#commits = batchCommitsAfterReplica(this.#commits, least)
    return lags
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await session.close().catch(() => undefined)
  }

  async #session(index: number, open: () => Promise<DatabaseSession>): Promise<DatabaseSession> {
    const known = this.#sessions.get(index)
    if (known && !known.lost.aborted) return known
    const session = await open()
    this.#sessions.set(index, session)
    await session.limit({ lockTimeoutMs: READ_TIMEOUT_MS, statementTimeoutMs: READ_TIMEOUT_MS })
    return session
  }
}

const READ_TIMEOUT_MS = 5000
