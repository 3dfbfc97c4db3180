import { isReportedOnlyObjectProperty, jsonWithSortedKeys } from './canonical.ts'
import { groupKeyOf, objectIdOf, type SchemaGroupKey, type SchemaObject, type SchemaObjectId } from './object.ts'
import { groupKeyOfObjectId, type SchemaState } from './state.ts'

/**
 * The difference of one object between two states. A difference contains the whole object of both states, so that the engine can
 * reverse the difference.
 */
export type Difference =
  | { readonly kind: 'added'; readonly object: SchemaObject }
  | { readonly kind: 'removed'; readonly object: SchemaObject }
  | { readonly kind: 'altered'; readonly before: SchemaObject; readonly after: SchemaObject }
  /**
   * A difference of the kind 'renamed': the same object has another name or is on another table. The engine recognises the object
   * by its internal id on the server, or by a rename in the text of a statement.
   */
  | { readonly kind: 'renamed'; readonly before: SchemaObject; readonly after: SchemaObject }

/**
 * The internal id of each object on the server, such as an oid or a table id, by the id of the object in the state. An object
 * keeps its internal id when it is renamed. An object that replaces a removed object has a new internal id.
 */
export type ServerIdsOfObjects = ReadonlyMap<SchemaObjectId, string>

/** The internal ids of the objects of two states, before and after a migration. */
export interface ServerIdsBeforeAndAfter {
  readonly before: ServerIdsOfObjects
  readonly after: ServerIdsOfObjects
  /**
   * True if an object keeps its internal id as long as the object exists. False on a server that assigns a new id when it
   * rewrites a table.
   */
  readonly lasting: boolean
  /** The renames that the texts of a migration's statements contain. */
  readonly renames?: RenamedObjectIds
}

/**
 * The id of each renamed object after the rename, by its id before the rename. Two objects can swap their names in one migration.
 */
export type RenamedObjectIds = ReadonlyMap<SchemaObjectId, SchemaObjectId>

/**
 * Returns the differences between two states in the order removals, renames, alterations, additions, each sorted by object id.
 * The function recognises renames only if `identities` is given. Without it, a rename is a removal and an addition. With
 * `identities.lasting`, a changed internal id of a table, partition or column also means a removal and an addition, because the
 * rows of the old object are lost.
 */
export function differences(before: SchemaState, after: SchemaState, identities?: ServerIdsBeforeAndAfter): readonly Difference[] {
  const removed = new Map<SchemaObjectId, SchemaObject>()
  const added = new Map<SchemaObjectId, SchemaObject>()
  const renames = new Map([...(identities?.renames ?? [])].filter(([from, to]) => has(before, from) && has(after, to)))
  const come = new Set(renames.values())
  const altered: Difference[] = []
  for (const [was, is] of before.groups.apart(after.groups)) {
    for (const [key, group] of was) {
      const other = is.get(key)
      if (other === group) continue
      for (const [id, object] of group) {
        const now = other?.get(id)
        if (!now) removed.set(id, object)
        // A statement renamed the object with this id, or gave its name to another object. The objects with this id before and
        // after the migration are therefore two objects.
        else if (renames.has(id) || come.has(id)) {
          removed.set(id, object)
          added.set(id, now)
        } else if (identities?.lasting && isAnother(object, identities)) {
          removed.set(id, object)
          added.set(id, now)
        } else if (!identical(object, now)) altered.push({ kind: 'altered', before: object, after: now })
      }
    }
    for (const [key, group] of is) {
      const other = was.get(key)
      if (other === group) continue
      for (const [id, object] of group) if (!other?.has(id)) added.set(id, object)
    }
  }
  const renamed = identities ? takeRenames(removed, added, identities, renames) : []
  return [
    ...inOrder(removed).map((object): Difference => ({ kind: 'removed', object })),
    ...renamed,
    ...altered.sort(byId),
    ...inOrder(added).map((object): Difference => ({ kind: 'added', object })),
  ]
}

