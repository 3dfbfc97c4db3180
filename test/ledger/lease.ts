import { systemClock } from '../../src/clock.ts'
import type { DatabaseSession, Dialect } from '../../src/dialect/dialect.ts'
import { type RunLease, takeRunLease } from '../../src/ledger/lease.ts'
import type { LedgerRowOrigin } from '../../src/ledger/prepare.ts'

/** The lease of a run on this session. A session that has the lock gets it again, with the next epoch, as a later run would. */
export function leaseOf(session: DatabaseSession, dialect: Dialect, url: string, writer: LedgerRowOrigin, waitMs = 0): Promise<RunLease> {
  const options = { target: { url, purpose: 'a test' }, writer, waitMs, signal: new AbortController().signal }
  return takeRunLease(session, dialect, options, systemClock, () => undefined)
}
