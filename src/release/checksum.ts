import { sha256Digest } from '../digest.ts'

/**
 * The texts from which the checksum of a migration is computed: the texts of the migration file, its pending query, its undo file
 * and its imports. Line ends and the byte order mark are already normalised.
 */
export interface MigrationTexts {
  readonly migration: string
  readonly pending?: string
  readonly undo?: string
  readonly imports?: readonly ImportedFile[]
}

/**
 * A file that a function migration imports. The checksum is computed from the text of the file and from its path in the release
 * directory.
 */
export interface ImportedFile {
  readonly file: string
  readonly text: string
}

/**
 * Returns the checksum of a migration as 64 hex digits. The name of the migration's file is not a part of the checksum, so a user
 * can add a dialect tag after the migration was applied.
 */
export function migrationChecksum({ migration, pending, undo, imports = [] }: MigrationTexts): string {
  const parts = ['migration', migration]
  if (pending !== undefined) parts.push('pending', pending)
  if (undo !== undefined) parts.push('undo', undo)
  const sorted = [...imports].sort((a, b) => (a.file < b.file ? -1 : 1))
  return sha256Digest(...parts, ...sorted.flatMap(({ file, text }) => ['import', file, text]))
}

/**
 * Returns the text of a file without the byte order mark and the final newline, and with LF line ends. Editors and git can change
 * these details, so they must not change the checksum.
 */
export function normalizeMigrationFileText(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replace(/\n$/, '')
}
