import { InterphaseError } from '../error.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { DialectName } from '../schema/object.ts'
import { BATCH_PLACEHOLDER, joinWithEveryRowCondition } from './batch.ts'
import { type ChangeFiles, type FileWithParsedName, groupFilesIntoChanges, type MigrationFiles } from './changes.ts'
import { type ImportedFile, migrationChecksum } from './checksum.ts'
import { commentSyntaxFor } from './comment.ts'
import { parseFrontMatter } from './front-matter.ts'
import type { FrontMatter, Migration, MigrationBody, Release, ReleaseChange, SqlText, SquashedReleases, UndoFile } from './migration.ts'
import type { ReleaseJsonContent, SquashedReleasesJson } from './release-json.ts'
import { selectSampleFilesForDialect } from './sample.ts'
import { chooseFileForDialect } from './variant.ts'

/** The files of a release directory. Every path is relative to the project's root. */
export interface ReleaseDirectoryFiles {
  readonly name: string
  readonly directory: string
  readonly migrations: readonly string[]
  readonly rows: readonly string[]
  readonly probes: { readonly old: readonly string[]; readonly new: readonly string[] }
}

/** Reads the files of a release directory. */
export interface ReleaseFileReader {
  /** Returns the normalised text of a migration file. The engine runs this text, and computes the checksum from it. */
  text(file: string): string
  /** Returns the files of the release that a function migration imports, directly or through other files. */
  imports(file: string, directory: string): readonly ImportedFile[]
  /**
   * Splits a SQL text at each placeholder `:batch`, which stands for the rows of one batch. In a string, a comment or a quoted
   * name, `:batch` is no placeholder.
   */
  splitAtBatch(text: string): readonly string[]
  /** Returns the absolute path of a migration file. */
  locate(file: string): string
}

/**
 * Builds a release for one dialect from the files of its directory. Throws an error if a file name, a declaration in a file, or
 * the set of the files is invalid.
 */
export function assembleReleaseFromFiles(
  listing: ReleaseDirectoryFiles,
  about: ReleaseJsonContent,
  dialect: DialectName,
  source: ReleaseFileReader,
): Release {
  const texts = (files: readonly string[]) =>
    selectSampleFilesForDialect(dialect, files).map((file): SqlText => ({ file, text: source.text(file) }))
  const changes = groupFilesIntoChanges(listing.name, listing.migrations).map((change) =>
    assembleChange({ listing, dialect, source }, change),
  )
  return {
    name: listing.name,
    directory: listing.directory,
    ...(about.title !== undefined && { title: about.title }),
    ...(about.why !== undefined && { why: about.why }),
    ...(about.authors && { authors: about.authors }),
    ...(about.history !== undefined && { history: about.history }),
    ...(about.squashed && { squashed: squashedFor(about.squashed, dialect) }),
    changes,
    rows: texts(listing.rows),
    probes: { old: texts(listing.probes.old), new: texts(listing.probes.new) },
  }
}

function squashedFor({ files, releases, ends, paths }: SquashedReleasesJson, dialect: DialectName): SquashedReleases {
  const end = ends[dialect]
  return { files, releases, ...(end && { end }), paths: paths.map((path) => new Map(Object.entries(path[dialect] ?? {}))) }
}

interface ReleaseSources {
  readonly listing: ReleaseDirectoryFiles
  readonly dialect: DialectName
  readonly source: ReleaseFileReader
}

function assembleChange(sources: ReleaseSources, change: ChangeFiles): ReleaseChange {
  const id = `${sources.listing.name}/${change.number}-${change.slug}`
  const migrations = PHASES.flatMap((phase) => {
    const files = change.phases[phase]
    return files ? [[phase, assembleMigration(sources, id, phase, files)] as const] : []
  })
  return { id, number: change.number, slug: change.slug, migrations: Object.fromEntries(migrations) }
}

