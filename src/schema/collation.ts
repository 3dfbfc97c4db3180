import { objectIdOf, type SchemaObject, type SchemaObjectId } from './object.ts'
import { makeSchemaState, type SchemaState } from './state.ts'

type Collated = Extract<SchemaObject, { readonly ofDatabase?: true }>

/**
 * Returns the expected state with the default collations of the live database. Two databases of one project can have different
 * default collations, so a migration that names no collation creates columns with different collations. This difference must not
 * count. The function replaces a collation in `expected` if it is the default of its database, and if the object in `found` also
 * has a default collation: the present one of the live database, or a former one in `also`.
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
 * Returns the field `returnsCollation` of the live function, so that the expected function gets this field. The result is empty
 * unless, in both states, the text that the function returns has the same collation as the function itself.
 */
function returnsOf(object: SchemaObject, found: SchemaObject): { readonly returnsCollation?: string } {
  if (object.kind !== 'function' || found.kind !== 'function' || object.returnsCollation !== object.collation) return {}
  const { collation, returnsCollation } = found
  return returnsCollation !== undefined && returnsCollation === collation ? { returnsCollation } : {}
}
