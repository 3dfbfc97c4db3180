import type { DeclaredBatchCode, DeclaredCopy, DeclaredUpdate } from '../release/declared.ts'
import type { SqlFragment } from '../release/fragment.ts'

/** A declared data step for which a dialect derives the statement. */
export type StepToDerive = DeclaredUpdate | DeclaredCopy | DeclaredReading

/** A data step with code, and the columns of the key in whose order the code receives the rows. */
export type DeclaredReading = Omit<DeclaredBatchCode, 'run'> & { readonly key?: readonly string[] }

/**
 * The statement that a dialect derives from a declared data step, split at the condition of the batch. The value also contains
 * the pending query.
 */
export interface DerivedStep {
  readonly parts: readonly [string, string]
  /**
   * The pending query that the dialect derives. The field is absent for a data step with code, because only the author can write
   * the pending query of code.
   */
  readonly pending?: string
  /** The pending query, split at the condition of a range. The field is absent for a data step with code. */
  readonly counted?: readonly [string, string]
}

/** The reason why a declaration does not fit the schema, and the incorrect fragment of the declaration, if there is one. */
export interface UnfitDeclaration {
  readonly problem: string
  readonly fragment?: SqlFragment
}
