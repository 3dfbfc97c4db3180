import type { SqlFragment } from './fragment.ts'

/** A data step that its author declares, and for which the engine derives the statements. */
export type DeclaredStep = DeclaredUpdate | DeclaredCopy

/** Sets columns of the rows of a table. */
export interface DeclaredUpdate {
  readonly kind: 'update'
  readonly table: string
  readonly set: Readonly<Record<string, SqlFragment>>
  readonly where?: SqlFragment
}

/** Copies rows of a table into another table. */
export interface DeclaredCopy {
  readonly kind: 'copy'
  readonly from: string
  readonly into: string
  /** The value of each column of `into`, from the columns of `from`. */
  readonly select: Readonly<Record<string, SqlFragment>>
  /** The columns of the unique key of `into` that tell whether a row is copied. Absent if the engine chooses the key. */
  readonly on?: readonly string[]
  readonly where?: SqlFragment
}

/** The statements that the engine derives from a declaration. */
export interface DerivedStatements {
  /** With the placeholder `:batch`. */
  readonly statements: readonly string[]
  /** The query that counts the rows which the step has not changed yet. */
  readonly pending: string
}
