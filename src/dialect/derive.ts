import type { DeclaredBatchCode, DeclaredCopy, DeclaredUpdate } from '../release/declared.ts'
import type { SqlFragment } from '../release/fragment.ts'

/** A declared data step for which a dialect derives the statement. */
export type StepToDerive = DeclaredUpdate | DeclaredCopy | RowsReadByCode

/**
 * The rows that a data step with code reads: the table, the columns, the condition, and the columns of the key in whose order the
 * code receives the rows.
 */
export type RowsReadByCode = Omit<DeclaredBatchCode, 'run'> & { readonly key?: readonly string[] }

/**
 * The statement that a dialect derives from a declared data step, in two parts between which the condition of the batch is
 * inserted. For a data step with code, the statement is the query for its rows.
 */
export interface DerivedStep {
  readonly parts: readonly [string, string]
  /**
   * The pending query that the dialect derives. The field is absent for a data step with code, because only the author can write
   * the pending query of code.
   */
  readonly pending?: string
  /**
   * The pending query, in two parts between which the condition of a range is inserted. The field is absent for a data step with
   * code.
   */
  readonly counted?: readonly [string, string]
}

/** The reason why a declaration does not fit the schema, and the incorrect fragment of the declaration, if there is one. */
export interface UnfitDeclaration {
  readonly problem: string
  readonly fragment?: SqlFragment
}
