import { InterphaseError } from '../error.ts'
import { isPhaseName, PHASES, type PhaseName } from '../phase/phase.ts'
import { DIALECTS, type DialectName } from '../schema/object.ts'

/** The parts of a migration's file name, such as `010-widget-timestamp.migrate.pending.mysql.sql`. */
export interface MigrationFileName {
  readonly number: string
  readonly slug: string
  readonly phase: PhaseName
  readonly role: MigrationFilePurpose
  /**
   * The dialect for which the engine uses the file. The field is absent if the engine uses the file for every dialect without a
   * file of its own.
   */
  readonly dialect?: DialectName
  readonly extension: MigrationFileExtension
}

/**
 * The purpose of a migration file. 'migration' is the migration itself. A file with a pending query ('pending') or an undo
 * ('undo') belongs to a migration.
 */
export type MigrationFilePurpose = 'migration' | 'pending' | 'undo'

export const MIGRATION_FILE_EXTENSIONS = ['sql', 'ts', 'mts', 'js', 'mjs', 'cjs'] as const
export type MigrationFileExtension = (typeof MIGRATION_FILE_EXTENSIONS)[number]

/** The phase of data steps. Only a data step can have a pending query. */
const DATA_STEP: PhaseName = 'migrate'

/**
 * Parses `<number>-<slug>.<phase>[.pending|.undo][.<dialect>].<extension>` from a path or a file name. Throws `release.bad-name`,
 * `release.unknown-phase` or `release.unknown-dialect`.
 */
export function parseMigrationFileName(file: string): MigrationFileName {
  const parts = fileNameOfPath(file).split('.')
  const head = readHead(file, parts[0] ?? '')
  const extension = readExtension(file, parts)
  const [phase, ...tags] = parts.slice(1, -1)
  if (phase === undefined) throw badName(file, 'the name has no phase')
  if (!isPhaseName(phase)) throw new InterphaseError('release.unknown-phase', { file, phase, known: PHASES })
  const { role, dialect } = readTags(file, tags)
  if (role !== 'migration' && extension !== 'sql') throw badName(file, `a file with .${role} must be SQL`)
  if (role === 'pending' && phase !== DATA_STEP) throw badName(file, `only a data step (.${DATA_STEP}) can have a pending query`)
  return { ...head, phase, role, ...(dialect && { dialect }), extension }
}

/** Returns the file name that consists of the given parts. `parseMigrationFileName` parses the file name into the same parts. */
export function formatMigrationFileName({ number, slug, phase, role, dialect, extension }: MigrationFileName): string {
  return [`${number}-${slug}`, phase, ...(role === 'migration' ? [] : [role]), ...(dialect ? [dialect] : []), extension].join('.')
}

/** Returns true if the word is the name of a dialect. */
export function isDialectName(word: string): word is DialectName {
  return (DIALECTS as readonly string[]).includes(word)
}

/** Returns the part of a path after the last forward slash. */
export function fileNameOfPath(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

function readHead(file: string, head: string): { readonly number: string; readonly slug: string } {
  const [, number, slug] = /^(\d+)-([A-Za-z0-9][A-Za-z0-9_-]*)$/.exec(head) ?? []
  if (number !== undefined && slug !== undefined) return { number, slug }
  throw badName(file, 'the name does not begin with a number, a dash and a slug of letters, digits, - and _')
}

function readExtension(file: string, parts: readonly string[]): MigrationFileExtension {
  const found = parts.length > 1 ? parts.at(-1) : undefined
  const extension = MIGRATION_FILE_EXTENSIONS.find((known) => known === found)
  if (extension) return extension
  throw badName(
    file,
    found ? `".${found}" is not one of ${MIGRATION_FILE_EXTENSIONS.map((known) => `.${known}`).join(', ')}` : 'the name has no extension',
  )
}

function readTags(file: string, tags: readonly string[]): { readonly role: MigrationFilePurpose; readonly dialect?: DialectName } {
  const [first, ...others] = tags
  const role = first === 'pending' || first === 'undo' ? first : 'migration'
  const [dialect, ...rest] = role === 'migration' ? tags : others
  if (dialect === undefined) return { role }
  if (!isDialectName(dialect)) throw new InterphaseError('release.unknown-dialect', { file, dialect, known: DIALECTS })
  // The dialect must be the last tag of a file name. If the tags could have any order, two files could both be the pending query of
  // one migration for the same dialect.
  if (rest[0] === 'pending' || rest[0] === 'undo') throw badName(file, `the dialect must come last: .${rest[0]}.${dialect}`)
  if (rest.length > 0) throw badName(file, `"${rest.join('.')}" is not expected in the name`)
  return { role, dialect }
}

function badName(file: string, problem: string): InterphaseError {
  return new InterphaseError('release.bad-name', { file, problem })
}
