import type { Dialect, SqlFileReader } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'
import { InterphaseError } from '../error.ts'
import type { RangedCount } from '../plan/ranged-count.ts'
import type { LoadedFunctionMigration } from '../project/modules.ts'
import { BATCH_PLACEHOLDER, EVERY_ROW_CONDITION } from '../release/batch.ts'
import type { DerivedStatements } from '../release/declared.ts'
import type { FrontMatter, Migration, SqlText } from '../release/migration.ts'
import type { SchemaState } from '../schema/state.ts'
import type { BatchedStatement, MigrationWorkBody } from './body.ts'
import { deriveDeclaredWork } from './declared.ts'

/** A migration that is ready to run: its file is split into statements, or its function is loaded. */
export interface MigrationWork {
  readonly migration: Migration
  readonly declarations: FrontMatter
  readonly pending?: SqlText
  readonly path: 'together' | 'stepwise'
  readonly body: MigrationWorkBody
  /** The statements that the engine derived from a declaration. */
  readonly derived?: DerivedStatements
  /** The pending query that the engine derived, for the rows of a range. */
  readonly counted?: RangedCount
}

/** The facts about a migration that its files do not contain. */
export interface MigrationSurroundings {
  /** The schema in which the migration begins. */
  readonly before: SchemaState
  /**
   * Whether a function runs in one transaction or not. Only an execution on a shadow shows this, because DDL in a function commits
   * implicitly on MySQL and MariaDB.
   */
  readonly path?: 'together' | 'stepwise'
}

/** A function that loads the module of a function migration. */
export type LoadFunctionModule = (migration: Migration) => Promise<LoadedFunctionMigration>

/**
 * Reads a migration and decides whether it runs in one transaction. The statements of a declared data step are derived from its
 * declaration.
 */
export async function prepareMigrationWork(
  migration: Migration,
  dialect: Pick<Dialect, 'files' | 'derive' | 'ranges'>,
  load: LoadFunctionModule,
  { before, path }: MigrationSurroundings,
): Promise<MigrationWork> {
  if (migration.body.kind === 'sql')
    return separateLastingWrites(await prepareScriptWork(migration, migration.body, dialect.files), dialect.files, before)
  const { declarations, pending, up, declared } = await load(migration)
  if (declared)
    return {
      migration,
      declarations,
      path: 'together',
      ...(await deriveDeclaredWork(migration, { declared, declarations, ...(pending && { pending }) }, dialect, before)),
    }
  if (!up) throw new InterphaseError('internal', { problem: `${migration.id} has neither a function nor a declaration` })
  return common(migration, declarations, pending, declarations.transaction === 'off' ? 'stepwise' : (path ?? 'together'), {
    kind: 'function',
    up,
  })
}

/** Reads the file of a migration before the schema is known in which the migration begins. Throws the error of an unreadable file. */
export async function readWorkAhead(migration: Migration, files: SqlFileReader, load: LoadFunctionModule): Promise<void> {
  await (migration.body.kind === 'sql' ? prepareScriptWork(migration, migration.body, files) : load(migration))
}

/** Reads a migration that is a SQL file. */
export async function prepareScriptWork(migration: Migration, body: SqlBody, files: SqlFileReader): Promise<MigrationWork> {
  const { declarations, pending } = migration
  const { statements, path } = await files.script(body.sql, declarations.transaction)
  refuseControl(statements, body.sql.file)
  return common(migration, declarations, pending, path, bodyOf(body, declarations, statements))
}

/**
 * Takes the statements that write rows which a rollback does not remove out of the transaction. The ledger then records that such a
 * statement was sent before its first row is written, so that a later run does not write the rows a second time.
 */
async function separateLastingWrites(work: MigrationWork, files: SqlFileReader, before: SchemaState): Promise<MigrationWork> {
  const { body, migration } = work
  if (body.kind !== 'script' && body.kind !== 'batches') return work
  const lasting = await files.writesWithoutRollback(
    body.statements.map(({ text }) => text),
    before,
  )
  const first = body.statements.find((_, index) => lasting[index])
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
    lasting[index] && statement.manner === 'atomic' ? { ...statement, manner: 'bare' as const, lasting: true as const } : statement,
  )
  return { ...work, path: 'stepwise', body: { ...body, statements } }
}

const LASTING =
  'it writes a table whose storage engine has no transactions, so an interrupted batch could write its rows twice. Change the engine to InnoDB before the step runs, or write the step without batches'

/**
 * Reads the undo of a migration: its undo file, or the `down` of its function. Undefined if it has neither. `before` is the schema in
 * which the undo begins. `recordedPath` tells whether the undo ran in one transaction on a shadow.
 */
export async function prepareUndoWork(
  migration: Migration,
  files: SqlFileReader,
  load: LoadFunctionModule,
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

/** Returns the reason why the migration is irreversible, if its file or its function declares one. */
export async function irreversibleReason(migration: Migration, load: LoadFunctionModule): Promise<string | undefined> {
  const { declarations } = migration.body.kind === 'function' ? await load(migration) : migration
  return declarations.irreversible
}

/** Keeps only the declaration `veiled` of an undo file, because no policy applies to an undo. */
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
 * Makes a statement of a batch. Refuses a statement without a placeholder, because it would run once for each batch without being
 * limited to its rows.
 */
function batchStatement(statement: FileStatement, placeholders: readonly number[], file: string): BatchedStatement {
  const { text, line } = statement
  const refuse = (problem: string) => new InterphaseError('batch.statement', { file, line, statement: firstWords(text), problem })
  if (placeholders.length === 0) throw refuse(`it has no placeholder ${BATCH_PLACEHOLDER}`)
  if (statement.manner !== 'atomic') throw refuse('it commits implicitly, or cannot run in a transaction')
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
