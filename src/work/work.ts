import type { FileReader } from '../dialect/dialect.ts'
import type { Statement } from '../dialect/statement.ts'
import { InterphaseError } from '../error.ts'
import type { FunctionMigration } from '../project/modules.ts'
import type { FrontMatter, Migration, SqlText } from '../release/migration.ts'
import type { Body } from './body.ts'

/** A migration with everything that running it needs: read, split and loaded. */
export interface Work {
  readonly migration: Migration
  readonly says: FrontMatter
  readonly pending?: SqlText
  readonly path: 'together' | 'stepwise'
  readonly body: Body
}

export type LoadFunction = (migration: Migration) => Promise<FunctionMigration>

/**
 * Reads a migration. A function's path is known only once it has run on a shadow (`recordedPath`): on MySQL and MariaDB a
 * function that changes the schema commits on its way.
 */
export async function prepare(
  migration: Migration,
  files: FileReader,
  load: LoadFunction,
  recordedPath?: 'together' | 'stepwise',
): Promise<Work> {
  if (migration.body.kind === 'sql') {
    const script = await files.script(migration.body.sql, migration.says.transaction)
    refuseControl(script.statements, migration.body.sql.file)
    return common(migration, migration.says, migration.pending, script.path, { kind: 'script', statements: script.statements })
  }
  const loaded = await load(migration)
  const path = loaded.says.transaction === 'off' ? 'stepwise' : (recordedPath ?? 'together')
  return common(migration, loaded.says, loaded.pending, path, { kind: 'function', up: loaded.up })
}

/**
 * Reads what takes a migration back, its undo file or its function's `down`, as if it were a migration; undefined where it
 * has neither. `recordedPath` is that of the undo.
 */
export async function prepareUndo(
  migration: Migration,
  files: FileReader,
  load: LoadFunction,
  recordedPath?: 'together' | 'stepwise',
): Promise<Work | undefined> {
  const { undo } = migration
  if (undo) {
    const { says } = undo
    const script = await files.script(undo, says.transaction)
    refuseControl(script.statements, undo.file)
    const body: Body = { kind: 'script', statements: script.statements }
    return common({ ...migration, file: undo.file }, unjudged(says), undefined, script.path, body)
  }
  if (migration.body.kind !== 'function') return undefined
  const { down, says } = await load(migration)
  if (!down) return undefined
  const path = says.transaction === 'off' ? 'stepwise' : (recordedPath ?? 'together')
  return common(migration, { ...unjudged(says), rerunnable: false }, undefined, path, { kind: 'function', up: down })
}

/** Why nothing takes the migration back, where its file or its definition says so. */
export async function irreversible(migration: Migration, load: LoadFunction): Promise<string | undefined> {
  const { says } = migration.body.kind === 'function' ? await load(migration) : migration
  return says.irreversible
}

/** No policy judges an undo. What it declares of itself is only that nobody can read before what it executes. */
function unjudged(says: FrontMatter): FrontMatter {
  return { ...says, effects: [], despite: says.despite.filter(({ effect }) => effect === 'veiled') }
}

function common(migration: Migration, says: FrontMatter, pending: SqlText | undefined, path: Work['path'], body: Work['body']): Work {
  return { migration, says, path, body, ...(pending ? { pending } : {}) }
}

function refuseControl(statements: readonly Statement[], file: string): void {
  const control = statements.find((statement) => statement.manner === 'control')
  if (control) throw new InterphaseError('migration.transaction-control', { file, line: control.line, statement: firstWords(control.text) })
}

function firstWords(text: string): string {
  return text.trim().split(/\s+/).slice(0, 3).join(' ')
}
