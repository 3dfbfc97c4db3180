import type { SqlStatement } from '../dialect/sql.ts'
import type { FactOf } from '../schema/counting.ts'
import type { SchemaObject, SchemaObjectKind } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

export type ObjectOf<K extends SchemaObjectKind> = SchemaObject extends infer O
  ? O extends SchemaObject & { readonly kind: infer J }
    ? K extends J
      ? O
      : never
    : never
  : never

/** The reason why there is no SQL for an object or a fact. */
export interface NoSql {
  readonly reason: string
}

/**
 * How a changed fact of an object is written: `replace` drops and creates the object; `implied` needs no statement, because another
 * fact or object carries it.
 */
export type FactWriter<O> = 'replace' | 'implied' | ((before: O, after: O) => readonly SqlStatement[] | NoSql | 'replace')

/** How a server writes the objects of one kind. A new fact of the kind does not compile until it has an entry. */
export interface KindWriter<K extends SchemaObjectKind> {
  /** The statements that create the object. `parts` are the objects of a new table that its own statement creates. */
  readonly create: (object: ObjectOf<K>, parts: readonly SchemaObject[], state: SchemaState) => readonly SqlStatement[] | NoSql
  /** The statements that drop the object. `state` is the state to which the change leads. */
  readonly drop: (object: ObjectOf<K>, state: SchemaState) => readonly SqlStatement[] | NoSql
  readonly facts: { readonly [F in FactOf<K>]-?: FactWriter<ObjectOf<K>> }
  /** Facts of this object for which there is no SQL, although the object itself can be created. */
  readonly leaves?: (object: ObjectOf<K>) => readonly NoSql[]
}

/** The writers of a server, one for each kind of object. A new kind does not compile until it has an entry. */
export type KindWriters = { readonly [K in SchemaObjectKind]: KindWriter<K> }

/** A writer without the type of its kind. Each writer is only called with objects of its own kind. */
export interface AnyKindWriter {
  readonly create: (object: SchemaObject, parts: readonly SchemaObject[], state: SchemaState) => readonly SqlStatement[] | NoSql
  readonly drop: (object: SchemaObject, state: SchemaState) => readonly SqlStatement[] | NoSql
  readonly facts: Readonly<Record<string, FactWriter<SchemaObject>>>
  readonly leaves?: (object: SchemaObject) => readonly NoSql[]
}

/** Returns the writer for an object. */
export function writerOfObject(writers: KindWriters, { kind }: SchemaObject): AnyKindWriter {
  // Each row of the table takes objects of its own kind. The compiler cannot follow that through a lookup, so a cast is needed.
  return writers[kind] as unknown as AnyKindWriter
}

export function isNoSql(value: readonly SqlStatement[] | NoSql): value is NoSql {
  return 'reason' in value
}
