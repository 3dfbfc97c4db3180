import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { splitMysqlAtBatchPlaceholder as splitMysqlAtBatch } from '../dialects/mysql/text/batch.ts'
import { splitPostgresAtBatchPlaceholder as splitPostgresAtBatch } from '../dialects/postgres/text/batch.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { assembleReleaseFromFiles, type ReleaseFileReader } from '../release/assemble.ts'
import { sortReleasesIntoChain } from '../release/chain.ts'
import type { ReleaseChain, SqlText } from '../release/migration.ts'
import { parseReleaseJson, type ReleaseJsonContent } from '../release/release-json.ts'
import { chooseFileForDialect } from '../release/variant.ts'
import { DIALECTS, type DialectName } from '../schema/object.ts'
import type { ProjectConfig } from './config.ts'
import { type ImportCache, readMigrationImports } from './imports.ts'
import { blankServerStatements, type LeftOutLegacyStatement } from './legacy-text.ts'
import { type ListedReleaseDirectory, listReleaseDirectories } from './listing.ts'
import { readTextFile } from './text.ts'

/** The options for reading the releases of a project or of a base. */
export interface ReleaseReadingOptions {
  /** A function that receives each problem of an import. Without such a function, one error contains all problems. */
  readonly onImport?: (problem: InterphaseError) => void
  /**
   * A function that receives the statements of a legacy script that the engine does not execute. The field is present only for
   * legacy scripts.
   */
  readonly leftOut?: (file: string, statements: readonly LeftOutLegacyStatement[]) => void
}

/**
 * Reads the releases of a project for one dialect, without executing any code of the project. Throws one error with all import
 * problems. If `onImport` is given, it receives each problem instead, and the returned chain does not contain the imported files
 * that have a problem.
 */
export function readReleaseChain(
  { root, releases }: Pick<ProjectConfig, 'root' | 'releases'>,
  dialect: DialectName,
  { onImport, leftOut }: ReleaseReadingOptions = {},
): ReleaseChain {
  const listed = listReleaseDirectories(root, releases).map((listing) => ({ listing, name: listing.name, about: aboutOf(root, listing) }))
  const links = sortReleasesIntoChain(
    listed.map((release) => ({ ...release, ...(release.about.after !== undefined && { after: release.about.after }) })),
  )
  const cache: ImportCache = new Map()
  const setup = readSetup(root, dialect)
  const problems: InterphaseError[] = []
  const tell = onImport ?? ((problem: InterphaseError) => void problems.push(problem))
  const chain = {
    dialect,
    releases: links.map(({ listing, about }) =>
      assembleReleaseFromFiles(listing, about, dialect, fileSourceOf({ root, dialect, ...(leftOut && { leftOut }) }, listing, cache, tell)),
    ),
    ...(setup && { setup }),
  }
  const misplaced = links.slice(1).find(({ about }) => about.squashed)
  if (misplaced) {
    const file = `${misplaced.listing.directory}/release.json`
    throw new InterphaseError('release.invalid-json', { file, problem: 'squashed: only the first release can replace others' })
  }
  const [first, ...more] = problems
  if (first && more.length === 0) throw first
  if (first) throw new InterphaseError('migration.imports', { problems: problems.map(errorMessageOf) })
  return chain
}

function aboutOf(root: string, { about, directory }: ListedReleaseDirectory): ReleaseJsonContent {
  return about === undefined ? {} : parseReleaseJson(about, textOf(root, about, directory))
}

/**
 * Reads the set-up file for shadow servers: `shadow.setup[.<dialect>].sql` in the project's root. Returns undefined if the file
 * does not exist.
 */
function readSetup(root: string, dialect: DialectName): SqlText | undefined {
  const tags = [{}, ...DIALECTS.map((tag) => ({ dialect: tag }))]
  const files = tags.map((tag) => ({ ...tag, file: ['shadow.setup', ...Object.values(tag), 'sql'].join('.') }))
  const found = chooseFileForDialect<{ readonly dialect?: DialectName; readonly file: string }>(
    dialect,
    files.filter(({ file }) => existsSync(join(root, file))),
  )
  return found && { file: found.file, text: filledText(root, found.file, '.') }
}

function fileSourceOf(
  { root, dialect, leftOut }: { readonly root: string; readonly dialect: DialectName } & Pick<ReleaseReadingOptions, 'leftOut'>,
  { name, directory }: ListedReleaseDirectory,
  cache: ImportCache,
  tell: (problem: InterphaseError) => void,
): ReleaseFileReader {
  const locate = (file: string) => join(root, file)
  return {
    text: (file) => {
      const text = filledText(root, file, directory)
      if (!leftOut || !file.endsWith('.sql')) return text
      const legacy = blankServerStatements(text, dialect)
      if (legacy.leftOut.length > 0) leftOut(file, legacy.leftOut)
      return legacy.text
    },
    imports: (file) => {
      const { imported, problems } = readMigrationImports(
        { file: locate(file), name: file, directory: locate(directory), release: name },
        cache,
      )
      for (const problem of problems) tell(problem)
      return imported
    },
    splitAtBatch: SPLIT[dialect],
    locate,
  }
}

// The functions that split a migration file at its placeholders `:batch`. Their modules load neither a driver nor a grammar, so
// every command can load the modules quickly.
const SPLIT = { postgres: splitPostgresAtBatch, mysql: splitMysqlAtBatch, mariadb: splitMysqlAtBatch } as const

/**
 * Returns the text of a migration file. Throws `migration.empty` for a file without text, because such a file is usually the
 * result of a failed dump.
 */
function filledText(root: string, file: string, directory: string): string {
  const text = textOf(root, file, directory)
  if (text.trim() === '') throw new InterphaseError('migration.empty', { file })
  return text
}

function textOf(root: string, file: string, directory: string): string {
  return readTextFile(join(root, file), (problem, cause) => {
    throw new InterphaseError('release.unreadable', { directory, problem: `${file}: ${problem}` }, { cause })
  })
}
