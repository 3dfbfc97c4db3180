import type { Policy } from '../phase/policy.ts'
import type { Charted } from '../workspace/recorded.ts'
import type { Bench } from './apply.ts'
import { guardOn, NO_GUARD } from './guard.ts'
import type { Lookout } from './lookout.ts'
import { leniencyAt, type Site } from './site.ts'
import type { Tenure } from './tenure.ts'

/** What running migrations of this release under this policy needs. */
export function benchOn(site: Site, { lease, ledger }: Tenure, lookout: Lookout, { recorded }: Charted, policy: Policy): Bench {
  const { session, dialect } = site
  const leniency = () => leniencyAt(site, recorded.server)
  return {
    session,
    functions: dialect.functions,
    emit: site.emit,
    signal: AbortSignal.any([site.signal, lease.signal]),
    ledger,
    guard: site.guards ? guardOn(session, dialect.catalog, leniency) : NO_GUARD,
    catalog: dialect.catalog,
    files: dialect.files,
    leniency,
    clock: site.clock,
    limits: policy.session,
    retry: policy.retry,
    lookout,
    commitsOnItsWay: dialect.commitsOnItsWay,
    project: site.config.project,
    crash: site.crash,
  }
}
