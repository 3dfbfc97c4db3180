import type { Dialect, SqlFileAnalyzer } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'
import { InterphaseError } from '../error.ts'
import type { RangedCountQuery } from '../plan/ranged-count.ts'
import type { LoadedFunctionMigration } from '../project/modules.ts'
import { BATCH_PLACEHOLDER, EVERY_ROW_CONDITION } from '../release/batch.ts'
import type { StatementsDerivedFromDeclaration } from '../release/declared.ts'
import type { FrontMatter, Migration, SqlText } from '../release/migration.ts'
import type { SchemaState } from '../schema/state.ts'
import type { BatchedStatement, MigrationWorkBody } from './body.ts'
import { deriveWorkOfDeclaredDataStep } from './declared.ts'

/** A migration that is ready to run. The engine has split a SQL file into statements, or has loaded the module of a function. */
export interface MigrationWork {
  readonly migration: Migration
  readonly declarations: FrontMatter
  readonly pending?: SqlText
  readonly path: 'together' | 'stepwise'
  readonly body: MigrationWorkBody
  /** The statement and the pending query that the engine derived from the declaration of a data step. */
  readonly derived?: StatementsDerivedFromDeclaration
  /**
   * The derived pending query, split at the places where the engine writes the condition of a range. With the condition, the query
   * counts only the rows of the range.
   */
  readonly counted?: RangedCountQuery
}

/** The facts about a migration that its files do not contain. */
export interface MigrationFactsOutsideFiles {
  /** The schema that exists before the migration. */
  readonly before: SchemaState
  /**
   * The way in which a function migration runs: in one transaction (`together`) or outside a transaction (`stepwise`). The engine
   * learns the way when it executes the function on a shadow, because DDL in a function commits implicitly on MySQL and MariaDB.
   */
  readonly path?: 'together' | 'stepwise'
}

/** A function that loads the module of a function migration. */
export type LoadFunctionMigration = (migration: Migration) => Promise<LoadedFunctionMigration>

/**
 * Parses a migration, and decides if the migration runs in one transaction. For a declared data step, the function derives the
 * statements from the declaration and the schema before the migration.
 */
export async function prepareMigrationWork(
  migration: Migration,
  dialect: Pick<Dialect, 'files' | 'derive' | 'ranges'>,
  load: LoadFunctionMigration,
  { before, path }: MigrationFactsOutsideFiles,
): Promise<MigrationWork> {
  if (migration.body.kind === 'sql')
    return separateLastingWrites(await prepareScriptWork(migration, migration.body, dialect.files), dialect.files, before)
  const { declarations, pending, up, declared } = await load(migration)
  if (declared)
    return {
      migration,
      declarations,
      path: 'together',
      ...(await deriveWorkOfDeclaredDataStep(migration, { declared, declarations, ...(pending && { pending }) }, dialect, before)),
    }
  if (!up) throw new InterphaseError('internal', { problem: `${migration.id} has neither a function nor a declaration` })
  return common(migration, declarations, pending, declarations.transaction === 'off' ? 'stepwise' : (path ?? 'together'), {
    kind: 'function',
    up,
  })
}

/**
 * Parses the file of a migration, or loads its module, and throws the error if this fails. Unlike `prepareMigrationWork`, the
 * function does not need the schema before the migration.
 */
export async function refuseUnreadableMigration(migration: Migration, files: SqlFileAnalyzer, load: LoadFunctionMigration): Promise<void> {
  await (migration.body.kind === 'sql' ? prepareScriptWork(migration, migration.body, files) : load(migration))
}

/** Parses a migration that is a SQL file. */
export async function prepareScriptWork(migration: Migration, body: SqlBody, files: SqlFileAnalyzer): Promise<MigrationWork> {
  const { declarations, pending } = migration
  const { statements, path } = await files.script(body.sql, declarations.transaction)
  refuseControl(statements, body.sql.file)
  return common(migration, declarations, pending, path, bodyOf(body, declarations, statements))
}

/**
 * Some statements write rows that a rollback does not remove, for example in a MyISAM table. The function moves such statements out
 * of the transaction of the migration. The ledger records each such statement before the engine sends it, so a later run does not
 * write the rows a second time.
 */
async function separateLastingWrites(work: MigrationWork, files: SqlFileAnalyzer, before: SchemaState): Promise<MigrationWork> {
  const { body, migration } = work
  if (body.kind !== 'script' && body.kind !== 'batches') return work
  const writesWithoutRollback = await files.writesWithoutRollback(
    body.statements.map(({ text }) => text),
    before,
  )
  const first = body.statements.find((_, index) => writesWithoutRollback[index])
  if (!first) return work
  if (body.kind === 'batches') {
    throw new InterphaseError('batch.statement', {
      file: migration.file,
      line: first.line,
      statement: firstWords(first.text),
      problem: LASTING,
    })
  }
  const statements = body.statements.map((statement, index) =>
    writesWithoutRollback[index] && statement.manner === 'atomic'
      ? { ...statement, manner: 'bare' as const, writesWithoutRollback: true as const }
      : statement,
  )
  return { ...work, path: 'stepwise', body: { ...body, statements } }
}

