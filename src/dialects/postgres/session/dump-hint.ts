import { type InterphaseError, isError } from '../../../error.ts'

const DUMP_HEADER = /^-- PostgreSQL database dump$/m
// The SQLSTATE codes for a missing relation, type, function, schema or column.
const MISSING: ReadonlySet<string> = new Set(['42P01', '42704', '42883', '3F000', '42703'])
// Matches a message of the server about a missing object of a kind that an extension can contain, such as a type.
const OF_EXTENSION = /^(?:type|function|operator|operator class|operator family|access method|collation|text search \w+) /

/**
 * Returns a sentence that tells how to correct a failed dump: with other options of pg_dump, or with CREATE EXTENSION. Returns
 * undefined for every other error.
 */
export function findPostgresDumpHint(error: InterphaseError, text: string): string | undefined {
  if (!isError(error, 'statement.failed') || !MISSING.has(error.facts.sqlState) || !DUMP_HEADER.test(text)) return undefined
  if (/^\s*(?:drop\s|alter\s+table\s+(?:only\s+)?\S+\s+drop\s)/i.test(error.facts.statement))
    return 'The dump removes objects before it creates them: dump with --if-exists beside --clean, or without --clean.'
  if (!/^create table /im.test(text)) return 'The dump contains no tables: dump without --data-only and --section.'
  if (OF_EXTENSION.test(error.facts.message) && !/^create extension /im.test(text))
    return 'The dump creates no extension. If the object belongs to one: dump without --schema, or add CREATE EXTENSION to shadow.setup.postgres.sql.'
  return undefined
}
