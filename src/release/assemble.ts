import { InterphaseError } from '../error.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { DialectName } from '../schema/object.ts'
import { type ChangeFiles, changesOf, type NamedFile, type PhaseFiles } from './changes.ts'
import { checksum, type Imported } from './checksum.ts'
import { styleOf } from './comment.ts'
import { readFrontMatter } from './front-matter.ts'
import type { Body, Change, Migration, Release, SqlText } from './migration.ts'
import type { AboutRelease } from './release-json.ts'
import { samplesFor } from './sample.ts'
import { variantFor } from './variant.ts'

/** A release directory as it was listed, every path from the project's root. */
export interface Listing {
  readonly name: string
  readonly directory: string
  readonly migrations: readonly string[]
  readonly rows: readonly string[]
  readonly probes: { readonly old: readonly string[]; readonly new: readonly string[] }
}

/** Whoever can read the files of a listing. */
export interface Shelf {
  /** The text, normalised: what is summed is what is run. */
  text(file: string): string
  /** What a function migration imports of its release directory, and what that imports in turn. */
  imports(file: string, directory: string): readonly Imported[]
  /** Where the machine finds the file. */
  locate(file: string): string
}

/** The release as it is for one dialect. */
export function assembleRelease(listing: Listing, about: AboutRelease, dialect: DialectName, shelf: Shelf): Release {
  const texts = (files: readonly string[]) => samplesFor(dialect, files).map((file): SqlText => ({ file, text: shelf.text(file) }))
  const changes = changesOf(listing.name, listing.migrations).map((change) => assembleChange({ listing, dialect, shelf }, change))
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

interface Desk {
  readonly listing: Listing
  readonly dialect: DialectName
  readonly shelf: Shelf
}

function assembleChange(desk: Desk, change: ChangeFiles): Change {
  const id = `${desk.listing.name}/${change.number}-${change.slug}`
  const migrations = PHASES.flatMap((phase) => {
    const files = change.phases[phase]
    return files ? [[phase, assembleMigration(desk, id, phase, files)] as const] : []
  })
  return { id, number: change.number, slug: change.slug, migrations: Object.fromEntries(migrations) }
}

function assembleMigration(desk: Desk, change: string, phase: PhaseName, files: PhaseFiles): Migration {
  const id = `${change}.${phase}`
  const main = required(desk.dialect, id, files.migration)
  const body = bodyOf(desk, main)
  const text = body.kind === 'sql' ? body.sql.text : desk.shelf.text(main.file)
  const [pending, undo] = [companion(desk, `${id}.pending`, files.pending), companion(desk, `${id}.undo`, files.undo)]
  const imports = body.kind === 'function' ? desk.shelf.imports(main.file, desk.listing.directory) : []
  return {
    id,
    change,
    release: desk.listing.name,
    number: main.number,
    slug: main.slug,
    phase,
    file: main.file,
    checksum: checksum({ migration: text, ...(pending && { pending: pending.text }), ...(undo && { undo: undo.text }), imports }),
    body,
    says: readFrontMatter({ file: main.file, text }, styleOf(body.kind, desk.dialect)),
    ...(pending && { pending }),
    ...(undo && { undo: { ...undo, says: readFrontMatter(undo, styleOf('sql', desk.dialect)) } }),
  }
}

function bodyOf({ shelf }: Desk, { file, extension }: NamedFile): Body {
  if (extension === 'sql') return { kind: 'sql', sql: { file, text: shelf.text(file) } }
  return { kind: 'function', path: shelf.locate(file) }
}

// A pending query that one dialect alone has would leave the other without its gate, unnoticed.
function companion(desk: Desk, id: string, files: readonly NamedFile[]): SqlText | undefined {
  if (files.length === 0) return undefined
  const { file } = required(desk.dialect, id, files)
  return { file, text: desk.shelf.text(file) }
}

function required(dialect: DialectName, migration: string, files: readonly NamedFile[]): NamedFile {
  const found = variantFor(dialect, files)
  if (found) return found
  throw new InterphaseError('release.dialect-missing', { migration, dialect, files: files.map(({ file }) => file) })
}
