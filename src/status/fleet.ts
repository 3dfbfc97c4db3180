import { isError } from '../error.ts'
import { FLEET_REPORT_FORMAT_VERSION } from '../formats.ts'
import { type FleetInstance, readFleetInstances } from '../ledger/fleet.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { computeChainProgress } from '../plan/progress.ts'
import { computeDatabaseSupportOfRelease } from '../plan/support.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import type { FleetReport } from './reports/fleet-report.ts'

type Runs = FleetReport['instances'][number]['runs']

/**
 * Returns the instances of the application that joined the fleet, and for each of their releases whether the database supports
 * the release.
 */
export async function makeFleetReport(connected: ConnectedProject, history: LedgerHistory | undefined): Promise<FleetReport> {
  const { session, dialect, config } = connected
  const instances = await readFleetInstances(session, dialect, config.project)
  const names = [...new Set((instances ?? []).map(({ release }) => release))].sort()
  const progress = computeChainProgress(connected.chain, history)
  const runs = new Map(names.map((name) => [name, runsOn(() => computeDatabaseSupportOfRelease(progress, history, name).answer)]))
  return {
    format: FLEET_REPORT_FORMAT_VERSION,
    project: config.project,
    dialect: dialect.name,
    database: session.where,
    hasFleet: instances !== undefined,
    releases: names.map((name) =>
      summary(
        name,
        (instances ?? []).filter(({ release }) => release === name),
        runs.get(name) ?? 'unknown',
      ),
    ),
    instances: (instances ?? []).map((one) => ({
      instance: one.instance,
      release: one.release,
      host: one.host,
      joinedAt: timeOf(one.joinedAt),
      lastHeartbeat: timeOf(one.seenAt),
      leaseSeconds: one.leaseSeconds,
      live: one.isLive,
      runs: runs.get(one.release) ?? 'unknown',
    })),
  }
}

function runsOn(answer: () => Runs): Runs {
  try {
    return answer()
  } catch (error) {
    if (isError(error, 'state.unknown') || isError(error, 'ledger.ahead')) return 'unknown'
    throw error
  }
}

function summary(release: string, instances: readonly FleetInstance[], runs: Runs): FleetReport['releases'][number] {
  const live = instances.filter(({ isLive }) => isLive).length
  const last = instances.reduce((latest, { seenAt }) => Math.max(latest, seenAt), 0)
  return { release, live, dead: instances.length - live, lastHeartbeat: timeOf(last), runs }
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
