import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorMessageOf, InterphaseError } from '../../error.ts'
import { findExportedMigration } from '../../project/exported.ts'
import { loadProjectModule } from '../../project/loader.ts'
import { makeFunctionArgument } from '../../project/modules.ts'
import { isDefinedMigration } from '../../release/authoring.ts'
import type { SqlText } from '../../release/migration.ts'
import { executeSqlFile, runWithSession } from '../../shadow/boundary.ts'
import type { ShadowServer } from '../../shadow/shadow-server.ts'
import { throwIfStopped } from '../../work/stop.ts'
import { listOldMigrations, type OldMigrationFile } from './old-files.ts'
import { type OldSequelize, openOldSequelize } from './old-sequelize.ts'
import { writeHistoryFile } from './sent-sql.ts'

/** The old migrations to import, and the release that they become. */
export interface SequelizeImportOptions {
  /** The directory of the old migrations. */
  readonly from: string
  /** The name of the release of history. */
  readonly release: string
  /** The reason that `release.json` gives for the history. */
  readonly because: string
  /** The names of files that are left out. */
  readonly skip: readonly string[]
}

/** The file that an old migration became. */
export interface ImportedMigration {
  readonly from: string
  readonly file: string
  /** The number of statements. 0 if the migration changed nothing on an empty database. */
  readonly statements: number
}

/** The release that the old migrations become, unless the user names another. */
export const DEFAULT_HISTORY_RELEASE = '00-history'

/** The table in which sequelize-cli and umzug keep the names of the files that ran. */
export const IMPORTED_LEDGER_TABLE = 'SequelizeMeta'

const SCRATCH_DATABASE = 'import'

/**
 * Runs the old migrations in order on a scratch database, with the Sequelize of their project, and writes the SQL that each of them sent
 * into a release of history. Throws `import.failed` for a migration that fails. Writes all files or none.
 */
export async function importSequelizeMigrations(
  { server, dialect, signal }: ShadowServer,
  { root, releases, setup }: { readonly root: string; readonly releases: string; readonly setup: SqlText | undefined },
  { from, release, because, skip }: SequelizeImportOptions,
): Promise<readonly ImportedMigration[]> {
  const old = listOldMigrations(resolve(from), skip)
  const directory = `${releases}/${release}`
  const json = `${directory}/release.json`
  const files = old.map(({ change }) => `${directory}/${change}.expand.${dialect.name}.sql`)
  const there = files.filter((file) => existsSync(join(root, file)))
  if (there.length > 0) throw new InterphaseError('file.exists', { files: there })
  const target = await server.create(SCRATCH_DATABASE)
  if (setup) await runWithSession(dialect, target, (session) => executeSqlFile(session, dialect, setup, 'record.rows', 'setup'))
  const sequelize = await openOldSequelize(resolve(from), target.url, dialect.name)
  const texts: (readonly string[])[] = []
  try {
    for (const file of old) {
      throwIfStopped(signal, file.name)
      texts.push(await runOldMigration(sequelize, file))
    }
  } finally {
    await sequelize.close()
    await server.drop(SCRATCH_DATABASE)
  }
  mkdirSync(join(root, directory), { recursive: true })
  if (!existsSync(join(root, json))) writeFileSync(join(root, json), `${JSON.stringify({ history: because }, null, 2)}\n`)
  return old.map(({ name }, index) => {
    const statements = texts[index] ?? []
    const file = files[index] ?? ''
    writeFileSync(join(root, file), writeHistoryFile(name, statements, dialect.name !== 'postgres'))
    return { from: name, file, statements: statements.length }
  })
}

async function runOldMigration(sequelize: OldSequelize, { name, path }: OldMigrationFile): Promise<readonly string[]> {
  const { queryInterface, Sequelize } = sequelize
  const failed = (problem: string, cause?: unknown) => new InterphaseError('import.failed', { file: path, name, problem }, { cause })
  const exported = await loadProjectModule(path)
    .then((module) => findExportedMigration(module, isDefinedMigration))
    .catch((error: unknown) => {
      throw failed(errorMessageOf(error), error)
    })
  if ('problem' in exported) throw failed(exported.problem)
  if ('authored' in exported) throw failed('the file is a migration of interphase')
  const { methods } = exported
  try {
    await methods.up.call(methods, makeFunctionArgument({ queryInterface, Sequelize }, { name, path }), Sequelize)
    return await sequelize.take()
  } catch (error) {
    throw failed(errorMessageOf(error), error)
  }
}
