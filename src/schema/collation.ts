import { idOf, type ObjectId, type SchemaObject } from './object.ts'
import { type State, stateOf } from './state.ts'

type Collated = Extract<SchemaObject, { readonly ofDatabase?: true }>

/**
 * Returns the expected state with the collations of `found`, for columns whose collation is the database's default on both sides. Two
 * databases of one project may have different defaults, and a migration that names no character set makes different columns in them. A
 * collation that a migration names is kept. `also` holds former defaults of this database.
 */
export function withCollationsOf(found: State, expected: State, also: ReadonlySet<string>): State {
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

/** Returns the return collation of the found function, for a function that returns text. */
function returnsOf(object: SchemaObject, found: SchemaObject): { readonly returnsCollation?: string } {
  if (object.kind !== 'function' || found.kind !== 'function' || object.returnsCollation !== object.collation) return {}
  const { collation, returnsCollation } = found
  return returnsCollation !== undefined && returnsCollation === collation ? { returnsCollation } : {}
}
