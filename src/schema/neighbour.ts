import { formatObjectName, groupKeyOf, objectIdOf, type SchemaGroupKey, type SchemaObject, type SchemaObjectId } from './object.ts'
import type { SchemaObjectGroup, SchemaState } from './state.ts'

/**
 * A database object that does not belong to the project, but to another application. The engine lists the object and does not
 * change it. Such an object is no mismatch, although only the live database contains it.
 */
export interface NeighbourObject {
  /**
   * The kind and the name of an object that does not belong to the project, such as `schema other`, `extension pg_trgm` or `table
   * session`.
   */
  readonly what: string
  /** The reason why the object does not belong to the project. */
  readonly because: string
}

/**
 * A function that returns the reason why an object does not belong to the project. The function returns undefined for an object
 * of the project.
 */
export type NeighbourReasonFinder = (object: SchemaObject) => string | undefined

/**
 * Returns a function that decides if an object of the live database belongs to the project. The objects of the expected state
 * belong to the project, and so do the objects in `ours`, which the project has created or will create. Two kinds of the remaining
 * objects do not belong to the project: objects outside every schema, such as an extension, and objects whose owner owns no object
 * of the project in the database.
 */
export function makeNeighbourReasonFinder(
  expected: SchemaState,
  found: SchemaState,
  ours: ReadonlySet<SchemaObjectId> = NOTHING,
): NeighbourReasonFinder {
  const owners = ownersOf(expected, found)
  return (object) => {
    const key = groupKeyOf(object)
    if (expected.groups.has(key) || ours.has(objectIdOf(object))) return undefined
    if (standsInNoSchema(object)) return 'no release creates it'
    const owner = ownerOf(found.groups.get(key)) ?? ownerOf(found.groups.get(key.replace(/^table:/, 'view:')))
    // If the project has no object in the database, the owner of the project's objects is unknown. The owner of an object then does
    // not show that the object belongs to another application.
    return owner === undefined || owners.size === 0 || owners.has(owner) ? undefined : `${owner} owns it`
  }
}

/** Returns the objects in a live schema that do not belong to the project, one entry for each table or standalone object. */
export function findNeighbours(found: SchemaState, about: NeighbourReasonFinder): readonly NeighbourObject[] {
  const heads = [...found.groups].flatMap(([, group]) => headOf(group) ?? [])
  const all = heads.flatMap((object) => {
    const because = about(object)
    return because === undefined ? [] : [{ what: formatObjectName(object), because }]
  })
  return all.sort((a, b) => (a.what < b.what ? -1 : 1))
}

const IGNORABLE = ['table', 'view', 'sequence', 'function', 'enum', 'domain'] as const

/**
 * The kinds of opaque objects that the setting `ignore` can name. An opaque object is an object for which the engine has no type of
 * its own.
 */
const IGNORABLE_OPAQUE = ['event', 'package', 'package body', 'type', 'composite type', 'range type', 'collation', 'statistics'] as const

/**
 * Returns the name with which the setting `ignore` excludes an object. Returns undefined for an object that the setting cannot
 * exclude, such as a column.
 */
export function nameToIgnore(object: SchemaObject): string | undefined {
  const isIgnorable =
    object.kind === 'opaque' ? IGNORABLE_OPAQUE.some((what) => what === object.what) : IGNORABLE.some((kind) => kind === object.kind)
  return isIgnorable && 'name' in object ? object.name.replace(/\(.*$/, '') : undefined
}

/**
 * Returns the group keys that the names in the setting `ignore` can mean. A name in `ignore` has no kind, so the result contains
 * one key for each kind of object that can be ignored. The value of a key is a text with the kind and the name, such as `table
 * session` or `event nightly`.
 */
export function possibleGroupKeysOfIgnoredNames(names: readonly string[]): ReadonlyMap<SchemaGroupKey, string> {
  const groups = (name: string): readonly (readonly [SchemaGroupKey, string])[] => [
    ...IGNORABLE.map((kind) => [`${kind}:${name}`, `${kind} ${name}`] as const),
    ...IGNORABLE_OPAQUE.map((what) => [`opaque:${what} ${name}`, `${what} ${name}`] as const),
  ]
  return new Map(names.flatMap(groups))
}

/**
 * Returns the sorted names of the schemas in which a state has objects. The result does not contain the default schema of the
 * connection, because the names of the objects in this schema contain no schema. A state contains no object for the schema `public`
 * itself, so the function finds `public` in the names of other objects, such as `public.widget`.
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
 * Returns the keys of the groups of a state that are outside `schemas`, the schemas that the project declares. On a shadow, these
 * groups stand for the tables of another application. Returns no key if the project declares no schemas.
 */
export function groupKeysOutsideSchemas(state: SchemaState, schemas: readonly string[] | undefined): readonly SchemaGroupKey[] {
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

/**
 * Returns the table, partition or standalone object of a group. Returns undefined for a group that contains only objects on a
 * view, such as triggers.
 */
function headOf(group: SchemaObjectGroup): SchemaObject | undefined {
  for (const object of group.values()) if (!('table' in object) || object.table === undefined) return object
  return undefined
}
