import type { BatchCode } from './authoring.ts'
import type { SqlFragment } from './fragment.ts'

/** A data step that its author declares. The engine derives its statements from the declaration. */
export type DeclaredDataStep = DeclaredUpdate | DeclaredCopy | DeclaredBatchCode

/** The declaration of a data step that sets columns of the rows of a table. */
export interface DeclaredUpdate {
  readonly kind: 'update'
  readonly table: string
  readonly set: Readonly<Record<string, SqlFragment>>
  readonly where?: SqlFragment
}

/** The declaration of a data step that copies rows of a table into another table. */
export interface DeclaredCopy {
  readonly kind: 'copy'
  readonly from: string
  readonly into: string
  /** The value of each column of the table `into`, computed from the columns of the table `from`. */
  readonly select: Readonly<Record<string, SqlFragment>>
  /**
   * The columns of a unique key of `into`. A row of `from` counts as copied if `into` contains a row with the same key. If the
   * field is absent, the engine chooses the key.
   */
  readonly on?: readonly string[]
  readonly where?: SqlFragment
}

/** The declaration of a data step that calls a function of the author with the rows of each batch. */
export interface DeclaredBatchCode {
  readonly kind: 'code'
  readonly table: string
  /**
   * The columns that the author's function receives. By default, it receives all columns. The columns of the key are always
   * included.
   */
  readonly columns?: readonly string[]
  readonly where?: SqlFragment
  readonly run: BatchCode
}

/** The statements that the engine derives from the declaration of a data step. */
export interface StatementsDerivedFromDeclaration {
  /** The texts of the derived statements, with the placeholder `:batch`. */
  readonly statements: readonly string[]
  /** The pending query, which counts the rows that the data step has not changed yet. */
  readonly pending: string
}
