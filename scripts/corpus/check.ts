import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { chooseFileForDialect } from '../../src/release/variant.ts'
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
// What an entry is for. The rest is read only of those that this tool asks.
const Address = z.looseObject({
  after: z.string().default('?'),
  dialects: z.array(z.string()).optional(),
  modes: z.array(z.string()).optional(),
})
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

export interface Checks {
  readonly checks: readonly Check[]
  /** Entries of this dialect that are not asked, each with its reason. */
  readonly leftOut: readonly string[]
}

/** The checks of a corpus that are for this dialect and for a walk phase by phase. */
export function readChecks(file: string, dialect: DialectName): Checks {
  const checks: Check[] = []
  const leftOut: string[] = []
  for (const found of z.array(z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')))) {
    const { after, dialects, modes } = Address.parse(found)
    if (!isFor(dialects, dialect)) continue
    const reason = modes && !modes.includes(MODE) ? `it is for ${modes.join(', ')}` : addTo(checks, found, dialect)
    if (reason !== undefined) leftOut.push(`after ${after}: ${reason}`)
  }
  return { checks, leftOut }
}

/** Adds what the entry asks, or tells why it cannot be asked. */
function addTo(checks: Check[], found: unknown, dialect: DialectName): string | undefined {
  const entry = Entry.safeParse(found)
  if (!entry.success) return `it is of a kind that is not known here: ${z.prettifyError(entry.error).replaceAll(/\s+/g, ' ')}`
  const check = checkOf(entry.data, dialect)
  if (!check) return `it has neither sql and expect nor fails and match for ${dialect}`
  checks.push(check)
  return undefined
}

function isFor(dialects: readonly string[] | undefined, dialect: DialectName): boolean {
  return (
    dialects === undefined ||
    served(
      dialect,
      dialects.map((one) => [one, one]),
    ) !== undefined
  )
}

function checkOf({ after, sql, expect, fails, match }: Entry, dialect: DialectName): Check | undefined {
  const query = pick(sql, dialect)
  if (query !== undefined && expect) return { after, sql: query, wanted: { rows: expect } }
  const statement = pick(fails, dialect)
  if (statement !== undefined && match !== undefined) return { after, sql: statement, wanted: { refusal: new RegExp(match, 'i') } }
  return undefined
}

function pick(text: Entry['sql'], dialect: DialectName): string | undefined {
  return typeof text === 'object' ? served(dialect, Object.entries(text)) : text
}

/** What is said for MySQL is said for MariaDB too, where nothing else is. */
function served(dialect: DialectName, entries: readonly (readonly [string, string])[]): string | undefined {
  const variants = entries.map(([name, text]) => ({ text, dialect: name as DialectName }))
  return chooseFileForDialect(dialect, variants)?.text
}
