import type { SchemaGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

/** A database object that a statement creates, changes or drops, with the name that the statement contains. */
export interface ObjectNamedByStatement {
  /**
   * The kind of the named object. 'referrers' means the tables with foreign keys to the named table. When a statement changes or
   * deletes rows of the named table, the server also changes or deletes the referring rows.
   */
  readonly kind: 'relation' | 'referrers' | 'routine' | 'type' | 'schema' | 'trigger' | 'event' | 'standalone'
  /** The schema of the named object. The field is absent when the statement does not name a schema. */
  readonly schema?: string
  readonly name: string
  /** True when the statement creates the named object. */
  readonly isMade: boolean
  /** The keyword for an object of kind 'standalone', for example `extension` or `collation`. */
  readonly what?: string
  /** The number of parameters of a routine, if the statement states the number. */
  readonly parameters?: number
  /**
   * The columns of the named table that an UPDATE can change, in upper case. Only the kind 'referrers' (the tables with foreign
   * keys to the named table) has this field. The field is absent for DELETE and REPLACE, because they delete whole rows.
   */
  readonly columns?: readonly string[]
}

/** An existing database object to which a name in a statement refers. */
export interface ObjectThatNameResolvesTo {
  /**
   * The keys of the groups of a schema state that can contain the object. The list has several keys if the kind of the object is
   * unknown.
   */
  readonly groups: readonly SchemaGroupKey[]
  /** The kind and the name of the object for messages, such as `table sessions`. */
  readonly says: string
  readonly named: ObjectNamedByStatement
}

/**
 * The SQL texts that a statement executes and that are not part of the statement, such as the value of a variable or the body of
 * a routine.
 */
export interface ExecutedSqlTexts {
  readonly texts: readonly string[]
  /**
   * True when the statement can also make changes that the engine cannot find out before the execution, for example with SQL that
   * the server builds at run time.
   */
  readonly buildsSqlAtRuntime: boolean
}

/**
 * A statement that the engine is about to send. From the fields, the dialect determines which existing objects the statement can
 * redefine in a way that a rollback cannot undo.
 */
export interface StatementToSend {
  readonly text: string
  /** The SQL texts that the statement executes in addition to its own text, such as the body of a routine. */
  readonly inner: readonly string[]
  /** The statements that the migration has sent before the statement `text`. */
  readonly earlier: readonly string[]
  /** The planned state of the schema before the statement. */
  readonly known: SchemaState
  /**
   * True when the whole migration runs in one transaction. The engine then compares the schema with the planned state before the
   * commit.
   */
  readonly isComparedBeforeCommit: boolean
  /**
   * True for a statement of a SQL file. The text of such a statement is the same on the shadow and on the target, but a block or
   * a routine in the statement can execute other SQL on the target.
   */
  readonly isOfFile: boolean
}

/** The changes of a statement to existing objects that a rollback cannot undo. */
export interface RedefinitionsWithoutRollback {
  /**
   * The keys of the groups of the existing objects that the statement can drop or redefine. On PostgreSQL, the list contains only
   * tables.
   */
  readonly tables: readonly SchemaGroupKey[]
  /** True if the statement can also drop or redefine a table that the text of the statement does not name. */
  readonly mayConcernOtherTables: boolean
}

/** A database object that does not belong to the project. */
export interface ObjectOutsideProject {
  readonly identity: string
  readonly says: string
}
