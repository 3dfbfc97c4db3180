import type { FunctionContext } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'
import type { BatchDeclaration } from '../release/batch.ts'

/** The content of a migration that runs: one variant for each kind of work. */
export type MigrationWorkBody = ScriptBody | FunctionBody | BatchedScriptBody

/** The content of a SQL file: its statements. */
export interface ScriptBody {
  readonly kind: 'script'
  readonly statements: readonly FileStatement[]
}

/** The content of a TypeScript or JavaScript module: a function. */
export interface FunctionBody {
  readonly kind: 'function'
  readonly up: (context: FunctionContext) => Promise<unknown>
}

/** The statements of a SQL file that runs in batches: each batch executes all of them for the rows of one range. */
export interface BatchedScriptBody {
  readonly kind: 'batches'
  readonly declared: BatchDeclaration
  readonly statements: readonly BatchedStatement[]
}

/** One statement of a batch. Its text has a condition that holds for every row in place of each placeholder. */
export interface BatchedStatement extends FileStatement {
  /** The text around the placeholders: a statement with one placeholder has two parts. */
  readonly parts: readonly string[]
}