/**
 * Returns true if the object with the same name has another internal id after the migration, so that it is another object. The
 * function compares only the kinds of objects that contain rows.
 */
function isAnother(object: SchemaObject, { before, after }: ServerIdsBeforeAndAfter): boolean {
  if (object.kind !== 'table' && object.kind !== 'partition' && object.kind !== 'column') return false
  const [was, is] = [before.get(objectIdOf(object)), after.get(objectIdOf(object))]
  return was !== undefined && is !== undefined && was !== is
}

function has({ groups }: SchemaState, id: SchemaObjectId): boolean {
  return groups.get(groupKeyOfObjectId(id))?.has(id) === true
}

function takeRenames(
  removed: Map<SchemaObjectId, SchemaObject>,
  added: Map<SchemaObjectId, SchemaObject>,
  identities: ServerIdsBeforeAndAfter,
  renames: RenamedObjectIds,
): Difference[] {
  const newNames = new Map<string, SchemaObject>()
  for (const [id, object] of added) {
    const identity = identities.after.get(id)
    if (identity !== undefined) newNames.set(`${object.kind} ${identity}`, object)
  }
  const found: Difference[] = []
  const named = [...removed].flatMap(([id, before]) => {
    const after = added.get(renames.get(id) ?? '')
    return after?.kind === before.kind ? [{ before, after }] : []
  })
  for (const one of named) {
    found.push({ kind: 'renamed', ...one })
    removed.delete(objectIdOf(one.before))
    added.delete(objectIdOf(one.after))
  }
  for (const [id, before] of removed) {
    const after = newNames.get(`${before.kind} ${identities.before.get(id) ?? ''}`)
    if (!after || !added.has(objectIdOf(after))) continue
    found.push({ kind: 'renamed', before, after })
    removed.delete(id)
    added.delete(objectIdOf(after))
  }
  return found.sort(byId)
}

function inOrder(objects: ReadonlyMap<SchemaObjectId, SchemaObject>): SchemaObject[] {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
}

function byId(a: Difference, b: Difference): number {
  return objectIdOf(objectBeforeDifference(a)) < objectIdOf(objectBeforeDifference(b)) ? -1 : 1
}

/** Returns the object of a difference before the change, or the added object. */
export function objectBeforeDifference(difference: Difference): SchemaObject {
  return difference.kind === 'added' || difference.kind === 'removed' ? difference.object : difference.before
}

/** Returns the object of a difference after the change, or the removed object. */
export function objectAfterDifference(difference: Difference): SchemaObject {
  return difference.kind === 'added' || difference.kind === 'removed' ? difference.object : difference.after
}

/**
 * Returns the keys of the groups of a difference. The result has two keys if an object moved to another group, and otherwise one
 * key.
 */
export function groupKeysOfDifference(difference: Difference): readonly SchemaGroupKey[] {
  if (difference.kind === 'added' || difference.kind === 'removed') return [groupKeyOf(difference.object)]
  const [from, to] = [groupKeyOf(difference.before), groupKeyOf(difference.after)]
  return from === to ? [from] : [from, to]
}

/**
 * Returns a schema state to which differences were applied. The function does not check whether a removed object existed, or
 * whether an added object already existed.
 */
export function applyDifferences(state: SchemaState, changes: readonly Difference[]): SchemaState {
  if (changes.length === 0) return state
  const own = new Map<SchemaGroupKey, Map<SchemaObjectId, SchemaObject>>()
  const writable = (key: SchemaGroupKey) => {
    const mine = own.get(key) ?? new Map(state.groups.get(key))
    own.set(key, mine)
    return mine
  }
  for (const change of changes)
    if (change.kind !== 'added') writable(groupKeyOf(objectBeforeDifference(change))).delete(objectIdOf(objectBeforeDifference(change)))
  for (const change of changes) {
    if (change.kind === 'removed') continue
    const object = change.kind === 'added' ? change.object : change.after
    writable(groupKeyOf(object)).set(objectIdOf(object), object)
  }
  return { groups: state.groups.with([...own].map(([key, group]) => [key, group.size > 0 ? group : undefined])) }
}

