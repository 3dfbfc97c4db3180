import type { SchemaGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

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

/** A statement that is about to be sent, with what `OutsideObjectCheck.redefined` needs to judge it. */
export interface StatementToSend {
  readonly text: string
  /** The texts that the statement executes, as `OutsideObjectCheck.executed` returned them. */
  readonly inner: readonly string[]
  /** The statements that the migration has sent before. */
  readonly earlier: readonly string[]
  /** The planned state before the statement. */
  readonly known: SchemaState
  /** True when the whole migration runs in one transaction: the engine compares the schema before it commits. */
  readonly isComparedBeforeCommit: boolean
  /** True for a statement of a SQL file, which ran on the shadow too. Only what its blocks and routines execute can differ. */
  readonly isOfFile: boolean
}

/** The changes of a statement that no rollback would undo. */
export interface LastingRedefinitions {
  /** The groups of the existing tables that the statement can drop or whose definition it can change. */
  readonly tables: readonly SchemaGroupKey[]
  /** True if the statement can also do this to a table which its text does not name. */
  readonly isAnywhere: boolean
}

/** A database object that does not belong to the project. */
export interface ObjectOutsideProject {
  readonly identity: string
  readonly says: string
}
