import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { errorMessageOf } from '../error.ts'
import { normalizeMigrationFileText } from '../release/checksum.ts'

/**
 * Returns the text of a file with normalised line ends. If the file cannot be read, is not UTF-8, or is XML, throws the error
 * that `refuse` makes.
 */
export function readTextFile(path: string, refuse: (problem: string, cause?: unknown) => Error): string {
  const text = attempt(() => readFileSync(path, 'utf8'), refuse)
  // The decoder replaces invalid bytes, so two different files would get the same checksum. A search for the replacement
  // character is the fastest test for invalid bytes.
  if (text.includes(REPLACEMENT))
    refuseInvalid(
      attempt(() => readFileSync(path), refuse),
      refuse,
    )
  const wrongFormat = formatOf(text)
  if (wrongFormat !== undefined) throw refuse(wrongFormat)
  return normalizeMigrationFileText(text)
}

/**
 * Returns the format of a file that is valid UTF-8 but cannot be a migration, such as XML. Returns undefined for any other file.
 */
function formatOf(text: string): string | undefined {
  if (/^\uFEFF?\s*<\?xml\b/.test(text.slice(0, 200))) return 'XML; let the dump tool write SQL, without --xml'
  return text.slice(0, 200).includes('\0') ? `not UTF-8${UTF_16}` : undefined
}

const UTF_16 = ', but UTF-16, as a redirection (>) in PowerShell writes it; let the dump tool write the file (--file, --result-file)'

const REPLACEMENT = '\uFFFD'

function refuseInvalid(bytes: Buffer, refuse: (problem: string) => Error): void {
  if (!isUtf8(bytes)) throw refuse(`not UTF-8${hintFor(bytes)}`)
}

/** Returns a hint about the probable encoding of a file that is not UTF-8, from its first bytes. */
function hintFor(bytes: Buffer): string {
  if (bytes.subarray(0, 5).toString('latin1') === 'PGDMP') return ', but the custom format of pg_dump; dump with --format=plain'
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return UTF_16
  const beginning = bytes.subarray(0, 200).toString('latin1')
  if (/^(?:\/\*M!.*\n)?-- (?:MySQL|MariaDB) dump /.test(beginning))
    return '; dump binary columns with --hex-blob, and text with --default-character-set=utf8mb4'
  if (/^(?:--\r?\n)?-- PostgreSQL database (?:cluster )?dump\b/.test(beginning)) return '; dump with --encoding=UTF8'
  return ''
}

function attempt<T>(read: () => T, refuse: (problem: string, cause?: unknown) => Error): T {
  try {
    return read()
  } catch (error) {
    throw refuse(errorMessageOf(error), error)
  }
}
