import type { SchemaGroupKey } from '../schema/object.ts'

/** A database object that a statement creates, changes or drops, under the name that the statement uses. */
export interface ObjectNamedByStatement {
  /**
   * The kind of the object. 'referrers' are the tables with foreign keys to the named table: their rows are changed or deleted
   * together with its rows.
   */
  readonly kind: 'relation' | 'referrers' | 'routine' | 'type' | 'schema' | 'trigger' | 'event' | 'standalone'
  /** The schema of the object. Absent when the statement does not name a schema. */
  readonly schema?: string
  readonly name: string
  /** True when the statement creates the object. */
  readonly isMade: boolean
  /**
   * True when the statement drops the object or changes its definition, and the server commits this change implicitly. Absent on
   * PostgreSQL, where a rollback undoes the change.
   */
  readonly redefines?: true
  /** The keyword for an object of kind 'standalone', for example `extension` or `collation`. */
  readonly what?: string
  /** The number of parameters of a routine, if the statement states it. */
  readonly parameters?: number
  /** For kind 'referrers': the columns that the statement may change, in upper case. Absent when the statement deletes rows. */
  readonly columns?: readonly string[]
}

/** A database object that a name in a statement refers to. */
export interface ObjectThatNameResolvesTo {
  /** The groups of a schema state that can contain the object. There are several if the kind of the object is unknown. */
  readonly groups: readonly SchemaGroupKey[]
  /** The kind and name of the object, for messages: `table sessions`. */
  readonly says: string
  readonly named: ObjectNamedByStatement
}

/** SQL texts that a statement executes although they are not part of it, such as the value of a variable or the body of a routine. */
export interface ExecutedSqlTexts {
  readonly texts: readonly string[]
  /** True when the statement also executes SQL that it builds at run time. Such SQL cannot be read before it is executed. */
  readonly isVeiled: boolean
}

/** A database object that does not belong to the project. */
export interface ObjectOutsideProject {
  readonly identity: string
  readonly says: string
}
