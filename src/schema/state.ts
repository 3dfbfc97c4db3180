import { type Bucket, type Group, Groups } from './groups.ts'
import { type GroupKey, groupOf, idOf, type ObjectId, type SchemaObject } from './object.ts'

export type { Group } from './groups.ts'

/** The schema of a database at one moment: a value. A chain of a thousand states costs little more than its differences. */
export interface State {
  readonly groups: Groups
}

export const EMPTY: State = { groups: Groups.empty }

export function stateOf(objects: Iterable<SchemaObject>): State {
  const groups = new Map<GroupKey, Map<ObjectId, SchemaObject>>()
  for (const object of objects) {
    const key = groupOf(object)
    const group = groups.get(key) ?? new Map<ObjectId, SchemaObject>()
    groups.set(key, group.set(idOf(object), object))
  }
  return { groups: Groups.empty.with(groups) }
}

export function* objectsOf(state: State): Generator<SchemaObject> {
  for (const group of state.groups.values()) yield* group.values()
}

export function objectIn(state: State, id: ObjectId, group: GroupKey): SchemaObject | undefined {
  return state.groups.get(group)?.get(id)
}

/** The part of the state that lies in these groups; a group that the state does not have is simply not there. */
export function partOf(state: State, keys: Iterable<GroupKey>): State {
  return { groups: Groups.empty.with(together(state, keys)) }
}

/** The state with these groups taken out. */
export function without(state: State, keys: Iterable<GroupKey>): State {
  return replaceGroups(state, keys, EMPTY)
}

/** The state in which the groups of `keys` are as `part` has them, and gone where it has none; the others are as before. */
export function replaceGroups(state: State, keys: Iterable<GroupKey>, part: State): State {
  return { groups: state.groups.with(together(part, keys)) }
}

function together({ groups }: State, keys: Iterable<GroupKey>): (readonly [GroupKey, Group | undefined])[] {
  return [...keys].map((key) => [key, groups.get(key)])
}

/**
 * The groups with an object that depends by its definition on one of `touched`, at any depth, and so may print differently
 * when that changes: a view of a view takes the types of its columns from the table below both.
 */
export function usersOf(state: State, touched: ReadonlySet<GroupKey>): readonly GroupKey[] {
  const reshaped = new Set(touched)
  const found = new Set(leaningOn(state, namesakes(touched), usedBy))
  for (let changed = touched; changed.size > 0; ) {
    changed = new Set(leaningOn(state, namesakes(changed), shapedBy).filter((key) => !reshaped.has(key)))
    for (const key of changed) reshaped.add(key)
  }
  return [...new Set([...found, ...reshaped])].filter((key) => !touched.has(key))
}

/** A view that cannot find what it is defined on names a table, a view or a sequence: these share their names on every server. */
function namesakes(keys: ReadonlySet<GroupKey>): ReadonlySet<GroupKey> {
  const all = [...keys].flatMap((key) => {
    const [, kind, name] = /^(table|view|sequence):(.*)$/s.exec(key) ?? []
    return kind === undefined ? [key] : RELATIONS.map((relation) => `${relation}:${name}`)
  })
  return new Set(all)
}

const RELATIONS = ['table', 'view', 'sequence'] as const

/** The tables with a foreign key to one of `touched`: it prints their names, and those of their columns and keys. */
export function referrersOf(state: State, touched: ReadonlySet<GroupKey>): readonly GroupKey[] {
  return leaningOn(state, touched, referredToBy)
}

function leaningOn(state: State, touched: ReadonlySet<GroupKey>, leaners: (bucket: Bucket) => readonly Leaner[]): readonly GroupKey[] {
  return state.groups.buckets.flatMap((bucket) =>
    leaners(bucket)
      .filter(({ key, on }) => !touched.has(key) && on.some((one) => touched.has(one)))
      .map(({ key }) => key),
  )
}

/** A group and the groups that it leans on. */
interface Leaner {
  readonly key: GroupKey
  readonly on: readonly GroupKey[]
}

const ON_A_TABLE: ReadonlySet<string> = new Set(['column', 'primary-key', 'unique', 'check', 'foreign-key', 'index', 'trigger', 'policy'])

const usedBy = kept((object) => object.dependsOn?.map(groupOfId) ?? [])
// A rule or a trigger of a table leans on others and gives nothing of it on: who reads the table sees its columns.
const shapedBy = kept((object) => (ON_A_TABLE.has(object.kind) && object.kind !== 'column' ? [] : (object.dependsOn?.map(groupOfId) ?? [])))
const referredToBy = kept((object) => (object.kind === 'foreign-key' ? [`table:${object.references.table}`] : []))

/** It is asked after every migration of a thousand, and nearly all buckets are those of before. */
function kept(supports: (object: SchemaObject) => readonly GroupKey[]): (bucket: Bucket) => readonly Leaner[] {
  const known = new WeakMap<Bucket, readonly Leaner[]>()
  return (bucket) => {
    const before = known.get(bucket)
    if (before) return before
    const all = [...bucket].map(([key, group]) => ({ key, on: [...new Set([...group.values()].flatMap(supports))] }))
    const found = all.filter(({ on }) => on.length > 0)
    known.set(bucket, found)
    return found
  }
}

/** The group of an id, by its text alone. Ids of things that hang on a table carry the table's name up to the last dot. */
export function groupOfId(id: ObjectId): GroupKey {
  const colon = id.indexOf(':')
  const kind = id.slice(0, colon)
  const name = id.slice(colon + 1)
  if (kind === 'partition') return `table:${name}`
  if (!ON_A_TABLE.has(kind)) return id
  const dot = name.lastIndexOf('.')
  return dot < 0 ? id : `table:${name.slice(0, dot)}`
}