const LASTING =
  'it writes a table whose storage engine has no transactions, so an interrupted batch could write its rows twice. Change the engine to InnoDB before the step runs, or write the step without batches'

/**
 * Parses the undo of a migration: the undo file, or the function `down` of the module. Returns undefined if the migration has no
 * undo. `before` is the schema before the undo. `recordedPath` shows if the undo ran in one transaction on a shadow.
 */
export async function prepareUndoWork(
  migration: Migration,
  files: SqlFileAnalyzer,
  load: LoadFunctionMigration,
  { before, path: recordedPath }: { readonly before?: SchemaState; readonly path?: 'together' | 'stepwise' } = {},
): Promise<MigrationWork | undefined> {
  const { undo } = migration
  if (undo) {
    const { declarations } = undo
    const script = await files.script(undo, declarations.transaction)
    refuseControl(script.statements, undo.file)
    const body: MigrationWorkBody = { kind: 'script', statements: script.statements }
    const work = common({ ...migration, file: undo.file }, unjudged(declarations), undefined, script.path, body)
    return before ? separateLastingWrites(work, files, before) : work
  }
  if (migration.body.kind !== 'function') return undefined
  const { down, declarations } = await load(migration)
  if (!down) return undefined
  const path = declarations.transaction === 'off' ? 'stepwise' : (recordedPath ?? 'together')
  return common(migration, { ...unjudged(declarations), rerunnable: false }, undefined, path, { kind: 'function', up: down })
}

/** Returns the reason why the migration is irreversible, if the SQL file or the module declares a reason. */
export async function reasonMigrationIsIrreversible(migration: Migration, load: LoadFunctionMigration): Promise<string | undefined> {
  const { declarations } = migration.body.kind === 'function' ? await load(migration) : migration
  return declarations.irreversible
}

/**
 * Returns the declarations of an undo file that apply to the undo. No policy applies to an undo, so the result contains no
 * exceptions from policies. Of the declarations `despite`, it contains only `despite veiled`, which does not concern a policy.
 */
function unjudged(declarations: FrontMatter): FrontMatter {
  return { ...declarations, effects: [], despite: declarations.despite.filter(({ effect }) => effect === 'veiled') }
}

function bodyOf({ sql, placeholders }: SqlBody, { batch }: FrontMatter, statements: readonly FileStatement[]): MigrationWorkBody {
  if (!batch) return { kind: 'script', statements }
  let end = 0
  return {
    kind: 'batches',
    declared: batch,
    statements: statements.map((statement) => {
      const from = sql.text.indexOf(statement.text, end)
      end = from + statement.text.length
      const inside = (placeholders ?? []).filter((at) => at >= from && at < end).map((at) => at - from)
      return batchStatement(statement, inside, sql.file)
    }),
  }
}

type SqlBody = Extract<Migration['body'], { readonly kind: 'sql' }>

/**
 * Makes a statement of a batch. Throws `batch.statement` if the statement has no placeholder, because such a statement would
 * write all rows in each batch.
 */
function batchStatement(statement: FileStatement, placeholders: readonly number[], file: string): BatchedStatement {
  const { text, line } = statement
  const refuse = (problem: string) => new InterphaseError('batch.statement', { file, line, statement: firstWords(text), problem })
  if (placeholders.length === 0) throw refuse(`the statement does not contain ${BATCH_PLACEHOLDER}`)
  if (statement.manner !== 'atomic') throw refuse('the statement commits implicitly, or cannot run in a transaction')
  const ends = placeholders.map((at) => at + EVERY_ROW_CONDITION.length)
  const parts = [0, ...ends].map((from, index) => text.slice(from, placeholders[index] ?? text.length))
  return { ...statement, parts }
}

function common(
  migration: Migration,
  declarations: FrontMatter,
  pending: SqlText | undefined,
  path: MigrationWork['path'],
  body: MigrationWork['body'],
): MigrationWork {
  return { migration, declarations, path, body, ...(pending ? { pending } : {}) }
}

function refuseControl(statements: readonly FileStatement[], file: string): void {
  const control = statements.find((statement) => statement.manner === 'control')
  if (control) throw new InterphaseError('migration.transaction-control', { file, line: control.line, statement: firstWords(control.text) })
}

function firstWords(text: string): string {
  return text.trim().split(/\s+/).slice(0, 3).join(' ')
}
