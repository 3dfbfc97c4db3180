import type { DatabaseSession } from '../../../../dialect/dialect.ts'
import type { StatementRefusal } from '../../../../dialect/judgement.ts'
import { joinSql, sql, sqlValue } from '../../../../dialect/sql.ts'
import { queryMysqlShowCreate } from '../../catalog/questions.ts'
import { temporaryTablesOfSession } from '../../session/leftovers.ts'
import { tokenizeMysql } from '../../text/lexer.ts'
import { mysqlStatementKindAt } from '../../text/statements/phrase.ts'
import { findObjectNameOccurrences } from '../../text/statements/places.ts'
import { splitBodyStatements } from '../../text/statements/starts.ts'

/**
 * Returns a refusal in two cases: the statement creates a temporary table with the name of a permanent table, view or sequence,
 * or a permanent object with the name of a temporary table of the session. Otherwise returns undefined. In both cases, later
 * statements would use the temporary table, and the engine would not see the permanent object.
 */
export async function refusalOfHidingTemporaryTable(session: DatabaseSession, text: string): Promise<StatementRefusal | undefined> {
  const there = temporaryTablesOfSession(session)
  if (there.size === 0 && !/\btemporary\b/i.test(text)) return undefined
  const parts = splitBodyStatements(text)
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

async function objectsNamed(session: DatabaseSession, names: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(sql`SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = ${sqlValue(session.database)} AND table_type NOT LIKE 'TEMPORARY%'
    AND table_name IN (${joinSql(names.map((name) => sqlValue(name)))})`)
  return rows.map(({ name }) => name)
}

/**
 * Returns those of the given names that belong to temporary tables of the session. The function asks the server, because the
 * session can have dropped some of its temporary tables.
 */
async function temporaryNamed(session: DatabaseSession, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(names.map(async (name) => [name, await queryMysqlShowCreate(session, sql`TABLE`, name)] as const))
  return found.filter(([, printed]) => printed?.text?.startsWith('CREATE TEMPORARY ')).map(([name]) => name)
}

const temporaryMade = (text: string) => namesOf(text, /^CREATE TEMPORARY (?:TABLE|SEQUENCE)$/)
const tablesMade = (text: string) => (/\bcreate\b/i.test(text) ? namesOf(text, /^CREATE (?:TABLE|VIEW|SEQUENCE)$/) : [])

function namesOf(text: string, kind: RegExp): readonly string[] {
  const tokens = tokenizeMysql(text)
  if (!kind.test(mysqlStatementKindAt(tokens)?.words ?? '')) return []
  return findObjectNameOccurrences(text, tokens).flatMap(({ kind: what, use, name }) => (what === 'table' && use !== 'reads' ? [name] : []))
}
