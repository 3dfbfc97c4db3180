import type { SqlFragment } from './fragment.ts'

/** A data step that its author declares, and for which the engine derives the statements. */
export type DeclaredStep = DeclaredUpdate

/** Sets columns of the rows of a table. */
export interface DeclaredUpdate {
  readonly kind: 'update'
  readonly table: string
  readonly set: Readonly<Record<string, SqlFragment>>
  readonly where?: SqlFragment
}

/** The statements that the engine derives from a declaration. */
export interface DerivedStatements {
  /** With the placeholder `:batch`. */
  readonly statements: readonly string[]
  /** The query that counts the rows which the step has not changed yet. */
  readonly pending: string
}
