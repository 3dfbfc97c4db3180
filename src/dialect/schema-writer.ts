import type { SchemaObjectId } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'

/** The SQL that leads from one schema to another, and the differences for which there is no SQL. */
export interface WrittenSchemaChange {
  /** The statements in the order in which they run, without a semicolon at the end. */
  readonly statements: readonly string[]
  readonly unwritten: readonly UnwrittenDifference[]
}

/** A difference for which the writer has no SQL. */
export interface UnwrittenDifference {
  readonly id: SchemaObjectId
  /** The object in words, as in `rule quiet on animal`. */
  readonly object: string
  readonly reason: string
}

/** Writes the SQL that leads from one state to another. From the empty state, this is the SQL of the whole schema. */
export type SchemaWriter = (from: SchemaState, to: SchemaState) => WrittenSchemaChange
