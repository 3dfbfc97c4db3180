import { type GroupKey, groupOf, idOf, type ObjectId, type SchemaObject } from './object.ts'

/** The objects of one table with all that hangs on it, or of one object that stands alone, by id. */
export type Group = ReadonlyMap<ObjectId, SchemaObject>

/**
 * The schema of a database at one moment: a value. Two states that share groups share them in memory, so that a chain of a
 * thousand states costs little more than its differences.
 */
export interface State {
  readonly groups: ReadonlyMap<GroupKey, Group>
}

export const EMPTY: State = { groups: new Map() }

export function stateOf(objects: Iterable<SchemaObject>): State {
  const groups = new Map<GroupKey, Map<ObjectId, SchemaObject>>()
  for (const object of objects) {
    const key = groupOf(object)
    const group = groups.get(key) ?? new Map<ObjectId, SchemaObject>()
    groups.set(key, group.set(idOf(object), object))
  }
  return { groups }
}

export function* objectsOf(state: State): Generator<SchemaObject> {
  for (const group of state.groups.values()) yield* group.values()
}

export function objectIn(state: State, id: ObjectId, group: GroupKey): SchemaObject | undefined {
  return state.groups.get(group)?.get(id)
}

/** The part of the state that lies in these groups; a group that the state does not have is simply not there. */
export function partOf(state: State, keys: Iterable<GroupKey>): State {
  const groups = new Map<GroupKey, Group>()
  for (const key of keys) {
    const group = state.groups.get(key)
    if (group) groups.set(key, group)
  }
  return { groups }
}

/** The state with these groups taken out. */
export function without(state: State, keys: Iterable<GroupKey>): State {
  const groups = new Map(state.groups)
  for (const key of keys) groups.delete(key)
  return { groups }
}

/** The state in which the groups of `keys` are as `part` has them, and gone where it has none; the others are as before. */
export function replaceGroups(state: State, keys: Iterable<GroupKey>, part: State): State {
  const groups = new Map(state.groups)
  for (const key of keys) {
    const group = part.groups.get(key)
    if (group) groups.set(key, group)
    else groups.delete(key)
  }
  return { groups }
}

/**
 * The groups with an object that depends by its definition on one of `touched`, and so may print differently when that
 * changes. One step, not the closure: a view's view prints the view, not the table.
 */
export function usersOf(state: State, touched: ReadonlySet<GroupKey>): readonly GroupKey[] {
  return leaningOn(state, touched, usedBy)
}

/** The tables with a foreign key to one of `touched`: it prints their names, and those of their columns and keys. */
export function referrersOf(state: State, touched: ReadonlySet<GroupKey>): readonly GroupKey[] {
  return leaningOn(state, touched, referredToBy)
}

// Asked after every migration, over all groups: nothing is made of those that are not found.
function leaningOn(state: State, touched: ReadonlySet<GroupKey>, supports: (group: Group) => readonly GroupKey[]): readonly GroupKey[] {
  const found: GroupKey[] = []
  for (const [key, group] of state.groups) {
    if (supports(group).some((one) => touched.has(one)) && !touched.has(key)) found.push(key)
  }
  return found
}

const usedBy = kept((object) => object.dependsOn?.map(groupOfId) ?? [])
const referredToBy = kept((object) => (object.kind === 'foreign-key' ? [`table:${object.references.table}`] : []))

/** Groups are values that many states share, and are asked after every migration of a thousand. */
function kept(supports: (object: SchemaObject) => readonly GroupKey[]): (group: Group) => readonly GroupKey[] {
  const known = new WeakMap<Group, readonly GroupKey[]>()
  return (group) => {
    const before = known.get(group)
    if (before) return before
    const found = [...new Set([...group.values()].flatMap(supports))]
    known.set(group, found)
    return found
  }
}

/** The group of an id, by its text alone. Ids of things that hang on a table carry the table's name up to the last dot. */
export function groupOfId(id: ObjectId): GroupKey {
  const colon = id.indexOf(':')
  const kind = id.slice(0, colon)
  const name = id.slice(colon + 1)
  if (!ON_A_TABLE.has(kind)) return id
  const dot = name.lastIndexOf('.')
  return dot < 0 ? id : `table:${name.slice(0, dot)}`
}

const ON_A_TABLE: ReadonlySet<string> = new Set(['column', 'primary-key', 'unique', 'check', 'foreign-key', 'index', 'trigger', 'policy'])
