import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { variantFor } from '../../src/release/variant.ts'
import { DIALECTS, type DialectName } from '../../src/schema/object.ts'

/** Something that must be so after a step: rows, as text, or a statement that the database refuses. */
export interface Check {
  /** A migration, `<change>.old` or `.new` for the time after the probes, or `end`. */
  readonly after: string
  readonly sql: string
  readonly wanted: { readonly rows: readonly (readonly (string | null)[])[] } | { readonly refusal: RegExp }
}

/** What this tool does of the ways in which a corpus can be walked. */
const MODE = 'phased'

const PerDialect = z.union([z.string(), z.partialRecord(z.enum(DIALECTS), z.string())])
const Entry = z.strictObject({
  after: z.string(),
  dialects: z.array(z.enum(DIALECTS)).optional(),
  modes: z.array(z.string()).optional(),
  sql: PerDialect.optional(),
  expect: z.array(z.array(z.string().nullable())).optional(),
  fails: PerDialect.optional(),
  match: z.string().optional(),
  note: z.string().optional(),
})
type Entry = z.output<typeof Entry>

/** The checks of a corpus that are for this dialect and for a walk phase by phase. */
export function readChecks(file: string, dialect: DialectName): readonly Check[] {
  const entries = z.array(Entry).parse(JSON.parse(readFileSync(file, 'utf8')))
  return entries.filter((entry) => isFor(entry, dialect)).map((entry) => checkOf(entry, dialect, file))
}

function isFor({ dialects, modes }: Entry, dialect: DialectName): boolean {
  if (modes && !modes.includes(MODE)) return false
  return (
    dialects === undefined ||
    served(
      dialect,
      dialects.map((one) => [one, one]),
    ) !== undefined
  )
}

function checkOf({ after, sql, expect, fails, match }: Entry, dialect: DialectName, file: string): Check {
  const query = pick(sql, dialect)
  if (query !== undefined && expect) return { after, sql: query, wanted: { rows: expect } }
  const statement = pick(fails, dialect)
  if (statement !== undefined && match !== undefined) return { after, sql: statement, wanted: { refusal: new RegExp(match, 'i') } }
  throw new Error(`${file}: the check after ${after} has neither sql and expect nor fails and match for ${dialect}`)
}

function pick(text: Entry['sql'], dialect: DialectName): string | undefined {
  return typeof text === 'object' ? served(dialect, Object.entries(text)) : text
}

/** What is said for MySQL is said for MariaDB too, where nothing else is. */
function served(dialect: DialectName, entries: readonly (readonly [string, string])[]): string | undefined {
  const variants = entries.map(([name, text]) => ({ text, dialect: name as DialectName }))
  return variantFor(dialect, variants)?.text
}
