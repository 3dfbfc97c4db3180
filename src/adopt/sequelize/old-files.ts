import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessageOf, InterphaseError } from '../../error.ts'

/** An old migration of sequelize-cli or umzug. */
export interface OldMigrationFile {
  /** The name of the file, as the table `SequelizeMeta` contains it. */
  readonly name: string
  readonly path: string
  /** The number and slug of the migration in the new release, such as `20240101-create-user`. */
  readonly change: string
}

const MIGRATION_FILE = /\.(?:js|cjs|mjs|ts|cts|mts)$/

/** Matches code that loads a database driver. The engine could not record the statements that such code sends. */
const LOADS_DRIVER = /(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s*\(?\s*)(['"])(?:pg|pg-promise|mysql|mysql2|mysql2\/promise|mariadb|knex)\1/

/**
 * Lists the old migrations of a directory in the order of their names. The old tool runs them in this order. Throws
 * `import.no-files` if the directory has no migrations, and `import.process` for a file that loads a database driver.
 */
export function listOldMigrations(directory: string, skip: readonly string[]): readonly OldMigrationFile[] {
  const names = filesIn(directory).filter((name) => !skip.includes(name))
  if (names.length === 0) throw new InterphaseError('import.no-files', { directory, problem: 'the directory contains no .js or .ts file' })
  const changes = changesFor(names)
  return names.map((name, index) => {
    const path = join(directory, name)
    if (LOADS_DRIVER.test(readFileSync(path, 'utf8')))
      throw new InterphaseError('import.process', { file: path, name, action: 'opens its own connection to the database' })
    return { name, path, change: changes[index] ?? '' }
  })
}

function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => MIGRATION_FILE.test(name) && !/\.d\.[cm]?ts$/.test(name))
      .sort()
  } catch (error) {
    throw new InterphaseError('import.no-files', { directory, problem: errorMessageOf(error) }, { cause: error })
  }
}

/**
 * Returns the number and slug of the new migration for each old file. The new migrations have the numbers of the old file names.
 * If an old name has no number, or if the numbers do not increase, the new migrations are numbered 1, 2, 3 and so on.
 */
function changesFor(names: readonly string[]): readonly string[] {
  const read = names.map((name) => /^([\d.T_-]*\d)[-_.](.+)\.[cm]?[jt]s$/.exec(name))
  const numbers = read.map((match) => match?.[1]?.replaceAll(/\D/g, '') ?? '')
  const usable = numbers.every((number, index) => number !== '' && (index === 0 || BigInt(number) > BigInt(numbers[index - 1] ?? '0')))
  const width = String(names.length).length + 1
  return names.map((name, index) => {
    const slug = ((usable ? read[index]?.[2] : undefined) ?? name.replace(MIGRATION_FILE, ''))
      .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^[-_]+/, '')
    return `${usable ? numbers[index] : String(index + 1).padStart(width, '0')}-${slug === '' ? 'migration' : slug}`
  })
}
