import type { Session } from '../../../../dialect/dialect.ts'
import type { StatementRefusal } from '../../../../dialect/judgement.ts'
import { join, sql, value } from '../../../../dialect/sql.ts'
import { showCreate } from '../../catalog/questions.ts'
import { temporaryTables } from '../../session/leftovers.ts'
import { tokensOf } from '../../text/lexer.ts'
import { kindAt } from '../../text/statements/phrase.ts'
import { placesIn } from '../../text/statements/places.ts'
import { statementsIn } from '../../text/statements/starts.ts'

/**
 * Refuses a temporary table with the name of a permanent table, view or sequence. The temporary table would hide the permanent one
 * from the session and from the engine, and statements would reach the temporary table instead.
 */
export async function refusalOfHiding(session: Session, text: string): Promise<StatementRefusal | undefined> {
  const there = temporaryTables(session)
  if (there.size === 0 && !/\btemporary\b/i.test(text)) return undefined
  const parts = statementsIn(text)
  const made = parts.flatMap(temporaryMade)
  const hiding = made.length > 0 ? await objectsNamed(session, made) : []
  const [hidden] = [
    ...hiding,
    ...(await temporaryNamed(
      session,
      parts.flatMap(tablesMade).filter((name) => there.has(name)),
    )),
  ]
  if (hidden === undefined) return undefined
  const because = `It hides the table ${hidden} of the database from this session, and statements on ${hidden} reach the temporary table. Give the temporary table another name.`
  return { statement: `the name ${hidden} of a temporary table`, because }
}

async function objectsNamed(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(sql`SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = ${value(session.database)} AND table_type NOT LIKE 'TEMPORARY%'
    AND table_name IN (${join(names.map((name) => value(name)))})`)
  return rows.map(({ name }) => name)
}

/** Returns those of the names that belong to temporary tables of the session. Statements may have dropped some of the tables. */
async function temporaryNamed(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(names.map(async (name) => [name, await showCreate(session, sql`TABLE`, name)] as const))
  return found.filter(([, printed]) => printed?.text?.startsWith('CREATE TEMPORARY ')).map(([name]) => name)
}

const temporaryMade = (text: string) => namesOf(text, /^CREATE TEMPORARY (?:TABLE|SEQUENCE)$/)
const tablesMade = (text: string) => (/\bcreate\b/i.test(text) ? namesOf(text, /^CREATE (?:TABLE|VIEW|SEQUENCE)$/) : [])

function namesOf(text: string, kind: RegExp): readonly string[] {
  const tokens = tokensOf(text)
  if (!kind.test(kindAt(tokens)?.words ?? '')) return []
  return placesIn(text, tokens).flatMap(({ kind: what, use, name }) => (what === 'table' && use !== 'reads' ? [name] : []))
}
