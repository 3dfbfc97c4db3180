import { type GroupBucket, type SchemaObjectGroup, SchemaObjectGroups } from './groups.ts'
import { groupKeyOf, objectIdOf, type SchemaGroupKey, type SchemaObject, type SchemaObjectId } from './object.ts'

export type { SchemaObjectGroup } from './groups.ts'

/**
 * The schema of a database at one moment, as an immutable value. States share the groups that are equal in them, so a chain of a
 * thousand states needs little more memory than its differences.
 */
export interface SchemaState {
  readonly groups: SchemaObjectGroups
}

export const EMPTY_SCHEMA_STATE: SchemaState = { groups: SchemaObjectGroups.empty }

/** Returns a schema state that contains the given objects. */
export function makeSchemaState(objects: Iterable<SchemaObject>): SchemaState {
  const groups = new Map<SchemaGroupKey, Map<SchemaObjectId, SchemaObject>>()
  for (const object of objects) {
    const key = groupKeyOf(object)
    const group = groups.get(key) ?? new Map<SchemaObjectId, SchemaObject>()
    groups.set(key, group.set(objectIdOf(object), object))
  }
  return { groups: SchemaObjectGroups.empty.with(groups) }
}

/** Returns all objects of a schema state. */
export function* objectsOfState(state: SchemaState): Generator<SchemaObject> {
  for (const group of state.groups.values()) yield* group.values()
}

/** Returns the object with the given id in a schema state, or undefined if the state does not contain the object. */
export function findObjectInState(state: SchemaState, id: SchemaObjectId, group: SchemaGroupKey): SchemaObject | undefined {
  return state.groups.get(group)?.get(id)
}

/**
 * Returns the part of a schema state that consists of the given groups. The function ignores a group that the state does not
 * contain.
 */
export function selectGroupsOfState(state: SchemaState, keys: Iterable<SchemaGroupKey>): SchemaState {
  return { groups: SchemaObjectGroups.empty.with(together(state, keys)) }
}

/** Returns a schema state without the given groups of schema objects. */
export function removeGroupsFromState(state: SchemaState, keys: Iterable<SchemaGroupKey>): SchemaState {
  return replaceGroupsInState(state, keys, EMPTY_SCHEMA_STATE)
}

/**
 * Returns a schema state in which the groups with the keys `keys` come from `part`. If `part` does not contain a group, the
 * result does not contain it either.
 */
export function replaceGroupsInState(state: SchemaState, keys: Iterable<SchemaGroupKey>, part: SchemaState): SchemaState {
  return { groups: state.groups.with(together(part, keys)) }
}

function together({ groups }: SchemaState, keys: Iterable<SchemaGroupKey>): (readonly [SchemaGroupKey, SchemaObjectGroup | undefined])[] {
  return [...keys].map((key) => [key, groups.get(key)])
}

/**
 * Returns the keys of the groups whose printed form can change together with the groups `touched`, because they depend on `touched`
 * directly or through other objects. For example, a view of a view gets its column types from the table. The function does not
 * follow a dependency of a constraint or trigger any further, because it does not change the columns of the table.
 */
export function findDependentGroupKeys(state: SchemaState, touched: ReadonlySet<SchemaGroupKey>): readonly SchemaGroupKey[] {
  const reshaped = new Set(touched)
  const found = new Set(groupsDependingOn(state, namesakes(touched), usedBy))
  for (let changed = touched; changed.size > 0; ) {
    changed = new Set(groupsDependingOn(state, namesakes(changed), shapedBy).filter((key) => !reshaped.has(key)))
    for (const key of changed) reshaped.add(key)
  }
  return [...new Set([...found, ...reshaped])].filter((key) => !touched.has(key))
}

/**
 * Returns the given keys, and the keys that a table, view or sequence of the same name would have. These three kinds of objects
 * share one namespace on every server, so a dependency on the name can mean any of the kinds.
 */
