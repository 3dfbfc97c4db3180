import type { DeclaredBatchCode, DeclaredCopy, DeclaredUpdate } from '../release/declared.ts'
import type { SqlFragment } from '../release/fragment.ts'

/** A declared data step whose SQL statement a dialect derives from the declaration. */
export type DataStepToDerive = DeclaredUpdate | DeclaredCopy | RowsReadByBatchCode

/**
 * The rows that a data step with code reads: the table, the columns, the condition, and the columns of the key in whose order the
 * code receives the rows.
 */
export type RowsReadByBatchCode = Omit<DeclaredBatchCode, 'run'> & { readonly key?: readonly string[] }

/**
 * The statement that a dialect derives from a declared data step. The statement has two parts, and the engine inserts the
 * condition of the batch between them. For a data step with code, the statement is the query for the rows that the code receives.
 */
export interface DerivedDataStepStatement {
  readonly parts: readonly [string, string]
  /**
   * The pending query that the dialect derives. The pending query counts the rows that the data step has not changed yet. The
   * field is absent for a data step with code, because only the author can write the pending query of code.
   */
  readonly pending?: string
  /**
   * The pending query in two parts, between which the engine inserts the condition of a range. The field is absent for a data
   * step with code.
   */
  readonly counted?: readonly [string, string]
}

/**
 * The reason why a declared data step does not fit the schema. The object also contains the incorrect fragment of the
 * declaration, if there is one.
 */
export interface UnfitDataStepDeclaration {
  readonly problem: string
  readonly fragment?: SqlFragment
}
