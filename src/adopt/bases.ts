import { InterphaseError } from '../error.ts'
import { type BaseChain, type LegacyBase, listBases, readBaseChain } from '../project/bases.ts'
import type { ProjectConfig } from '../project/config.ts'
import type { ServerToCompare } from '../project/name-case.ts'
import { type ReleaseWithStates, readReleasesWithStates } from '../project/recorded.ts'
import { readReleaseChain } from '../project/releases.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { findSchemaMismatches } from '../schema/mismatch.ts'
import type { DialectName } from '../schema/object.ts'
import { listPlannedChainPoints, type PlannedChainPoint } from './known-points.ts'
import { makeNearbyStateOfChainPoint } from './recognise.ts'

/** A base (an old schema that the project can adopt) with its recorded states. */
export interface BaseWithRecordedStates extends BaseChain {
  readonly releases: readonly ReleaseWithStates[]
  /**
   * The point after the first release of the base. A base is an old schema of the project, and its first release contains the SQL
   * script (the legacy script) that creates this schema. `adopt` compares the live schema only with this point of the base. A
   * point inside the script is not possible, because the script must have run completely. A point in the later releases needs no
   * comparison, because the ledger records which of their migrations have run.
   */
  readonly point: PlannedChainPoint
}

/**
 * Returns the bases of a project, which are old schemas that can be adopted, with their recorded states. Throws an error, such as
 * `states.missing` or `states.stale`, if the recorded states of a base are not current.
 */
export async function readBasesWithRecordedStates(
  config: Pick<ProjectConfig, 'root' | 'bases' | 'project'>,
  dialect: DialectName,
  server?: ServerToCompare,
): Promise<readonly BaseWithRecordedStates[]> {
  const known: BaseWithRecordedStates[] = []
  for (const base of listBases(config, dialect)) {
    const read = readBaseChain(config, base, dialect)
    const { releases, problems } = await readReleasesWithStates(config.root, read.chain, server)
    const [problem] = problems
    if (problem) throw problem
    known.push({ ...read, releases, point: endOfScript(base, releases) })
  }
  return known
}

function endOfScript({ name, directory }: LegacyBase, releases: readonly ReleaseWithStates[]): PlannedChainPoint {
  const point = listPlannedChainPoints(releases.slice(0, 1)).at(-1)
  if (point) return { ...point, base: name }
  throw new InterphaseError('base.invalid', {
    base: name,
    file: directory,
    problem: 'the first release of the base has no migration for this server',
  })
}

/**
 * Returns the point of the chain at which a base (an old schema with migrations) continues: after a migration, or at the end of a
 * release. Throws `base.invalid` if the field `continues` contains neither.
 */
export function requireChainPointAfterBase(
  { name, directory, continues }: LegacyBase,
  points: readonly PlannedChainPoint[],
): PlannedChainPoint {
  const point = points.findLast(({ through, release }) => through === continues || release === continues)
  if (point) return point
  const problem = `continues: the project has no release and no migration ${continues}`
  throw new InterphaseError('base.invalid', { base: name, file: `${directory}.json`, problem })
}

/**
 * Checks in the recorded states that each base, which is an old schema of the project, ends in the schema of the point of the
 * chain at which the base continues. If the check succeeds, the migrations of a base and the releases before this point produce
 * the same schema. Throws `base.ends-elsewhere` with the differences.
 */
export async function proveBasesReachChain(
  config: Pick<ProjectConfig, 'root' | 'bases' | 'project' | 'releases'>,
  dialect: DialectName,
): Promise<void> {
  const bases = await readBasesWithRecordedStates(config, dialect)
  if (bases.length === 0) return
  await proveEnds(bases, config.root, readReleaseChain(config, dialect))
}

/**
 * Checks in the recorded states that the migrations of a base, which is an old schema of the project, end in the schema of the
 * point of the chain at which the base continues. Throws `base.ends-elsewhere` with the differences.
 */
export async function proveBaseReachesChain(known: BaseWithRecordedStates, root: string, chain: ReleaseChain): Promise<void> {
  await proveEnds([known], root, chain)
}

async function proveEnds(bases: readonly BaseWithRecordedStates[], root: string, chain: ReleaseChain): Promise<void> {
  const { releases, problems } = await readReleasesWithStates(root, chain)
  const [problem] = problems
  if (problem) throw problem
  const points = listPlannedChainPoints(releases)
  for (const known of bases) proveEnd(known, points, releases, chain.dialect)
}

function proveEnd(
  { base, point, releases: ownReleases }: BaseWithRecordedStates,
  points: readonly PlannedChainPoint[],
  releases: readonly ReleaseWithStates[],
  dialect: DialectName,
): void {
  const expected = requireChainPointAfterBase(base, points)
  const end = ownReleases.at(-1)?.end ?? point.state
  const servers = [releases.at(-1), ownReleases.at(-1)].map((planned) => planned?.recorded.server.major)
  const differences = findSchemaMismatches(expected.state, end, {
    dialect,
    collations: new Set(),
    exempt: new Set(),
    partitions: 'compare',
    compareTexts: servers[0] === servers[1],
    compareGeneratedNames: false,
  })
  if (differences.length === 0) return
  const { missing, extra, different } = makeNearbyStateOfChainPoint(expected, differences)
  throw new InterphaseError('base.ends-elsewhere', {
    base: base.name,
    dialect,
    continues: expected.through,
    differences: [...different, ...missing, ...extra],
  })
}
