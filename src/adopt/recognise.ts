import type { NearbyState } from '../errors/adopt.ts'
import { describeDifferences, describeObjectMismatch } from '../schema/describe.ts'
import type { Difference } from '../schema/difference.ts'
import { findSchemaMismatches, type SchemaComparisonSettings } from '../schema/mismatch.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import { countDifferingTablesByChainPoint } from './differing-tables.ts'
import type { PlannedChainPoint } from './known-points.ts'

/** The points of the chain whose planned schema equals the live schema, in the order of a run. */
export interface ChainPointsEqualToLive {
  readonly points: readonly PlannedChainPoint[]
  /**
   * The default collation of another database, from which the live database was restored with a dump. The field is present only
   * if the live database itself has a different default collation.
   */
  readonly collation?: string
}

/** The live schema of a database, and the differences that a comparison with the points of the chain ignores. */
export interface LiveSchemaToCompare {
  readonly live: SchemaState
  readonly leniency: SchemaComparisonSettings
}

/**
 * Returns the points of the chain whose planned schema equals the live schema. A database that was restored from a dump keeps the
 * collations of the original database. If no point is equal, the function therefore compares again, with each collation of the
 * live tables as the default collation. Returns undefined if no comparison finds a point.
 */
export function findChainPointsEqualToLive(
  comparison: LiveSchemaToCompare,
  points: readonly PlannedChainPoint[],
): ChainPointsEqualToLive | undefined {
  // Two points of the chain can differ only in the names of the indexes of foreign keys. The first comparison therefore includes
  // these names, and the second comparison ignores them.
  const exact = equalWith({ ...comparison, leniency: { ...comparison.leniency, compareForeignKeyIndexes: true } }, points)
  const equal = exact.length > 0 ? exact : equalWith(comparison, points)
  if (equal.length > 0) return { points: equal }
  for (const collation of foreignCollations(comparison.live)) {
    const found = equalWith({ ...comparison, leniency: { ...comparison.leniency, collations: new Set([collation]) } }, points)
    if (found.length > 0) return { points: found, collation }
  }
  return undefined
}

/**
 * Returns the differences between the live schema and the planned schema at a point of the chain. The comparison ignores names
 * that a server generated.
 */
export function findDifferencesFromChainPoint(
  { live, leniency }: LiveSchemaToCompare,
  { state }: PlannedChainPoint,
): readonly Difference[] {
  return findSchemaMismatches(state, live, { ...leniency, compareGeneratedNames: false })
}

// If no planned schema equals the live schema, an error message lists the most similar points of the chain, at most this number.
const NEAREST = 3
// The engine compares the whole schema of at most this number of points with the live schema. The engine chooses the points at
// which the fewest tables differ.
const COMPARED = 12

/** A point of the chain whose planned schema is similar to the live schema. */
export interface NearbyChainPoint {
  readonly differences: readonly Difference[]
  readonly described: NearbyState
}

/**
 * Returns at most three points whose planned schema has the fewest differences from the live schema, in ascending number of
 * differences. If several points have equal schemas, the result contains only the newest of them.
 */
export function findNearestChainPoints(comparison: LiveSchemaToCompare, points: readonly PlannedChainPoint[]): readonly NearbyChainPoint[] {
  const counts = countDifferingTablesByChainPoint(comparison.live, comparison.leniency, points)
  const newest = new Map(points.map((point, index) => [point.state.groups, { point, index, tables: counts[index] ?? 0 }]))
  const byTables = [...newest.values()].sort((a, b) => a.tables - b.tables || b.index - a.index)
  const compared = byTables
    .slice(0, COMPARED)
    .map(({ point, index }) => ({ index, point, differences: findDifferencesFromChainPoint(comparison, point) }))
    .map(({ point, ...one }) => ({ ...one, described: makeNearbyStateOfChainPoint(point, one.differences) }))
    .sort((a, b) => sizeOf(a.described) - sizeOf(b.described) || b.index - a.index)
  // Two points of the chain with the same differences from the live schema have the same schema. The code compares the
  // differences themselves and not their descriptions, because two missing tables with the same name have the same description,
  // even if their columns differ.
  const known = new Set<string>()
  const isNew = (found: readonly Difference[]) => known.size < known.add(JSON.stringify(found)).size
  return compared.filter(({ differences: found }) => isNew(found)).slice(0, NEAREST)
}

function sizeOf({ missing, extra, different }: NearbyState): number {
  return missing.length + extra.length + different.length
}

/** Returns the differences between the live schema and the planned schema at a point of the chain as facts of an error. */
export function makeNearbyStateOfChainPoint(
  { through, base }: Pick<PlannedChainPoint, 'through' | 'base'>,
  all: readonly Difference[],
): NearbyState {
  const lines = (kinds: readonly Difference['kind'][]) => {
    const wanted = new Set(kinds)
    const line = (one: Difference) => [one.kind, describeObjectMismatch(one, { before: 'recorded', after: 'found' })] as const
    return tellingLines(all, line).flatMap(([kind, text]) => (wanted.has(kind) ? [text] : []))
  }
  return {
    state: base === undefined ? `the state after ${through}` : `the base ${base}`,
    missing: lines(['removed']),
    extra: lines(['added']),
    different: lines(['altered', 'renamed']),
  }
}

function tellingLines<T>(all: readonly Difference[], line: (difference: Difference) => T): readonly T[] {
  const told: T[] = []
  describeDifferences(all, (one) => {
    told.push(line(one))
    return ''
  })
  return told
}

function equalWith({ live, leniency }: LiveSchemaToCompare, points: readonly PlannedChainPoint[]): readonly PlannedChainPoint[] {
  // If no planned schema equals the live schema, the code compares again, without the list of all objects that the project
  // creates. The comparison can then ignore an object that the project creates only in a later release, but that the database
  // already contains, such as an extension.
  const { ours: _, ...asElsewhere } = leniency
  const exact = equalUnder(live, leniency, points)
  return exact.length > 0 ? exact : equalUnder(live, asElsewhere, points)
}

function equalUnder(
  live: SchemaState,
  leniency: SchemaComparisonSettings,
  points: readonly PlannedChainPoint[],
): readonly PlannedChainPoint[] {
  const counts = countDifferingTablesByChainPoint(live, leniency, points)
  const known = new Map<SchemaState['groups'], boolean>()
  return points.filter((point, index) => {
    if (counts[index] !== 0) return false
    const before = known.get(point.state.groups)
    if (before !== undefined) return before
    const equal = findDifferencesFromChainPoint({ live, leniency }, point).length === 0
    known.set(point.state.groups, equal)
    return equal
  })
}

function foreignCollations(live: SchemaState): ReadonlySet<string> {
  const tables = [...objectsOfState(live)].filter((object) => object.kind === 'table')
  return new Set(tables.flatMap(({ collation, ofDatabase }) => (collation === undefined || ofDatabase ? [] : [collation])))
}
