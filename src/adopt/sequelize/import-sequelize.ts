import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorMessageOf, InterphaseError, isError } from '../../error.ts'
import { runMigrationCode } from '../../migration-code.ts'
import { findExportedMigration } from '../../project/exported.ts'
import { loadProjectModule } from '../../project/loader.ts'
import { makeMigrationFunctionArgument } from '../../project/modules.ts'
import { isDefinedMigration } from '../../release/authoring.ts'
import type { SqlText } from '../../release/migration.ts'
import { executeSqlFile, runWithDatabaseSession } from '../../shadow/boundary.ts'
import type { ShadowServerContext } from '../../shadow/shadow-server.ts'
import { throwIfRunMustStop } from '../../work/stop.ts'
import { compareImportedSqlWithOldMigrations } from './compare-history.ts'
import { runOldMigrationGuarded } from './guarded-run.ts'
import { formatImportedMigrationFile } from './history-file.ts'
import { listOldMigrations, type OldMigrationFile } from './old-files.ts'
import { type OldSequelize, openOldSequelize } from './old-sequelize.ts'

/** The old migrations that the command imports, and the release that they become. */
export interface SequelizeImportOptions {
  /** The directory that contains the old migrations. */
  readonly from: string
  /** The name of the new release, which will contain the imported SQL. */
  readonly release: string
  /**
   * The reason why the imported release is history, which means that its migrations ran before the project had phases. The file
   * `release.json` stores the reason in the field `history`.
   */
  readonly because: string
  /** The names of old migration files that the command does not import. */
  readonly skip: readonly string[]
}

/** The file of the new release into which an old migration was imported. */
export interface ImportedMigration {
  readonly from: string
  readonly file: string
  /** The number of statements of an old migration. The number is 0 if the migration changed nothing on an empty database. */
  readonly statements: number
}

/** The file of the new release into which an old migration is imported, with its text. */
export interface TranslatedOldMigration extends ImportedMigration {
  readonly text: string
}

/** The directory of the releases of a project. */
interface ReleasesOfProject {
  readonly root: string
  readonly releases: string
}

/** The default name of the release into which old migrations are imported. */
export const DEFAULT_IMPORT_RELEASE_NAME = '00-history'

/** The table in which sequelize-cli and umzug store the names of the migration files that ran. */
export const SEQUELIZE_LEDGER_TABLE_NAME = 'SequelizeMeta'

const SCRATCH_DATABASE = 'import'

/**
 * Runs the old migrations in order on a scratch database, with the Sequelize of their project. Returns one file for each
 * migration, with the SQL that the migration sent. The function writes no file. Throws `import.failed` if a migration fails,
 * `import.differs` if the SQL creates another schema or another number of rows, and other errors `import.…` if a migration cannot
 * be run.
 */
export async function runAndTranslateSequelizeMigrations(
  shadows: ShadowServerContext,
  { root, releases, setup }: ReleasesOfProject & { readonly setup: SqlText | undefined },
  { from, release, skip }: SequelizeImportOptions,
): Promise<readonly TranslatedOldMigration[]> {
  const { server, dialect } = shadows
  const old = listOldMigrations(resolve(from), skip)
  const directory = `${releases}/${release}`
  const files = old.map(({ change }) => `${directory}/${change}.expand.${dialect.name}.sql`)
  const there = files.filter((file) => existsSync(join(root, file)))
  if (there.length > 0) throw new InterphaseError('file.exists', { files: there })
  const target = await server.create(SCRATCH_DATABASE)
  try {
    if (setup) await runWithDatabaseSession(dialect, target, (session) => executeSqlFile(session, dialect, setup, 'record.rows', 'setup'))
    const statements = await runOldMigrations(shadows, resolve(from), target.url, old)
    const translated = old.map(({ name: oldName }, index) => ({
      from: oldName,
      file: files[index] ?? '',
      statements: statements[index]?.length ?? 0,
      text: formatImportedMigrationFile(oldName, statements[index] ?? [], dialect.name !== 'postgres'),
    }))
    await compareImportedSqlWithOldMigrations(shadows, SCRATCH_DATABASE, setup, translated)
    return translated
  } finally {
    await server.drop(SCRATCH_DATABASE)
  }
}

/**
 * Writes the imported files, and a `release.json` with the field `history` if the release has none. Returns the SQL files that
 * the function wrote.
 */
export function writeImportedRelease(
  { root, releases }: ReleasesOfProject,
  { release, because }: SequelizeImportOptions,
  translated: readonly TranslatedOldMigration[],
): readonly ImportedMigration[] {
  const json = join(root, releases, release, 'release.json')
  mkdirSync(join(root, releases, release), { recursive: true })
  if (!existsSync(json)) writeFileSync(json, `${JSON.stringify({ history: because }, null, 2)}\n`)
  return translated.map(({ text, ...imported }) => {
    writeFileSync(join(root, imported.file), text)
    return imported
  })
}

/** Runs the old migrations in order. Returns one list for each migration, with the statements that the migration sent. */
async function runOldMigrations(
  { dialect, signal }: Pick<ShadowServerContext, 'dialect' | 'signal'>,
  directory: string,
  url: string,
  old: readonly OldMigrationFile[],
): Promise<readonly (readonly string[])[]> {
  const sequelize = await openOldSequelize(directory, url, dialect.name)
  const statements: (readonly string[])[] = []
  try {
    for (const file of old) {
      throwIfRunMustStop(signal, file.name)
      statements.push(await runOldMigration(sequelize, file))
    }
    return statements
  } finally {
    await sequelize.close()
  }
}

async function runOldMigration(sequelize: OldSequelize, { name, path }: OldMigrationFile): Promise<readonly string[]> {
  const { queryInterface, Sequelize } = sequelize
  const failed = (problem: string, cause?: unknown) => new InterphaseError('import.failed', { file: path, name, problem }, { cause })
  const run = async () => {
    const exported = await findExportedMigration(await runMigrationCode(() => loadProjectModule(path)), isDefinedMigration)
    if ('problem' in exported) throw failed(exported.problem)
    if ('authored' in exported) throw failed('the file is a migration of interphase')
    const { methods } = exported
    await methods.up.call(methods, makeMigrationFunctionArgument({ queryInterface, Sequelize }, { name, path }), Sequelize)
    return sequelize.take()
  }
  try {
    return await runOldMigrationGuarded(run, (action) => new InterphaseError('import.process', { file: path, name, action }))
  } catch (error) {
    throw isError(error, 'import.failed') || isError(error, 'import.process') ? error : failed(errorMessageOf(error), error)
  }
}
