import type { SqlFragment } from '../release/fragment.ts'

/** The statement that a dialect derives from a declared data step, split at the condition of the batch, and the pending query. */
export interface DerivedStep {
  readonly parts: readonly [string, string]
  readonly pending: string
}

/** Why a declaration does not fit the schema, and the fragment that is wrong, if there is one. */
export interface UnfitDeclaration {
  readonly problem: string
  readonly fragment?: SqlFragment
}
