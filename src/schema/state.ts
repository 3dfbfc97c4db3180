import { type Bucket, type Group, Groups } from './groups.ts'
import { type GroupKey, groupOf, idOf, type ObjectId, type SchemaObject } from './object.ts'

export type { Group } from './groups.ts'

/** The schema of a database at one moment, as an immutable value. A chain of a thousand states costs little more than its differences. */
export interface State {
  readonly groups: Groups
}

export const EMPTY_STATE: State = { groups: Groups.empty }

/** Makes a schema state of these objects. */
export function stateOf(objects: Iterable<SchemaObject>): State {
  const groups = new Map<GroupKey, Map<ObjectId, SchemaObject>>()
  for (const object of objects) {
    const key = groupOf(object)
    const group = groups.get(key) ?? new Map<ObjectId, SchemaObject>()
    groups.set(key, group.set(idOf(object), object))
  }
  return { groups: Groups.empty.with(groups) }
}

/** Returns all objects of a schema state. */
export function* objectsOf(state: State): Generator<SchemaObject> {
  for (const group of state.groups.values()) yield* group.values()
}

/** Finds the object with this id in a state, or undefined. */
export function objectIn(state: State, id: ObjectId, group: GroupKey): SchemaObject | undefined {
  return state.groups.get(group)?.get(id)
}

/** Returns the part of a state that lies in these groups. Groups that the state does not have are skipped. */
export function partOf(state: State, keys: Iterable<GroupKey>): State {
  return { groups: Groups.empty.with(together(state, keys)) }
}

/** Returns a state without these groups. */
export function withoutGroups(state: State, keys: Iterable<GroupKey>): State {
  return replaceGroups(state, keys, EMPTY_STATE)
}

/** Returns a state in which the groups of `keys` are replaced by those of `part`, or removed if `part` does not have them. */
export function replaceGroups(state: State, keys: Iterable<GroupKey>, part: State): State {
  return { groups: state.groups.with(together(part, keys)) }
}

function together({ groups }: State, keys: Iterable<GroupKey>): (readonly [GroupKey, Group | undefined])[] {
  return [...keys].map((key) => [key, groups.get(key)])
}

/**
 * Returns the groups with an object whose definition depends, directly or through other objects, on one of the groups `touched`. Their
 * printed form may change together with `touched`: a view of a view takes its column types from the table.
 */
export function usersOf(state: State, touched: ReadonlySet<GroupKey>): readonly GroupKey[] {
  const reshaped = new Set(touched)
  const found = new Set(groupsDependingOn(state, namesakes(touched), usedBy))
  for (let changed = touched; changed.size > 0; ) {
    changed = new Set(groupsDependingOn(state, namesakes(changed), shapedBy).filter((key) => !reshaped.has(key)))
    for (const key of changed) reshaped.add(key)
  }
  return [...new Set([...found, ...reshaped])].filter((key) => !touched.has(key))
}

/**
 * Returns the tables, views and sequences with the names of these groups. They share one namespace on every server, so a view may
 * depend on any of them.
 */
function namesakes(keys: ReadonlySet<GroupKey>): ReadonlySet<GroupKey> {
  const all = [...keys].flatMap((key) => {
    const [, kind, name] = /^(table|view|sequence):(.*)$/s.exec(key) ?? []
    return kind === undefined ? [key] : RELATIONS.map((relation) => `${relation}:${name}`)
  })
  return new Set(all)
}

const RELATIONS = ['table', 'view', 'sequence'] as const

/**
 * Returns the tables with a foreign key to one of the groups `touched`. The printed foreign key contains the names of that table, its
 * columns and its keys.
 */
export function referrersOf(state: State, touched: ReadonlySet<GroupKey>): readonly GroupKey[] {
  return groupsDependingOn(state, touched, referredToBy)
}

function groupsDependingOn(
  state: State,
  touched: ReadonlySet<GroupKey>,
  dependentsIn: (bucket: Bucket) => readonly DependentGroup[],
): readonly GroupKey[] {
  return state.groups.buckets.flatMap((bucket) =>
    dependentsIn(bucket)
      .filter(({ key, on }) => !touched.has(key) && on.some((one) => touched.has(one)))
      .map(({ key }) => key),
  )
}

/** A group of schema objects and the groups that it depends on. */
interface DependentGroup {
  readonly key: GroupKey
  readonly on: readonly GroupKey[]
}

const ON_A_TABLE: ReadonlySet<string> = new Set(['column', 'primary-key', 'unique', 'check', 'foreign-key', 'index', 'trigger', 'policy'])

const usedBy = kept((object) => object.dependsOn?.map(groupOfId) ?? [])
// A rule or trigger of a table depends on other objects but does not change the table's columns, so objects that read the table are
// unaffected.
const shapedBy = kept((object) => (ON_A_TABLE.has(object.kind) && object.kind !== 'column' ? [] : (object.dependsOn?.map(groupOfId) ?? [])))
const referredToBy = kept((object) => (object.kind === 'foreign-key' ? [`table:${object.references.table}`] : []))

/**
 * Caches the dependencies of each bucket of groups. The function is called after every migration, and nearly all buckets are
 * unchanged.
 */
function kept(supports: (object: SchemaObject) => readonly GroupKey[]): (bucket: Bucket) => readonly DependentGroup[] {
  const known = new WeakMap<Bucket, readonly DependentGroup[]>()
  return (bucket) => {
    const before = known.get(bucket)
    if (before) return before
    const all = [...bucket].map(([key, group]) => ({ key, on: [...new Set([...group.values()].flatMap(supports))] }))
    const found = all.filter(({ on }) => on.length > 0)
    known.set(bucket, found)
    return found
  }
}

/** Returns the group of an id, from its text alone. The id of an object of a table carries the table's name up to the last dot. */
export function groupOfId(id: ObjectId): GroupKey {
  const colon = id.indexOf(':')
  const kind = id.slice(0, colon)
  const name = id.slice(colon + 1)
  if (kind === 'partition') return `table:${name}`
  if (!ON_A_TABLE.has(kind)) return id
  const dot = name.lastIndexOf('.')
  return dot < 0 ? id : `table:${name.slice(0, dot)}`
}
