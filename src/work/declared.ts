import type { Dialect } from '../dialect/dialect.ts'
import { lineInStack } from '../dialect/function-scope.ts'
import type { FileStatement } from '../dialect/statement.ts'
import { InterphaseError, isError } from '../error.ts'
import { BATCH_PLACEHOLDER, EVERY_ROW_CONDITION } from '../release/batch.ts'
import type { DeclaredStep, DerivedStatements } from '../release/declared.ts'
import type { FrontMatter, Migration, SqlText } from '../release/migration.ts'
import type { SchemaState } from '../schema/state.ts'
import type { BatchedScriptBody, BatchedStatement } from './body.ts'

/** The work of a declared data step. */
interface DeclaredWork {
  readonly body: BatchedScriptBody
  readonly pending: SqlText
  readonly derived: DerivedStatements
}

/** Derives the statement and the pending query of a declared data step. Throws `batch.declaration`. */
export async function deriveDeclaredWork(
  migration: Migration,
  { declared, says }: { readonly declared: DeclaredStep; readonly says: FrontMatter },
  { derive, files }: Pick<Dialect, 'derive' | 'files'>,
  before: SchemaState,
): Promise<DeclaredWork> {
  const { file } = migration
  const { batch } = says
  if (!batch) throw new InterphaseError('internal', { problem: `${migration.id} declares no table` })
  const step = derive(declared, before)
  if ('problem' in step) {
    const { problem, fragment } = step
    throw new InterphaseError('batch.declaration', { file, line: lineOf(migration, fragment?.stack) ?? batch.line, problem })
  }
  const text = step.parts.join(EVERY_ROW_CONDITION)
  const statement: BatchedStatement = { ...(await readOne(files, file, text, batch.line)), text, line: batch.line, parts: step.parts }
  return {
    body: { kind: 'batches', declared: batch, statements: [statement] },
    pending: { file, text: step.pending },
    derived: { statements: [step.parts.join(BATCH_PLACEHOLDER)], pending: step.pending },
  }
}

function lineOf({ body }: Migration, stack: string | undefined): number | undefined {
  return body.kind === 'function' ? lineInStack(stack, body.path) : undefined
}

/** Reads a derived statement. A fragment of the author can end it early, or make it one that does not run in a transaction. */
async function readOne(files: Dialect['files'], file: string, text: string, line: number): Promise<FileStatement> {
  const refuse = (problem: string, cause?: unknown) => new InterphaseError('batch.declaration', { file, line, problem }, { cause })
  const { statements } = await files.script({ file, text }, 'auto').catch((error: unknown) => {
    throw isError(error, 'sql.syntax') ? refuse(`${error.facts.message}\n${text}`, error) : error
  })
  const [statement] = statements
  if (statement && statements.length === 1 && statement.manner === 'atomic') return statement
  throw refuse(`the SQL fragments do not give one statement that can run in a transaction:\n${text}`)
}
