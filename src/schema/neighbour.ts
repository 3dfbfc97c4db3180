import { type GroupKey, groupOf, idOf, nameOf, type ObjectId, type SchemaObject } from './object.ts'
import type { Group, State } from './state.ts'

/** A database object that does not belong to the project. The engine lists it, does not touch it, and never reports it as a mismatch. */
export interface Neighbour {
  /** The object, such as `schema other`, `extension pg_trgm` or `table session`. */
  readonly what: string
  /** The reason why the object does not belong to the project. */
  readonly because: string
}

/** A function that returns the reason why an object does not belong to the project, or undefined for an object that does. */
export type NeighbourReason = (object: SchemaObject) => string | undefined

/**
 * Decides which objects that only the live database has do not belong to the project: objects outside every schema, such as an
 * extension, and objects of an owner other than the project's. `ours` holds objects that the project has made or is about to make.
 */
export function neighbourReason(expected: State, found: State, ours: ReadonlySet<ObjectId> = NOTHING): NeighbourReason {
  const owners = ownersOf(expected, found)
  return (object) => {
    const key = groupOf(object)
    if (expected.groups.has(key) || ours.has(idOf(object))) return undefined
    if (standsInNoSchema(object)) return 'no release creates it'
    const owner = ownerOf(found.groups.get(key)) ?? ownerOf(found.groups.get(key.replace(/^table:/, 'view:')))
    // The project's owner is unknown as long as the project has no object in this database.
    return owner === undefined || owners.size === 0 || owners.has(owner) ? undefined : `${owner} owns it`
  }
}

/** Returns the objects of a reading that do not belong to the project, one for each table or standalone object. */
export function neighboursIn(found: State, about: NeighbourReason): readonly Neighbour[] {
  const heads = [...found.groups].flatMap(([, group]) => headOf(group) ?? [])
  const all = heads.flatMap((object) => {
    const because = about(object)
    return because === undefined ? [] : [{ what: nameOf(object), because }]
  })
  return all.sort((a, b) => (a.what < b.what ? -1 : 1))
}

/**
 * Returns the schemas in which a state has objects, besides the connection's own. The schema `public` exists in every database, so it
 * is not an object of a state.
 */
export function schemasOf(state: State): readonly string[] {
  const names = new Set<string>()
  for (const key of state.groups.keys()) {
    if (key.startsWith('schema:')) names.add(key.slice('schema:'.length))
    else if (/^[^(]*[: ]public\./.test(key)) names.add('public')
  }
  return [...names].sort()
}

/**
 * Returns the groups of a state that lie outside the project's declared schemas. On a shadow they stand in for the tables of another
 * application. Empty if the project declares no schemas.
 */
export function groupsOutside(state: State, schemas: readonly string[] | undefined): readonly GroupKey[] {
  const outside = schemas === undefined ? [] : schemasOf(state).filter((name) => !schemas.includes(name))
  if (outside.length === 0) return []
  const isIn = (head: string, schema: string) => head === `schema:${schema}` || head.includes(`:${schema}.`) || head.includes(` ${schema}.`)
  return [...state.groups.keys()].filter((key) => outside.some((schema) => isIn(key.replace(/\(.*$/, ''), schema)))
}

const NOTHING: ReadonlySet<ObjectId> = new Set()

const OUTSIDE_SCHEMAS: ReadonlySet<string> = new Set([
  'cast',
  'transform',
  'access method',
  'event trigger',
  'publication',
  'foreign server',
  'foreign-data wrapper',
  'language',
])

function standsInNoSchema(object: SchemaObject): boolean {
  return object.kind === 'extension' || (object.kind === 'opaque' && object.table === undefined && OUTSIDE_SCHEMAS.has(object.what))
}

function ownersOf(expected: State, found: State): ReadonlySet<string> {
  return new Set([...found.groups].flatMap(([key, group]) => (expected.groups.has(key) ? (ownerOf(group) ?? []) : [])))
}

function ownerOf(group: Group | undefined): string | undefined {
  const head = group && headOf(group)
  return head && 'owner' in head ? head.owner : undefined
}

/** Returns the table, partition or standalone object of a group. A group of triggers on a view has none. */
function headOf(group: Group): SchemaObject | undefined {
  for (const object of group.values()) if (!('table' in object) || object.table === undefined) return object
  return undefined
}
