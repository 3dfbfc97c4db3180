import { idOf, type ObjectId, type SchemaObject } from './object.ts'
import { type State, stateOf } from './state.ts'

type Collated = Extract<SchemaObject, { readonly ofDatabase?: true }>

/**
 * The expected state with the collations that `found` has, where both sides have the default of their own database: two
 * databases of one project may have other defaults, and a script that names no character set makes other columns in them.
 * What a script names counts as it is named. `also` are further collations that have been the default of this database.
 */
export function inDatabaseOf(found: State, expected: State, also: ReadonlySet<string>): State {
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
  return changed ? stateOf(objects) : expected
}

function localised(object: SchemaObject, group: ReadonlyMap<ObjectId, SchemaObject>, also: ReadonlySet<string>): Collated | undefined {
  if (!('ofDatabase' in object) || !object.ofDatabase) return undefined
  const found = group.get(idOf(object))
  if (!found || !('collation' in found) || found.collation === undefined) return undefined
  if (!found.ofDatabase && !also.has(found.collation)) return undefined
  return { ...object, collation: found.collation, ...returnsOf(object, found) }
}

/** A function that returns a text of its own database's collation. */
function returnsOf(object: SchemaObject, found: SchemaObject): { readonly returnsCollation?: string } {
  if (object.kind !== 'function' || found.kind !== 'function' || object.returnsCollation !== object.collation) return {}
  const { collation, returnsCollation } = found
  return returnsCollation !== undefined && returnsCollation === collation ? { returnsCollation } : {}
}
