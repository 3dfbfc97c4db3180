import type { FunctionContext } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'
import type { BatchCode } from '../release/authoring.ts'
import type { BatchDeclaration } from '../release/batch.ts'

/** The content of a migration that is ready to run: one variant for each kind of work. */
export type MigrationWorkBody = ScriptWorkBody | FunctionWorkBody | BatchedWorkBody

/** The content of a data step that runs in batches. */
export type BatchedWorkBody = BatchedScriptWorkBody | BatchedCodeWorkBody

/** The content of a SQL file: its statements. */
export interface ScriptWorkBody {
  readonly kind: 'script'
  readonly statements: readonly FileStatement[]
}

/** The content of a TypeScript or JavaScript module: a function. */
export interface FunctionWorkBody {
  readonly kind: 'function'
  readonly up: (context: FunctionContext) => Promise<unknown>
}

/** The statements of a SQL file that runs in batches. Each batch executes all statements for the rows of one range. */
export interface BatchedScriptWorkBody {
  readonly kind: 'batches'
  readonly declared: BatchDeclaration
  readonly statements: readonly BatchedStatement[]
}

/** A function that receives the rows of each batch. */
export interface BatchedCodeWorkBody {
  readonly kind: 'batch-code'
  readonly declared: BatchDeclaration
  /** The query that reads the rows of a batch for the author's code. */
  readonly reading: BatchedStatement
  /** The names of the key columns in the rows that the author's code receives. */
  readonly key: readonly string[]
  readonly run: BatchCode
}

export function isBatchedWorkBody(body: MigrationWorkBody): body is BatchedWorkBody {
  return body.kind === 'batches' || body.kind === 'batch-code'
}

/**
 * One statement of a data step in batches. In `text`, a condition that is true for every row replaces each placeholder `:batch`.
 */
export interface BatchedStatement extends FileStatement {
  /** The parts of the statement's text between the placeholders `:batch`. A statement with one placeholder has two parts. */
  readonly parts: readonly string[]
}
