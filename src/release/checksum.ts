import { digest } from '../digest.ts'

/** Everything a migration is made of, each text normalised. */
export interface Ingredients {
  readonly migration: string
  readonly pending?: string
  readonly undo?: string
  readonly imports?: readonly Imported[]
}

/** A file that a function migration imports. Its path, from the release directory, counts with its text. */
export interface Imported {
  readonly file: string
  readonly text: string
}

/** 64 hex digits. The name of a file is no part of it, so that a dialect tag can be added to a file that was applied. */
export function checksum({ migration, pending, undo, imports = [] }: Ingredients): string {
  const parts = ['migration', migration]
  if (pending !== undefined) parts.push('pending', pending)
  if (undo !== undefined) parts.push('undo', undo)
  const sorted = [...imports].sort((a, b) => (a.file < b.file ? -1 : 1))
  return digest(...parts, ...sorted.flatMap(({ file, text }) => ['import', file, text]))
}

/** Takes away what editors and git change by themselves: BOM, CRLF, the final newline, and nothing else. */
export function normalise(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replace(/\n$/, '')
}
