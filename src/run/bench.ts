import type { Tenure } from '../ledger/tenure.ts'
import type { Policy } from '../phase/policy.ts'
import type { Charted } from '../project/recorded.ts'
import { fenceOn, NO_FENCE } from '../work/fence.ts'
import type { Lookout } from '../work/lookout.ts'
import type { Bench } from './apply.ts'
import { guardOn, NO_GUARD } from './guard.ts'
import { leniencyAt, type Site } from './site.ts'

/** What running migrations of this release under this policy needs. */
export function benchOn(site: Site, { lease, ledger }: Tenure, lookout: Lookout, charted: Charted, policy: Policy): Bench {
  const { session, dialect } = site
  const leniency = () => leniencyAt(site, charted.recorded.server)
  return {
    session,
    functions: dialect.functions,
    files: dialect.files,
    border: dialect.border,
    fence: site.guards ? fenceOn(session, dialect.border, charted) : NO_FENCE,
    emit: site.emit,
    signal: AbortSignal.any([site.signal, lease.signal]),
    ledger,
    guard: site.guards ? guardOn(session, dialect.catalog, leniency) : NO_GUARD,
    catalog: dialect.catalog,
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