function namesakes(keys: ReadonlySet<SchemaGroupKey>): ReadonlySet<SchemaGroupKey> {
  const all = [...keys].flatMap((key) => {
    const [, kind, name] = /^(table|view|sequence):(.*)$/s.exec(key) ?? []
    return kind === undefined ? [key] : RELATIONS.map((relation) => `${relation}:${name}`)
  })
  return new Set(all)
}

const RELATIONS = ['table', 'view', 'sequence'] as const

/**
 * Returns the keys of the tables with a foreign key to one of the groups `touched`. The printed foreign key contains the names of
 * the referenced table, its columns and its keys.
 */
export function findReferencingGroupKeys(state: SchemaState, touched: ReadonlySet<SchemaGroupKey>): readonly SchemaGroupKey[] {
  return groupsDependingOn(state, touched, referredToBy)
}

function groupsDependingOn(
  state: SchemaState,
  touched: ReadonlySet<SchemaGroupKey>,
  dependentsIn: (bucket: GroupBucket) => DependentGroups,
): readonly SchemaGroupKey[] {
  const found = new Set<SchemaGroupKey>()
  for (const bucket of state.groups.buckets) {
    const dependents = dependentsIn(bucket)
    if (dependents.size === 0) continue
    for (const one of touched) for (const key of dependents.get(one) ?? []) if (!touched.has(key)) found.add(key)
  }
  return [...found]
}

/** The keys of the groups that depend on a group, by the key of the group on which they depend. */
type DependentGroups = ReadonlyMap<SchemaGroupKey, readonly SchemaGroupKey[]>

const ON_A_TABLE: ReadonlySet<string> = new Set([
  'column',
  'primary-key',
  'unique',
  'check',
  'exclusion',
  'foreign-key',
  'index',
  'trigger',
  'policy',
])

const usedBy = kept((object) => object.dependsOn?.map(groupKeyOfObjectId) ?? [])
// The function `shapedBy` ignores the dependencies of constraints and triggers. A constraint or trigger of a table can depend on
// other objects, but a change of these objects does not change the columns of the table.
const shapedBy = kept((object) =>
  ON_A_TABLE.has(object.kind) && object.kind !== 'column' ? [] : (object.dependsOn?.map(groupKeyOfObjectId) ?? []),
)
const referredToBy = kept((object) => (object.kind === 'foreign-key' ? [`table:${object.references.table}`] : []))

/**
 * Returns a function that computes the dependencies of a bucket (a small part of the map of groups of schema objects) and caches
 * them. The cache saves time, because the function is called after every migration, and nearly all buckets are unchanged then.
 */
function kept(supports: (object: SchemaObject) => readonly SchemaGroupKey[]): (bucket: GroupBucket) => DependentGroups {
  const known = new WeakMap<GroupBucket, DependentGroups>()
  return (bucket) => {
    const before = known.get(bucket)
    if (before) return before
    const found = new Map<SchemaGroupKey, SchemaGroupKey[]>()
    for (const [key, group] of bucket) {
      for (const on of new Set([...group.values()].flatMap(supports))) {
        const keys = found.get(on) ?? []
        keys.push(key)
        found.set(on, keys)
      }
    }
    known.set(bucket, found)
    return found
  }
}

/**
 * Returns the key of the group that contains the object with the given id. The function uses only the text of the id: the id of a
 * column, key or constraint contains the name of its table up to the last dot. For an object of the kind `opaque` on a table, the
 * result would be wrong, so a caller must not pass its id.
 */
export function groupKeyOfObjectId(id: SchemaObjectId): SchemaGroupKey {
  const colon = id.indexOf(':')
  const kind = id.slice(0, colon)
  const name = id.slice(colon + 1)
  if (kind === 'partition') return `table:${name}`
  if (!ON_A_TABLE.has(kind)) return id
  const dot = name.lastIndexOf('.')
  return dot < 0 ? id : `table:${name.slice(0, dot)}`
}
