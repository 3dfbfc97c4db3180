import type { FunctionContext } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'

/** The content of a migration that runs: one variant for each kind of work. */
export type Body = ScriptBody | FunctionBody

/** The statements of a SQL file. */
export interface ScriptBody {
  readonly kind: 'script'
  readonly statements: readonly FileStatement[]
}

/** A function of a TypeScript or JavaScript module. */
export interface FunctionBody {
  readonly kind: 'function'
  readonly up: (context: FunctionContext) => Promise<unknown>
}
