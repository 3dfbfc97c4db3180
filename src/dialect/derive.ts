import type { DeclaredBatchCode, DeclaredCopy, DeclaredUpdate } from '../release/declared.ts'
import type { SqlFragment } from '../release/fragment.ts'

/** A declared data step for which a dialect derives the statement. */
export type StepToDerive = DeclaredUpdate | DeclaredCopy | DeclaredReading

/** A data step with code, and the columns of the key in whose order the code receives the rows. */
export type DeclaredReading = Omit<DeclaredBatchCode, 'run'> & { readonly key?: readonly string[] }

/** The statement that a dialect derives from a declared data step, split at the condition of the batch, and the pending query. */
export interface DerivedStep {
  readonly parts: readonly [string, string]
  /** The pending query that the dialect derives. Absent for code, whose pending query only its author can write. */
  readonly pending?: string
  /** The pending query, split at the condition of a range. Absent for code. */
  readonly counted?: readonly [string, string]
}

/** Why a declaration does not fit the schema, and the fragment that is wrong, if there is one. */
export interface UnfitDeclaration {
  readonly problem: string
  readonly fragment?: SqlFragment
}
