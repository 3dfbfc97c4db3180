import { sha256Digest } from '../../../digest.ts'
import type { OpaqueObject, SchemaObject, SchemaObjectId } from '../../../schema/object.ts'

/** A schema object with the identifier that the server assigned to the object, such as its oid. */
export interface SchemaObjectWithServerId {
  readonly object: SchemaObject
  readonly identity: string
}

/**
 * Returns `{ [name]: value }`, or an empty object if the value is null, undefined or false. A schema object whose field has no
 * value does not have the property.
 */
export function optionalField<K extends string, V>(name: K, value: V | null | undefined | false | ''): { readonly [P in K]?: V } {
  // The cast is needed because the compiler does not infer that the computed name has the type K.
  return value === null || value === undefined || value === false || value === '' ? {} : ({ [name]: value } as { readonly [P in K]?: V })
}

export function optionalListField<K extends string, V>(
  name: K,
  values: readonly V[] | null | undefined,
): { readonly [P in K]?: readonly V[] } {
  return optionalField(name, values && values.length > 0 ? values : undefined)
}

/** Returns the field `dependsOn` of a schema object: a sorted list of distinct ids, without the id of the object itself. */
export function dependsOnField(
  ids: readonly SchemaObjectId[] | null | undefined,
  own?: SchemaObjectId,
): { readonly dependsOn?: readonly SchemaObjectId[] } {
  return optionalListField('dependsOn', [...new Set(ids ?? [])].filter((id) => id !== own).sort())
}

/**
 * Returns a schema object that contains only a hash of its definition. The function is for kinds of objects that the engine does
 * not represent in detail.
 */
export function makePostgresOpaqueObject(what: string, name: string, definition: string, table?: string): OpaqueObject {
  return { kind: 'opaque', what, name, hash: sha256Digest(definition).slice(0, 32), ...optionalField('table', table) }
}
