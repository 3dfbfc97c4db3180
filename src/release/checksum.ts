import { sha256Digest } from '../digest.ts'

/** The normalised texts of which a migration consists. */
export interface MigrationTexts {
  readonly migration: string
  readonly pending?: string
  readonly undo?: string
  readonly imports?: readonly ImportedFile[]
}

/** A file that a function migration imports. The checksum covers its text and its path from the release directory. */
export interface ImportedFile {
  readonly file: string
  readonly text: string
}

/**
 * Computes the checksum of a migration as 64 hex digits. It does not cover the name of the migration's file, so a dialect tag can be
 * added after the migration was applied.
 */
export function migrationChecksum({ migration, pending, undo, imports = [] }: MigrationTexts): string {
  const parts = ['migration', migration]
  if (pending !== undefined) parts.push('pending', pending)
  if (undo !== undefined) parts.push('undo', undo)
  const sorted = [...imports].sort((a, b) => (a.file < b.file ? -1 : 1))
  return sha256Digest(...parts, ...sorted.flatMap(({ file, text }) => ['import', file, text]))
}

/** Removes only the differences that editors and git make: the byte order mark, CRLF and the final newline. */
export function normalizeText(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replace(/\n$/, '')
}
