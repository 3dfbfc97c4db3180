import type { SqlStatement } from '../dialect/sql.ts'
import type { PropertyNameOfObjectKind } from '../schema/counting.ts'
import type { SchemaObject, SchemaObjectKind } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

/** The type of the schema objects of the kind `K`. */
export type ObjectOfKind<K extends SchemaObjectKind> = SchemaObject extends infer O
  ? O extends SchemaObject & { readonly kind: infer J }
    ? K extends J
      ? O
      : never
    : never
  : never

/** The reason why the writer cannot write an object, or a property of an object, as SQL. */
export interface ReasonForMissingSql {
  readonly reason: string
}

/**
 * The SQL for a changed property of an object. `replace`: the writer drops and creates the object. `implied`: the property needs no
 * statement of its own, because the statements for another property or object also change this property.
 */
export type ObjectPropertyWriter<O> =
  | 'replace'
  | 'implied'
  | ((before: O, after: O, change: SchemaStatesOfChange) => readonly SqlStatement[] | ReasonForMissingSql | 'replace')

/** The schema before a change and the schema after it. */
export interface SchemaStatesOfChange {
  readonly from: SchemaState
  readonly to: SchemaState
}

/** Writes the SQL for objects of one kind on one server. The source does not compile if a property of the kind has no entry. */
export interface ObjectKindWriter<K extends SchemaObjectKind> {
  /**
   * Returns the statements that create a schema object. For a new table, `parts` contains the objects that the CREATE TABLE
   * statement also creates. `state` is the schema after the change.
   */
  readonly create: (
    object: ObjectOfKind<K>,
    parts: readonly SchemaObject[],
    state: SchemaState,
  ) => readonly SqlStatement[] | ReasonForMissingSql
  /** Returns the statements that drop a schema object. */
  readonly drop: (object: ObjectOfKind<K>, change: SchemaStatesOfChange) => readonly SqlStatement[] | ReasonForMissingSql
  readonly properties: { readonly [F in PropertyNameOfObjectKind<K>]-?: ObjectPropertyWriter<ObjectOfKind<K>> }
  /**
   * Returns a reason for each property that the writer cannot write as SQL, although the writer can create the object without the
   * property.
   */
  readonly leaves?: (object: ObjectOfKind<K>) => readonly ReasonForMissingSql[]
}

/** The SQL writers of a server, one for each kind of schema object. The source does not compile if a kind has no entry. */
export type ObjectKindWriters = { readonly [K in SchemaObjectKind]: ObjectKindWriter<K> }

/** A `ObjectKindWriter` whose type does not state the kind of object. A caller must pass only objects of the writer's kind. */
export interface AnyObjectKindWriter {
  readonly create: (
    object: SchemaObject,
    parts: readonly SchemaObject[],
    state: SchemaState,
  ) => readonly SqlStatement[] | ReasonForMissingSql
  readonly drop: (object: SchemaObject, change: SchemaStatesOfChange) => readonly SqlStatement[] | ReasonForMissingSql
  readonly properties: Readonly<Record<string, ObjectPropertyWriter<SchemaObject>>>
  readonly leaves?: (object: SchemaObject) => readonly ReasonForMissingSql[]
}

/** Returns the SQL writer for the kind of a schema object. */
export function writerOfObject(writers: ObjectKindWriters, { kind }: SchemaObject): AnyObjectKindWriter {
  // Each entry of `writers` accepts objects of its own kind. The compiler cannot derive this relation for a lookup by a variable,
  // so a cast is needed.
  return writers[kind] as unknown as AnyObjectKindWriter
}

export function isReasonForMissingSql(value: readonly SqlStatement[] | ReasonForMissingSql): value is ReasonForMissingSql {
  return 'reason' in value
}
