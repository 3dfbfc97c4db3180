import { type GroupKey, groupOf, idOf, nameOf, type ObjectId, type SchemaObject } from './object.ts'
import type { Group, State } from './state.ts'

/** Something in the database that is not the project's: it is listed, left as it is, and never a mismatch. */
export interface Neighbour {
  /** `schema other`, `extension pg_trgm`, `table session` */
  readonly what: string
  /** Why it is not the project's. */
  readonly because: string
}

/** What a neighbour is known by: the reason why it is not the project's, or undefined for an object that is. */
export type Neighbourhood = (object: SchemaObject) => string | undefined

/**
 * Which objects that only the live database has are not the project's: those that stand in no schema, such as an extension,
 * and those of another owner than the project's own. `ours` are objects that the project has made or is about to make.
 */
export function neighbourhood(expected: State, found: State, ours: ReadonlySet<ObjectId> = NOTHING): Neighbourhood {
  const owners = ownersOf(expected, found)
  return (object) => {
    const key = groupOf(object)
    if (expected.groups.has(key) || ours.has(idOf(object))) return undefined
    if (standsInNoSchema(object)) return 'no release makes it'
    const owner = ownerOf(found.groups.get(key)) ?? ownerOf(found.groups.get(key.replace(/^table:/, 'view:')))
    // Without an object of the project's, nobody knows who its owner is.
    return owner === undefined || owners.size === 0 || owners.has(owner) ? undefined : `${owner} owns it`
  }
}

/** The neighbours among what was read, one for each object that stands alone. */
export function neighboursIn(found: State, about: Neighbourhood): readonly Neighbour[] {
  const heads = [...found.groups].flatMap(([, group]) => headOf(group) ?? [])
  const all = heads.flatMap((object) => {
    const because = about(object)
    return because === undefined ? [] : [{ what: nameOf(object), because }]
  })
  return all.sort((a, b) => (a.what < b.what ? -1 : 1))
}

/**
 * The schemas besides the connection's own that a state has objects in. `public` is no object of a state, for every database
 * has it from the beginning.
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
 * The groups of a state in schemas that a project does not count as its own, where it says which it does: what stands in for
 * another application's tables on a shadow.
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

/** The table, partition or lone object of a group; a group that hangs on a view has none. */
function headOf(group: Group): SchemaObject | undefined {
  for (const object of group.values()) if (!('table' in object) || object.table === undefined) return object
  return undefined
}
