import { objectIdOf, type SchemaObject, type SchemaObjectId } from './object.ts'
import { makeSchemaState, type SchemaState } from './state.ts'

type Collated = Extract<SchemaObject, { readonly ofDatabase?: true }>

/**
 * Returns `expected` with the default collations of the live database `found`. The function replaces the collation of an object
 * that has the default collation of its database in `expected`, and a default or former default collation (`also`) in `found`.
 * The replacement is needed because two databases of one project can have different defaults, so that a migration that names no
 * collation creates different columns in them.
 */
export function replaceDefaultCollations(found: SchemaState, expected: SchemaState, also: ReadonlySet<string>): SchemaState {
  let changed = false
  const objects: SchemaObject[] = []
  for (const [key, group] of expected.groups) {
    const there = found.groups.get(key)
    for (const object of group.values()) {
      const now = there && localised(object, there, also)
      if (now) changed = true
      objects.push(now ?? object)
    }
  }
  return changed ? makeSchemaState(objects) : expected
}

function localised(
  object: SchemaObject,
  group: ReadonlyMap<SchemaObjectId, SchemaObject>,
  also: ReadonlySet<string>,
): Collated | undefined {
  if (!('ofDatabase' in object) || !object.ofDatabase) return undefined
  const found = group.get(objectIdOf(object))
  if (!found || !('collation' in found) || found.collation === undefined) return undefined
  if (!found.ofDatabase && !also.has(found.collation)) return undefined
  return { ...object, collation: found.collation, ...returnsOf(object, found) }
}

/**
 * Returns the field `returnsCollation` of the live function if the function returns text with its own collation in both states.
 * Returns no field in any other case.
 */
function returnsOf(object: SchemaObject, found: SchemaObject): { readonly returnsCollation?: string } {
  if (object.kind !== 'function' || found.kind !== 'function' || object.returnsCollation !== object.collation) return {}
  const { collation, returnsCollation } = found
  return returnsCollation !== undefined && returnsCollation === collation ? { returnsCollation } : {}
}