/** Returns the differences that reverse the given differences between two schemas. The result has the same order as `changes`. */
export function reverseDifferences(changes: readonly Difference[]): readonly Difference[] {
  return changes.map((change): Difference => {
    if (change.kind === 'added') return { kind: 'removed', object: change.object }
    if (change.kind === 'removed') return { kind: 'added', object: change.object }
    return { kind: change.kind, before: change.after, after: change.before }
  })
}

/** Returns the sorted names of the properties in which two versions of a schema object differ. */
export function namesOfDifferingObjectProperties(before: SchemaObject, after: SchemaObject): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const value = (object: SchemaObject, name: string): unknown => Object.getOwnPropertyDescriptor(object, name)?.value
  return [...names]
    .filter((name) => jsonWithSortedKeys(value(before, name) ?? null) !== jsonWithSortedKeys(value(after, name) ?? null))
    .sort()
}

/**
 * Returns true if a difference between two versions of a schema object counts in a comparison. Returns false if none of the
 * differing properties counts. Properties that are only reported, such as the owner or the column order, do not count. The index
 * that the server created for a foreign key does not count if only one version has it.
 */
export function isDifferenceThatCounts(difference: Difference): boolean {
  if (difference.kind !== 'altered') return true
  const { before, after } = difference
  return namesOfDifferingObjectProperties(before, after).some(
    (property) => !isReportedOnlyObjectProperty(before.kind, property) && !isSpareIndexOfKey(property, before, after),
  )
}

/**
 * Returns true if the property is the index that the server created for a foreign key, and only one version of the foreign key has
 * this index. Such a difference does not count. The reason is that the server drops this index when another index has the same
 * columns, but a database that was restored from a dump can still contain it. The other index is compared separately.
 */
function isSpareIndexOfKey(property: string, before: SchemaObject, after: SchemaObject): boolean {
  if (property !== 'ownIndex' || before.kind !== 'foreign-key' || after.kind !== 'foreign-key') return false
  return before.ownIndex === undefined || after.ownIndex === undefined
}

/**
 * Returns true if two schema states have no difference that counts. They can differ in properties that are only reported, such as
 * owners.
 */
export function isSameSchemaState(a: SchemaState, b: SchemaState): boolean {
  return differences(a, b).every((difference) => !isDifferenceThatCounts(difference))
}

/**
 * Returns true if two states have the same objects with the same properties, including properties that are only reported. The
 * comparison ends at the first object that differs.
 */
export function areSchemaStatesIdentical(one: SchemaState, other: SchemaState): boolean {
  if (one.groups.size !== other.groups.size) return false
  for (const [bucket, theirs] of one.groups.apart(other.groups)) {
    if (bucket.size !== theirs.size) return false
    for (const [key, group] of bucket) {
      const there = theirs.get(key)
      if (there === group) continue
      if (there?.size !== group.size) return false
      for (const [id, object] of group) if (!hasEqualFacts(object, there.get(id))) return false
    }
  }
  return true
}

function identical(a: SchemaObject, b: SchemaObject): boolean {
  // Usually all properties of two objects are equal. A comparison property by property is many times faster than writing sorted
  // JSON.
  return hasEqualFacts(a, b) || jsonWithSortedKeys(a) === jsonWithSortedKeys(b)
}

/**
 * Returns true if two values are deeply equal. A missing property and a property with the value undefined are not equal, although
 * their sorted JSON is the same.
 */
function hasEqualFacts(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) if (!Object.hasOwn(b, name) || !hasEqualFacts(Reflect.get(a, name), Reflect.get(b, name))) return false
  return true
}
