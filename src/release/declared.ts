import type { BatchCode } from './authoring.ts'
import type { SqlFragment } from './fragment.ts'

/** A data step that its author declares, and for which the engine derives the statements. */
export type DeclaredStep = DeclaredUpdate | DeclaredCopy | DeclaredBatchCode

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

/** Calls a function of the author for the rows of each batch. */
export interface DeclaredBatchCode {
  readonly kind: 'code'
  readonly table: string
  /** The columns that the function receives. Absent: all columns. The columns of the key are always included. */
  readonly columns?: readonly string[]
  readonly where?: SqlFragment
  readonly run: BatchCode
}

/** The statements that the engine derives from a declaration. */
export interface DerivedStatements {
  /** With the placeholder `:batch`. */
  readonly statements: readonly string[]
  /** The query that counts the rows which the step has not changed yet. */
  readonly pending: string
}