function assembleMigration(sources: ReleaseSources, change: string, phase: PhaseName, files: MigrationFiles): Migration {
  const id = `${change}.${phase}`
  const main = required(sources.dialect, id, files.migration)
  const text = sources.source.text(main.file)
  const kind = main.extension === 'sql' ? 'sql' : 'function'
  const declarations = parseFrontMatter({ file: main.file, text }, commentSyntaxFor(kind, sources.dialect))
  refuseMisplacedBatch(declarations, main.file, kind, phase)
  const body = bodyOf(sources, main, text, declarations)
  const [pending, undo] = [companion(sources, `${id}.pending`, files.pending), companion(sources, `${id}.undo`, files.undo)]
  const imports = body.kind === 'function' ? sources.source.imports(main.file, sources.listing.directory) : []
  return {
    id,
    change,
    release: sources.listing.name,
    number: main.number,
    slug: main.slug,
    phase,
    file: main.file,
    checksum: migrationChecksum({ migration: text, ...(pending && { pending: pending.text }), ...(undo && { undo: undo.text }), imports }),
    body,
    declarations,
    ...(pending && { pending }),
    ...(undo && { undo: undoOf(undo, sources.dialect) }),
  }
}

function bodyOf(
  { source }: ReleaseSources,
  { file, extension }: FileWithParsedName,
  text: string,
  declarations: FrontMatter,
): MigrationBody {
  if (extension !== 'sql') return { kind: 'function', path: source.locate(file) }
  if (!declarations.batch) {
    refuseUndeclaredPlaceholder(source, file, text)
    return { kind: 'sql', sql: { file, text } }
  }
  const { text: parsed, placeholders } = joinWithEveryRowCondition(source.splitAtBatch(text))
  return { kind: 'sql', sql: { file, text: parsed }, placeholders }
}

/** Throws `batch.declaration` if a SQL file contains the placeholder `:batch`, but does not declare a table. */
function refuseUndeclaredPlaceholder(source: ReleaseFileReader, file: string, text: string): void {
  if (!text.includes(BATCH_PLACEHOLDER)) return
  const [before = '', ...rest] = source.splitAtBatch(text)
  if (rest.length === 0) return
  const problem = 'the file contains :batch, but no line `-- interphase: batch <table>` names the table'
  throw new InterphaseError('batch.declaration', { file, line: before.split('\n').length, problem })
}

function undoOf(undo: SqlText, dialect: DialectName): UndoFile {
  const declarations = parseFrontMatter(undo, commentSyntaxFor('sql', dialect))
  if (declarations.batch) {
    const problem = 'an undo runs in one transaction, so it declares no batch'
    throw new InterphaseError('migration.front-matter', { file: undo.file, line: declarations.batch.line, problem })
  }
  return { ...undo, declarations }
}

/**
 * Throws `migration.front-matter` if a file declares `batch` although it is not a SQL file of a data step, or although it also
 * declares `transaction off`.
 */
function refuseMisplacedBatch({ batch, transaction }: FrontMatter, file: string, kind: MigrationBody['kind'], phase: PhaseName): void {
  if (!batch) return
  const refuse = (problem: string) => new InterphaseError('migration.front-matter', { file, line: batch.line, problem })
  if (phase !== 'migrate') throw refuse(`only a data step runs in batches, and this migration belongs to ${phase}`)
  if (kind === 'function') throw refuse('only a SQL file declares a batch in a comment')
  if (transaction === 'off') throw refuse('each batch runs in a transaction, so the file cannot also declare "transaction off"')
}

// Returns the text of the pending query or the undo file of a migration. Throws `release.dialect-missing` if such a file exists,
// but only for other dialects. Without the error, the migration would silently run without this file.
function companion(sources: ReleaseSources, id: string, files: readonly FileWithParsedName[]): SqlText | undefined {
  if (files.length === 0) return undefined
  const { file } = required(sources.dialect, id, files)
  return { file, text: sources.source.text(file) }
}

function required(dialect: DialectName, migration: string, files: readonly FileWithParsedName[]): FileWithParsedName {
  const found = chooseFileForDialect(dialect, files)
  if (found) return found
  throw new InterphaseError('release.dialect-missing', { migration, dialect, files: files.map(({ file }) => file) })
}
