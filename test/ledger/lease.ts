import { systemClock } from '../../src/clock.ts'
import type { Dialect, Session } from '../../src/dialect/dialect.ts'
import { type Lease, takeLease } from '../../src/ledger/lease.ts'
import type { Writer } from '../../src/ledger/prepare.ts'

/** The lease of a run on this session. A session that has the lock gets it again, with the next epoch, as a later run would. */
export function leaseOf(session: Session, dialect: Dialect, url: string, writer: Writer, waitMs = 0): Promise<Lease> {
  const options = { target: { url, purpose: 'a test' }, writer, waitMs, signal: new AbortController().signal }
  return takeLease(session, dialect, options, systemClock, () => undefined)
}
