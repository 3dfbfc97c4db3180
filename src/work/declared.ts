import type { Dialect } from '../dialect/dialect.ts'
import { findLineInCallStack } from '../dialect/function-scope.ts'
import type { KeyRangeWalker } from '../dialect/ranges.ts'
import type { FileStatement } from '../dialect/statement.ts'
import { InterphaseError, isError } from '../error.ts'
import type { RangedCountQuery } from '../plan/ranged-count.ts'
import { BATCH_PLACEHOLDER, type BatchDeclaration, EVERY_ROW_CONDITION } from '../release/batch.ts'
import type { DeclaredDataStep, StatementsDerivedFromDeclaration } from '../release/declared.ts'
import type { FrontMatter, Migration, SqlText } from '../release/migration.ts'
import type { SchemaState } from '../schema/state.ts'
import { makeBatchKeyError } from './batches/key-error.ts'
import type { BatchedStatement, BatchedWorkBody } from './body.ts'

/** The body of a declared data step, and its pending query. */
interface DeclaredWork {
  readonly body: BatchedWorkBody
  readonly pending?: SqlText
  readonly derived?: StatementsDerivedFromDeclaration
  readonly counted?: RangedCountQuery
}

/**
 * Derives the statement and the pending query of a declared data step from its declaration. Throws `batch.declaration` if no
 * statement can be derived. Throws `batch.key` if the author's function must receive the rows in the order of a key, and the table
 * does not have the key.
 */
export async function deriveWorkOfDeclaredDataStep(
  migration: Migration,
  {
    declared,
    pending,
    declarations,
  }: { readonly declared: DeclaredDataStep; readonly pending?: SqlText; readonly declarations: FrontMatter },
  dialect: Pick<Dialect, 'derive' | 'files' | 'ranges'>,
  before: SchemaState,
): Promise<DeclaredWork> {
  const { file } = migration
  const { batch } = declarations
  if (!batch) throw new InterphaseError('internal', { problem: `${migration.id} declares no table` })
  const key = declared.kind === 'code' ? keyOfCode(migration, batch, dialect.ranges, before) : []
  const step = dialect.derive(declared.kind === 'code' ? { ...declared, key } : declared, before)
  if ('problem' in step) {
    const { problem, fragment } = step
    throw new InterphaseError('batch.declaration', { file, line: lineOf(migration, fragment?.stack) ?? batch.line, problem })
  }
  const { parts, pending: query, counted } = step
  const text = parts.join(EVERY_ROW_CONDITION)
  const statement: BatchedStatement = { ...(await readOne(dialect.files, file, text, batch.line)), text, line: batch.line, parts }
  if (declared.kind === 'code') {
    return { body: { kind: 'batch-code', declared: batch, reading: statement, key, run: declared.run }, ...(pending && { pending }) }
  }
  if (query === undefined) throw new InterphaseError('internal', { problem: `${migration.id} has no derived pending query` })
  return {
    body: { kind: 'batches', declared: batch, statements: [statement] },
    pending: { file, text: query },
    derived: { statements: [parts.join(BATCH_PLACEHOLDER)], pending: query },
    ...(counted && { counted: { parts: counted, alias: batch.alias } }),
  }
}

/**
 * Returns the names of the key columns by which the rows are ordered for the author's code. Returns no name if the table does not
 * exist. In this case, the derivation of the statement reports the missing table.
 */
function keyOfCode(migration: Migration, declared: BatchDeclaration, ranges: KeyRangeWalker, before: SchemaState): readonly string[] {
  const key = ranges.keyOf(before, declared.table, declared.by)
  if ('problem' in key) throw makeBatchKeyError(migration, declared, key)
  if (key.isPlace) throw makeBatchKeyError(migration, declared, NOT_BY_PLACE)
  return key.columns.map(({ name }) => name)
}

const NOT_BY_PLACE = {
  problem: 'code receives rows with their key, and the place of a row is no key',
  remedy: 'Give the table a primary key, or a unique key of NOT NULL columns. Or write the step in SQL.',
}

function lineOf({ body }: Migration, stack: string | undefined): number | undefined {
  return body.kind === 'function' ? findLineInCallStack(stack, body.path) : undefined
}

/**
 * Parses a statement that the engine derived from a declaration. Throws `batch.declaration` if the author's SQL fragments result
 * in several statements, or in a statement that cannot run in a transaction.
 */
async function readOne(files: Dialect['files'], file: string, text: string, line: number): Promise<FileStatement> {
  const refuse = (problem: string, cause?: unknown) => new InterphaseError('batch.declaration', { file, line, problem }, { cause })
  const { statements } = await files.script({ file, text }, 'auto').catch((error: unknown) => {
    throw isError(error, 'sql.syntax') ? refuse(`${error.facts.message}\n${text}`, error) : error
  })
  const [statement] = statements
  if (statement && statements.length === 1 && statement.manner === 'atomic') return statement
  throw refuse(`the SQL fragments do not give one statement that can run in a transaction:\n${text}`)
}
