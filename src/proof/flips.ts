import type { Migration } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import { groupKeysOfDifference, objectBeforeDifference } from '../schema/difference.ts'
import { objectIdOf, type SchemaGroupKey, type SchemaObject, type SchemaObjectId } from '../schema/object.ts'
import type { ExecutionTrace, ObservedMigration } from '../state/trace.ts'

/** Two migrations that phased order swaps: `first` comes before `second` in authored order and after `second` in phased order. */
export interface SwappedMigrations {
  readonly first: Migration
  readonly second: Migration
}

/** Returns every pair of migrations that runs in another order in phased order than in authored order. */
export function listSwappedMigrations(authored: readonly Migration[], phased: readonly Migration[]): readonly SwappedMigrations[] {
  const place = new Map(phased.map((migration, index) => [migration.id, index]))
  // The code computes the place of each migration in phased order only once, because a thousand migrations have half a million
  // pairs.
  const places = authored.map((migration) => place.get(migration.id) ?? 0)
  return authored.flatMap((first, index) => {
    const flips: SwappedMigrations[] = []
    for (let later = index + 1; later < authored.length; later++) {
      const second = authored[later]
      if (second && (places[index] ?? 0) > (places[later] ?? 0)) flips.push({ first, second })
    }
    return flips
  })
}

/** The objects that a migration changed or touched in either order. */
export interface ObjectsTouchedByMigration {
  readonly objects: ReadonlySet<SchemaObjectId>
  readonly groups: ReadonlySet<SchemaGroupKey>
  /** The keys of the groups of schema objects in which the migration changed an object. */
  readonly changed: ReadonlySet<SchemaGroupKey>
  /** The names of the objects that the migration added, removed, altered or renamed, without the names of their tables. */
  readonly names: ReadonlySet<string>
  /** The names in `names` except the names of tables, such as names of columns and indexes. */
  readonly parts: ReadonlySet<string>
}

/** Returns the objects that a migration changed or touched while the release ran on a shadow, according to the given traces. */
export function collectTouchedObjects(migration: Migration, ...traces: readonly ExecutionTrace[]): ObjectsTouchedByMigration {
  const seen = traces.flatMap((trace) => trace.entries.filter((entry) => entry.migration.id === migration.id))
  const changes = seen.flatMap((entry) => entry.steps.flat())
  const objects = changes.flatMap(bothSides)
  return {
    objects: new Set(objects.map(objectIdOf)),
    groups: new Set([...changes.flatMap(groupKeysOfDifference), ...seen.flatMap((entry: ObservedMigration) => entry.footprint)]),
    changed: new Set(changes.flatMap(groupKeysOfDifference)),
    names: new Set(objects.map((object) => object.name)),
    parts: new Set(objects.filter((object) => object.kind !== 'table').map((object) => object.name)),
  }
}

function bothSides(difference: Difference): readonly SchemaObject[] {
  return difference.kind === 'added' || difference.kind === 'removed'
    ? [objectBeforeDifference(difference)]
    : [difference.before, difference.after]
}

/**
 * Returns how strongly two migrations are related. The result is 3 for a common object, 2 for a common name, 1 for a common group
 * of objects, and otherwise 0.
 */
export function relationStrengthOfMigrations(a: ObjectsTouchedByMigration, b: ObjectsTouchedByMigration): 0 | 1 | 2 | 3 {
  if (overlap(a.objects, b.objects)) return 3
  if (overlap(a.names, b.names)) return 2
  return overlap(a.groups, b.groups) ? 1 : 0
}

function overlap<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  for (const one of a) if (b.has(one)) return true
  return false
}
