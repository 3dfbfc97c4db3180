import { formatObjectName, groupKeyOf, objectIdOf, type SchemaGroupKey, type SchemaObject, type SchemaObjectId } from './object.ts'
import type { SchemaObjectGroup, SchemaState } from './state.ts'

/** A database object that does not belong to the project. The engine lists it, does not touch it, and never reports it as a mismatch. */
export interface NeighbourObject {
  /** The object, such as `schema other`, `extension pg_trgm` or `table session`. */
  readonly what: string
  /** The reason why the object does not belong to the project. */
  readonly because: string
}

/** A function that returns the reason why an object does not belong to the project, or undefined for an object that does. */
export type NeighbourReasonOf = (object: SchemaObject) => string | undefined

/**
 * Decides which objects that only the live database has do not belong to the project: objects outside every schema, such as an
 * extension, and objects of an owner other than the project's. `ours` holds objects that the project has made or is about to make.
 */
export function makeNeighbourReason(
  expected: SchemaState,
  found: SchemaState,
  ours: ReadonlySet<SchemaObjectId> = NOTHING,
): NeighbourReasonOf {
  const owners = ownersOf(expected, found)
  return (object) => {
    const key = groupKeyOf(object)
    if (expected.groups.has(key) || ours.has(objectIdOf(object))) return undefined
    if (standsInNoSchema(object)) return 'no release creates it'
    const owner = ownerOf(found.groups.get(key)) ?? ownerOf(found.groups.get(key.replace(/^table:/, 'view:')))
    // As long as the project has no object in this database, the owner of its objects is unknown.
    return owner === undefined || owners.size === 0 || owners.has(owner) ? undefined : `${owner} owns it`
  }
}

/** Returns the objects of a reading that do not belong to the project, one for each table or standalone object. */
export function findNeighbours(found: SchemaState, about: NeighbourReasonOf): readonly NeighbourObject[] {
  const heads = [...found.groups].flatMap(([, group]) => headOf(group) ?? [])
  const all = heads.flatMap((object) => {
    const because = about(object)
    return because === undefined ? [] : [{ what: formatObjectName(object), because }]
  })
  return all.sort((a, b) => (a.what < b.what ? -1 : 1))
}

const IGNORABLE = ['table', 'view', 'sequence', 'function', 'enum', 'domain'] as const

/** The kinds of opaque objects that the setting `ignore` can name. */
const IGNORABLE_OPAQUE = ['event', 'package', 'package body', 'type', 'composite type', 'range type', 'collation', 'statistics'] as const

/**
 * Returns the groups of schema objects that the setting `ignore` names, each with its name in words, such as `table session` or `event
 * nightly`.
 */
export function groupsMatchingIgnore(names: readonly string[]): ReadonlyMap<SchemaGroupKey, string> {
  const groups = (name: string): readonly (readonly [SchemaGroupKey, string])[] => [
    ...IGNORABLE.map((kind) => [`${kind}:${name}`, `${kind} ${name}`] as const),
    ...IGNORABLE_OPAQUE.map((what) => [`opaque:${what} ${name}`, `${what} ${name}`] as const),
  ]
  return new Map(names.flatMap(groups))
}

/**
 * Returns the schemas in which a state has objects, besides the connection's own. The schema `public` exists in every database, so it
 * is not an object of a state.
 */
export function schemasWithObjectsInState(state: SchemaState): readonly string[] {
  const names = new Set<string>()
  for (const key of state.groups.keys()) {
    if (key.startsWith('schema:')) names.add(key.slice('schema:'.length))
    else if (/^[^(]*[: ]public\./.test(key)) names.add('public')
  }
  return [...names].sort()
}

/**
 * Returns the groups of schema objects of a state that lie outside the project's declared schemas. A shadow uses them in place of the
 * tables of another application. Empty if the project declares no schemas.
 */
export function groupsOutsideSchemas(state: SchemaState, schemas: readonly string[] | undefined): readonly SchemaGroupKey[] {
  const outside = schemas === undefined ? [] : schemasWithObjectsInState(state).filter((name) => !schemas.includes(name))
  if (outside.length === 0) return []
  const isIn = (head: string, schema: string) => head === `schema:${schema}` || head.includes(`:${schema}.`) || head.includes(` ${schema}.`)
  return [...state.groups.keys()].filter((key) => outside.some((schema) => isIn(key.replace(/\(.*$/, ''), schema)))
}

const NOTHING: ReadonlySet<SchemaObjectId> = new Set()

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

function ownersOf(expected: SchemaState, found: SchemaState): ReadonlySet<string> {
  return new Set([...found.groups].flatMap(([key, group]) => (expected.groups.has(key) ? (ownerOf(group) ?? []) : [])))
}

function ownerOf(group: SchemaObjectGroup | undefined): string | undefined {
  const head = group && headOf(group)
  return head && 'owner' in head ? head.owner : undefined
}

/** Returns the table, partition or standalone object of a group. A group of triggers on a view has none. */
function headOf(group: SchemaObjectGroup): SchemaObject | undefined {
  for (const object of group.values()) if (!('table' in object) || object.table === undefined) return object
  return undefined
}
