import type { DeclaredBatchCode, DeclaredCopy, DeclaredUpdate } from '../release/declared.ts'
import type { SqlFragment } from '../release/fragment.ts'

/**
 * A data step for which the author writes a declaration and no SQL statement. A dialect derives the statement from the
 * declaration.
 */
export type DataStepToDerive = DeclaredUpdate | DeclaredCopy | BatchCodeRowSelection

/**
 * The description of the rows that a data step passes to a JavaScript function of its author: the table, the columns and the
 * condition of the rows, and the columns of the key that determines the order of the rows.
 */
export type BatchCodeRowSelection = Omit<DeclaredBatchCode, 'run'> & { readonly key?: readonly string[] }

/**
 * The statement that a dialect derives from the declaration of a data step. The statement has two parts, and the engine inserts
 * the condition of the batch between them. If a JavaScript function of the author writes the rows, the statement is the query for
 * the rows that the function receives.
 */
export interface DerivedDataStepStatement {
  readonly parts: readonly [string, string]
  /**
   * The pending query that the dialect derives. The pending query counts the rows that the data step has not changed yet. The
   * field is absent if a JavaScript function of the author writes the rows, because only the author can then write the pending
   * query.
   */
  readonly pending?: string
  /**
   * The pending query in two parts, between which the engine inserts the condition of a range. The field is absent if a
   * JavaScript function of the author writes the rows.
   */
  readonly counted?: readonly [string, string]
}

/**
 * The reason why a declared data step does not fit the schema. The object also contains the incorrect fragment of the
 * declaration, if there is one.
 */
export interface ReasonDeclarationDoesNotFitSchema {
  readonly problem: string
  readonly fragment?: SqlFragment
}
