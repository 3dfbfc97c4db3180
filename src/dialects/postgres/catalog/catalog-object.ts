import { digest } from '../../../digest.ts'
import type { ObjectId, OpaqueObject, SchemaObject } from '../../../schema/object.ts'

/** An object, and the server's identity of it. */
export interface CatalogObject {
  readonly object: SchemaObject
  readonly identity: string
}

/** The field where it has something to say, else nothing: absent is not undefined. */
export function some<K extends string, V>(name: K, value: V | null | undefined | false | ''): { readonly [P in K]?: V } {
  // The computed name is K, which the compiler does not see.
  return value === null || value === undefined || value === false || value === '' ? {} : ({ [name]: value } as { readonly [P in K]?: V })
}

export function someOf<K extends string, V>(name: K, values: readonly V[] | null | undefined): { readonly [P in K]?: readonly V[] } {
  return some(name, values && values.length > 0 ? values : undefined)
}

/** The ids once each, in order, without the object's own. */
export function dependsOn(ids: readonly ObjectId[] | null | undefined, own?: ObjectId): { readonly dependsOn?: readonly ObjectId[] } {
  return someOf('dependsOn', [...new Set(ids ?? [])].filter((id) => id !== own).sort())
}

/** What cannot be modelled is known by the hash of its definition. */
export function opaque(what: string, name: string, definition: string, table?: string): OpaqueObject {
  return { kind: 'opaque', what, name, hash: digest(definition).slice(0, 32), ...some('table', table) }
}
