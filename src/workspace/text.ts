import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { messageOf } from '../error.ts'
import { normalise } from '../release/checksum.ts'

/** The text of a file, normalised; what keeps it from being read is told to `refuse`. */
export function readText(path: string, refuse: (problem: string, cause?: unknown) => Error): string {
  const bytes = readBytes(path, refuse)
  // Bytes that are no text would be replaced on reading: two files with one checksum, and neither run as written.
  if (!isUtf8(bytes)) throw refuse(`not UTF-8${hintFor(bytes)}`)
  return normalise(bytes.toString('utf8'))
}

/** What else it is, where its beginning tells. */
function hintFor(bytes: Buffer): string {
  if (bytes.subarray(0, 5).toString('latin1') === 'PGDMP') return ", but pg_dump's custom format; dump with --format=plain"
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return ', but UTF-16, as the > of PowerShell writes it; have the dump tool write the file (--file, --result-file)'
  const beginning = bytes.subarray(0, 200).toString('latin1')
  if (/^(?:\/\*M!.*\n)?-- (?:MySQL|MariaDB) dump /.test(beginning))
    return '; dump binary columns with --hex-blob, and text with --default-character-set=utf8mb4'
  return ''
}

function readBytes(path: string, refuse: (problem: string, cause?: unknown) => Error): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw refuse(messageOf(error), error)
  }
}
