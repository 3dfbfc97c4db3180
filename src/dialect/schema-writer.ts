import type { SchemaObjectId } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

/** The SQL that changes one schema into another schema, and the differences that the writer cannot express in SQL. */
export interface SchemaChangeSql {
  /** The statements in the order in which they run, without a semicolon at the end. */
  readonly statements: readonly string[]
  readonly unwritten: readonly UnwrittenDifference[]
}

/** A difference that the writer cannot express in SQL. */
export interface UnwrittenDifference {
  readonly id: SchemaObjectId
  /** The kind and the name of the object, such as `rule quiet on animal`. */
  readonly object: string
  readonly reason: string
}

/**
 * Writes the SQL that changes the schema `from` into the schema `to`. If `from` is empty, the result is the SQL that creates the
 * whole schema `to`.
 */
export type SchemaChangeSqlWriter = (from: SchemaState, to: SchemaState) => SchemaChangeSql
