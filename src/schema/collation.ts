import { objectIdOf, type SchemaObject, type SchemaObjectId } from './object.ts'
import { makeSchemaState, type SchemaState } from './state.ts'

type Collated = Extract<SchemaObject, { readonly ofDatabase?: true }>

/**
 * Returns the expected state, in which an object has the collation of `found` if the collation is the default of the database in
 * both states. Two databases of one project can have different defaults, and a migration that names no character set creates
 * different columns in the two databases. A collation that a migration names remains. `also` contains former default collations
 * of the live database.
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
 * Returns the collation of the text that the live function returns, for a function whose returned text has the default collation.
 */
function returnsOf(object: SchemaObject, found: SchemaObject): { readonly returnsCollation?: string } {
  if (object.kind !== 'function' || found.kind !== 'function' || object.returnsCollation !== object.collation) return {}
  const { collation, returnsCollation } = found
  return returnsCollation !== undefined && returnsCollation === collation ? { returnsCollation } : {}
}
