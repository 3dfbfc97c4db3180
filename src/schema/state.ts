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
 * The groups whose printed form can change when `touched` change: those with an object that depends on one of theirs, and
 * the tables with a foreign key to one of them. One step, not the closure: a view's view prints the view, not the table.
 */
export function dependentsOf(state: State, touched: ReadonlySet<GroupKey>): Set<GroupKey> {
  const found = new Set<GroupKey>()
  for (const [key, group] of state.groups) {
    if (!touched.has(key) && supportsOf(group).some((support) => touched.has(support))) found.add(key)
  }
  return found
}

// Groups are values that many states share, and are asked after every migration of a thousand.
const SUPPORTS = new WeakMap<Group, readonly GroupKey[]>()

/** The groups that the objects of this one lean on. */
function supportsOf(group: Group): readonly GroupKey[] {
  const known = SUPPORTS.get(group)
  if (known) return known
  const supports = [...new Set([...group.values()].flatMap(supportsOfObject))]
  SUPPORTS.set(group, supports)
  return supports
}

function supportsOfObject(object: SchemaObject): readonly GroupKey[] {
  const groups = object.dependsOn?.map(groupOfId) ?? []
  return object.kind === 'foreign-key' ? [...groups, `table:${object.references.table}`] : groups
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
