import { silenceTimeoutMs } from '../phase/policy.ts'
import { collationsOf, type History } from '../plan/history.ts'
import type { Site } from '../run/site.ts'
import { type Lease, takeLease } from './lease.ts'
import { type Pulse, pulseOf } from './pulse.ts'
import { lastPlace, readHistory } from './read.ts'
import { LedgerWriter } from './write.ts'

/** What someone has who may write to the ledger. */
export interface Tenure {
  readonly lease: Lease
  readonly pulse: Pulse
  readonly ledger: LedgerWriter
  /** The ledger as it was when the lease was taken. */
  readonly history: History | undefined
}

/** Takes the project's lock, does the work, and gives the lock back. Throws `lock.busy` when it is not free in time. */
export async function underLease<T>(site: Site, waitMs: number, work: (tenure: Tenure) => Promise<T>): Promise<T> {
  const { session, clock } = site
  const pulse = pulseOf(session, clock)
  try {
    await pulse.beat(Math.min(...Object.values(site.policies).map(silenceTimeoutMs)))
    return await leased(site, waitMs, pulse, work)
  } finally {
    pulse.stop()
  }
}

async function leased<T>(site: Site, waitMs: number, pulse: Pulse, work: (tenure: Tenure) => Promise<T>): Promise<T> {
  const { session, dialect, target, writer, clock, signal } = site
  const lease = await takeLease(session, dialect, { target, writer, waitMs, signal }, clock, site.emit)
  const history = await readHistory(session, dialect, site.config.project)
  const ledger = new LedgerWriter(session, clock, writer, lease.epoch, await lastPlace(session, writer.project))
  try {
    if (lease.takenOverFrom !== undefined) await ledger.note('taken over', site.config.project, `from ${lease.takenOverFrom}`)
    await noteCollation(site, ledger, history)
    return await work({ lease, pulse, ledger, history })
  } finally {
    await leave(lease, ledger)
  }
}

/** A dump that is loaded into another database keeps the collations of this one: comparisons there go by these notes. */
async function noteCollation({ session, dialect }: Site, ledger: LedgerWriter, history: History | undefined): Promise<void> {
  const collation = await dialect.defaultCollation?.(session)
  if (collation === undefined || collationsOf(history?.notes ?? []).has(collation)) return
  await ledger.note('collation', collation, 'the default of this database')
}

/** What cannot be given back any more goes with the session; how the work ended is what counts. */
async function leave(lease: Lease, ledger: LedgerWriter): Promise<void> {
  if (lease.signal.aborted) return
  await ledger
    .leave()
    .then(() => lease.release())
    .catch(() => undefined)
}
