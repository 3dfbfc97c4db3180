import { InterphaseError } from '../error.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { DialectName } from '../schema/object.ts'
import { type ChangeFiles, changesOf, type NamedFile, type PhaseFiles } from './changes.ts'
import { checksum, type ImportedFile } from './checksum.ts'
import { styleOf } from './comment.ts'
import { readFrontMatter } from './front-matter.ts'
import type { Change, Migration, MigrationBody, Release, SqlText } from './migration.ts'
import type { ReleaseJson } from './release-json.ts'
import { samplesFor } from './sample.ts'
import { variantFor } from './variant.ts'

/** The files of a release directory. Every path is relative to the project's root. */
export interface ReleaseListing {
  readonly name: string
  readonly directory: string
  readonly migrations: readonly string[]
  readonly rows: readonly string[]
  readonly probes: { readonly old: readonly string[]; readonly new: readonly string[] }
}

/** Reads the files that a release directory contains. */
export interface FileSource {
  /** Returns the normalised text of a file. The checksum covers exactly the text that runs. */
  text(file: string): string
  /** Returns the files of the release that a function migration imports, directly or through other files. */
  imports(file: string, directory: string): readonly ImportedFile[]
  /** Returns the absolute path of a file. */
  locate(file: string): string
}

/** Builds a release for one dialect from the files of its directory. */
export function assembleRelease(listing: ReleaseListing, about: ReleaseJson, dialect: DialectName, source: FileSource): Release {
  const texts = (files: readonly string[]) => samplesFor(dialect, files).map((file): SqlText => ({ file, text: source.text(file) }))
  const changes = changesOf(listing.name, listing.migrations).map((change) => assembleChange({ listing, dialect, source }, change))
  return {
    name: listing.name,
    directory: listing.directory,
    ...(about.title !== undefined && { title: about.title }),
    ...(about.why !== undefined && { why: about.why }),
    ...(about.history !== undefined && { history: about.history }),
    changes,
    rows: texts(listing.rows),
    probes: { old: texts(listing.probes.old), new: texts(listing.probes.new) },
  }
}

interface ReleaseSources {
  readonly listing: ReleaseListing
  readonly dialect: DialectName
  readonly source: FileSource
}

function assembleChange(sources: ReleaseSources, change: ChangeFiles): Change {
  const id = `${sources.listing.name}/${change.number}-${change.slug}`
  const migrations = PHASES.flatMap((phase) => {
    const files = change.phases[phase]
    return files ? [[phase, assembleMigration(sources, id, phase, files)] as const] : []
  })
  return { id, number: change.number, slug: change.slug, migrations: Object.fromEntries(migrations) }
}

function assembleMigration(sources: ReleaseSources, change: string, phase: PhaseName, files: PhaseFiles): Migration {
  const id = `${change}.${phase}`
  const main = required(sources.dialect, id, files.migration)
  const body = bodyOf(sources, main)
  const text = body.kind === 'sql' ? body.sql.text : sources.source.text(main.file)
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
    checksum: checksum({ migration: text, ...(pending && { pending: pending.text }), ...(undo && { undo: undo.text }), imports }),
    body,
    says: readFrontMatter({ file: main.file, text }, styleOf(body.kind, sources.dialect)),
    ...(pending && { pending }),
    ...(undo && { undo: { ...undo, says: readFrontMatter(undo, styleOf('sql', sources.dialect)) } }),
  }
}

function bodyOf({ source }: ReleaseSources, { file, extension }: NamedFile): MigrationBody {
  if (extension === 'sql') return { kind: 'sql', sql: { file, text: source.text(file) } }
  return { kind: 'function', path: source.locate(file) }
}

// Finds the pending query or the undo file of a migration. A pending query for only one dialect is refused, because the other
// dialects would lack this gate.
function companion(sources: ReleaseSources, id: string, files: readonly NamedFile[]): SqlText | undefined {
  if (files.length === 0) return undefined
  const { file } = required(sources.dialect, id, files)
  return { file, text: sources.source.text(file) }
}

function required(dialect: DialectName, migration: string, files: readonly NamedFile[]): NamedFile {
  const found = variantFor(dialect, files)
  if (found) return found
  throw new InterphaseError('release.dialect-missing', { migration, dialect, files: files.map(({ file }) => file) })
}
