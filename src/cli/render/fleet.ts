import type { FleetReport } from '../../status/reports/fleet-report.ts'
import { formatTable } from '../layout/table.ts'
import { formatCountWithNoun, formatUtcTime } from '../layout/text.ts'

// The largest number of instances of the application in the table. The JSON output contains all instances.
const INSTANCES_SHOWN = 50

/** Returns the text that `interphase fleet` prints: a table of the releases, and a table of the instances. */
export function formatFleetReport({ project, hasFleet, releases, instances }: FleetReport): string {
  if (!hasFleet) return `The ledger of ${project} has no table of instances yet. The next run of a phase creates it.`
  if (instances.length === 0) return `No instance of ${project} has joined the fleet.`
  const groups = releases.map(({ release, live, dead, lastHeartbeat, runs }) => [
    release,
    String(live),
    String(dead),
    formatUtcTime(lastHeartbeat),
    runs,
  ])
  // The table first contains the instances whose code the database does not support. Live instances precede dead instances.
  const order = instances.toSorted((a, b) => rank(a) - rank(b))
  const rows = order
    .slice(0, INSTANCES_SHOWN)
    .map(({ instance, release, host, lastHeartbeat, live }) => [
      instance,
      release,
      host,
      formatUtcTime(lastHeartbeat),
      live ? 'live' : 'lease ended',
    ])
  const left = instances.length - rows.length
  return [
    formatTable(['release', 'live', 'dead', 'last heartbeat (UTC)', 'code can run'], groups),
    formatTable(['instance', 'release', 'host', 'last heartbeat (UTC)', ''], rows),
    ...(left > 0 ? [`${formatCountWithNoun(left, 'more instance')}; --json lists all.`] : []),
  ].join('\n\n')
}

function rank({ live, runs }: FleetReport['instances'][number]): number {
  return (live ? 0 : 2) + (runs === 'yes' ? 1 : 0)
}
