import { sha256Digest } from '../../../digest.ts'
import type { OpaqueObject, SchemaObject, SchemaObjectId } from '../../../schema/object.ts'

/** A schema object with the identifier (oid) that the server gives it. */
export interface CatalogObject {
  readonly object: SchemaObject
  readonly identity: string
}

/** Makes an object with this field, or an empty object if the value is empty. A missing field means that the property is not set. */
export function optionalField<K extends string, V>(name: K, value: V | null | undefined | false | ''): { readonly [P in K]?: V } {
  // The compiler does not infer that the computed name has the type K.
  return value === null || value === undefined || value === false || value === '' ? {} : ({ [name]: value } as { readonly [P in K]?: V })
}

export function optionalListField<K extends string, V>(
  name: K,
  values: readonly V[] | null | undefined,
): { readonly [P in K]?: readonly V[] } {
  return optionalField(name, values && values.length > 0 ? values : undefined)
}

/** Makes the field `dependsOnField`: the sorted list of distinct ids, without the object's own id. */
export function dependsOnField(
  ids: readonly SchemaObjectId[] | null | undefined,
  own?: SchemaObjectId,
): { readonly dependsOn?: readonly SchemaObjectId[] } {
  return optionalListField('dependsOn', [...new Set(ids ?? [])].filter((id) => id !== own).sort())
}

/** Makes a schema object that is identified by the hash of its definition, because the engine does not model its kind. */
export function makeOpaqueObject(what: string, name: string, definition: string, table?: string): OpaqueObject {
  return { kind: 'opaque', what, name, hash: sha256Digest(definition).slice(0, 32), ...optionalField('table', table) }
}
