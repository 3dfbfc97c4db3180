import type { CatalogReading } from '../dialect/dialect.ts'
import {
  type ApplicationVersion,
  applicationVersionsAt,
  findProbeFailures,
  formatProbePoint,
  type ProbeFinding,
  type ProbePoint,
  type ProbeResults,
} from '../proof/probing.ts'
import type { Release } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { runWithDatabaseSession } from '../shadow/boundary.ts'
import { executeMigrationsOnShadow } from '../shadow/execute.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import type { FilledShadowDatabase } from './filled-shadow.ts'
import { type ApplicationProbe, ProbeRunner } from './probe.ts'
import type { RehearsedRelease } from './rehearsal.ts'

export interface ReleaseProbingResult {
  readonly points: readonly string[]
  readonly probes: RehearsedRelease['probes']
  readonly findings: readonly ProbeFinding[]
  readonly reported: readonly string[]
  /** True if a probe fails in the schema for which its application version was written. The probe itself is then wrong. */
  readonly isWrong: boolean
}

/**
 * Executes phased order in a separate copy of the database, and runs the probes of the running application versions after each
 * commit. The copy is needed because the rollback of a probe does not restore the values of sequences.
 */
export async function runProbesOfRelease(
  shadows: ShadowServerContext,
  release: Release,
  filled: FilledShadowDatabase,
  start: CatalogReading,
  probes: readonly ApplicationProbe[],
): Promise<ReleaseProbingResult> {
  const { server, dialect } = shadows
  const target = await server.copy(filled.database, 'probed')
  const probers = new Map<ApplicationVersion, ProbeRunner>()
  const points: ProbePoint[] = []
  const look = async (point: ProbePoint) => {
    points.push(point)
    for (const version of applicationVersionsAt(release, point)) await probers.get(version)?.runAt(point)
  }
  try {
    for (const version of ['old', 'new'] as const) {
      const own = probes.filter((probe) => probe.version === version)
      if (own.length > 0) probers.set(version, await ProbeRunner.open(dialect, target, own))
    }
    await runWithDatabaseSession(dialect, target, async (session) => {
      await look({})
      const { identities, remarks } = await dialect.catalog.read(session, 'whole')
      const committed: Parameters<typeof executeMigrationsOnShadow>[0]['committed'] = (migration, part) =>
        look({ after: { migration, ...part } })
      await executeMigrationsOnShadow({ ...shadows, session, committed }, migrationsInPhasedOrder(release), {
        identities,
        remarks,
        state: start.state,
      })
    })
  } finally {
    for (const prober of probers.values()) await prober.close()
  }
  const all = [...probers.values()]
  shadows.emit({ type: 'probed', release: release.name, dialect: dialect.name, probes: probes.length, points: points.length })
  return seen(
    points,
    all.flatMap(({ probed }) => probed),
    all.flatMap(({ remarks }) => remarks),
  )
}

function seen(points: readonly ProbePoint[], probed: readonly ProbeResults[], remarks: readonly string[]): ReleaseProbingResult {
  const findings = judgeAll(probed)
  return {
    points: points.map(formatProbePoint),
    probes: probed.map(({ file, version, how, results }) => ({
      file,
      version,
      how,
      results: results.map(({ point, problem }) => ({ point: formatProbePoint(point), ...(problem === undefined ? {} : { problem }) })),
    })),
    findings,
    reported: remarks,
    isWrong: findings.some(({ kind }) => kind === 'probe is wrong'),
  }
}

/**
 * Returns the findings about all probes. The runner executes each probe as text and as prepared statements. If the probe fails in
 * both forms at the same point, the result contains only the finding about the text.
 */
function judgeAll(probed: readonly ProbeResults[]): readonly ProbeFinding[] {
  const known = new Set<string>()
  return probed.flatMap((one) =>
    findProbeFailures(one).filter(({ probe, point }) => {
      const at = `${probe} ${point}`
      const isEcho = one.how === 'prepared' && known.has(at)
      known.add(at)
      return !isEcho
    }),
  )
}
