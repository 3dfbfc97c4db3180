import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../../../dialect/sql.ts'

/** The previous values of the session settings that change the output of catalog queries. */
interface Settings {
  readonly mode: string
  readonly quoted: unknown
  readonly client: string
  readonly results: string | null
  readonly connection: string
  readonly databaseCollation: string
}

/**
 * Executes `work` with settings that make the server print definitions in a uniform form: with backticks, all clauses and UTF-8.
 * Then restores the previous settings. `work` receives the default collation of the database.
 */
export async function runWithNeutralPrintSettings<T>(
  session: DatabaseSession,
  work: (databaseCollation: string) => Promise<T>,
): Promise<T> {
  const [found] = await session.query<Settings>(sql`SELECT @@sql_mode AS mode, @@sql_quote_show_create AS quoted,
    @@character_set_client AS client, @@character_set_results AS results, @@collation_connection AS connection,
    @@collation_database AS databaseCollation`)
  if (!found) return work('')
  const changes = changesOf(found)
  for (const { to } of changes) await session.query(to)
  try {
    return await work(found.databaseCollation)
  } finally {
    for (const { back } of changes) await session.query(back)
  }
}

interface Change {
  readonly to: SqlStatement
  readonly back: SqlStatement
}

/** Matches the SQL modes that change the form in which the server prints definitions. */
const PRINTS_OTHERWISE =
  /(?:^|,)(?:ANSI|ANSI_QUOTES|ORACLE|MSSQL|DB2|MAXDB|POSTGRESQL|MYSQL323|MYSQL40|NO_(?:TABLE|FIELD|KEY)_OPTIONS|NO_BACKSLASH_ESCAPES)(?:,|$)/

function changesOf({ mode, quoted, client, results, connection }: Settings): readonly Change[] {
  const changes: Change[] = []
  if (PRINTS_OTHERWISE.test(mode)) changes.push({ to: sql`SET sql_mode = ''`, back: sql`SET sql_mode = ${sqlValue(mode)}` })
  if (Number(quoted) !== 1) changes.push({ to: sql`SET sql_quote_show_create = 1`, back: sql`SET sql_quote_show_create = 0` })
  if (client !== 'utf8mb4' || results !== 'utf8mb4') {
    changes.push({
      to: sql`SET NAMES utf8mb4`,
      back: sql`SET character_set_client = ${sqlValue(client)}, character_set_results = ${sqlValue(results)}, collation_connection = ${sqlValue(connection)}`,
    })
  }
  return changes
}
