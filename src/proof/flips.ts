import type { Migration } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import { groupsOf, subjectOf } from '../schema/difference.ts'
import { type GroupKey, idOf, type ObjectId, type SchemaObject } from '../schema/object.ts'
import type { ObservedMigration, Trace } from '../state/trace.ts'

/** Two migrations that phased order runs the other way round: `first` is authored first and run second. */
export interface Flip {
  readonly first: Migration
  readonly second: Migration
}

/** Every pair of migrations whose order phased order turns round. */
export function flipsOf(authored: readonly Migration[], phased: readonly Migration[]): readonly Flip[] {
  const place = new Map(phased.map((migration, index) => [migration.id, index]))
  // Of a thousand migrations half a million pairs are compared.
  const places = authored.map((migration) => place.get(migration.id) ?? 0)
  return authored.flatMap((first, index) => {
    const flips: Flip[] = []
    for (let later = index + 1; later < authored.length; later++) {
      const second = authored[later]
      if (second && (places[index] ?? 0) > (places[later] ?? 0)) flips.push({ first, second })
    }
    return flips
  })
}

/** What a migration did or touched in either order: the ground on which two migrations can meet. */
export interface TouchedObjects {
  readonly objects: ReadonlySet<ObjectId>
  readonly groups: ReadonlySet<GroupKey>
  /** Those of the groups in which it changed something. */
  readonly changed: ReadonlySet<GroupKey>
  /** Names of the objects it made, took away or altered, without the table they hang on. */
  readonly names: ReadonlySet<string>
  /** Those of the names that are not a table's: who is called by one of them is meant and no other. */
  readonly parts: ReadonlySet<string>
}

export function touchedObjectsOf(migration: Migration, ...traces: readonly Trace[]): TouchedObjects {
  const seen = traces.flatMap((trace) => trace.entries.filter((entry) => entry.migration.id === migration.id))
  const changes = seen.flatMap((entry) => entry.steps.flat())
  const objects = changes.flatMap(bothSides)
  return {
    objects: new Set(objects.map(idOf)),
    groups: new Set([...changes.flatMap(groupsOf), ...seen.flatMap((entry: ObservedMigration) => entry.footprint)]),
    changed: new Set(changes.flatMap(groupsOf)),
    names: new Set(objects.map((object) => object.name)),
    parts: new Set(objects.filter((object) => object.kind !== 'table').map((object) => object.name)),
  }
}

function bothSides(difference: Difference): readonly SchemaObject[] {
  return difference.kind === 'added' || difference.kind === 'removed' ? [subjectOf(difference)] : [difference.before, difference.after]
}

/** How strongly two migrations meet: on one object (3), on one name (2), on one table (1), or not (0). */
export function meeting(a: TouchedObjects, b: TouchedObjects): 0 | 1 | 2 | 3 {
  if (overlap(a.objects, b.objects)) return 3
  if (overlap(a.names, b.names)) return 2
  return overlap(a.groups, b.groups) ? 1 : 0
}

function overlap<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  for (const one of a) if (b.has(one)) return true
  return false
}
