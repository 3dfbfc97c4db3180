import { renderSql, type SqlNotation, type SqlStatement, sql, sqlName } from '../../src/dialect/sql.ts'
import { quoteMysqlIdentifier } from '../../src/dialects/mysql/text/notation.ts'
import { postgresSqlNotation as postgres } from '../../src/dialects/postgres/text/notation.ts'
import type { DialectName } from '../../src/schema/object.ts'
import type { Database } from './database.ts'

const MYSQL: SqlNotation = { quote: quoteMysqlIdentifier, tablePath: (name) => [name], place: () => '?' }
const NOTATIONS: { readonly [D in DialectName]: SqlNotation } = {
  postgres,
  mysql: MYSQL,
  mariadb: MYSQL,
}

/** Files of a release that changes a table in all three phases. */
export function nextRelease(table: string, dialect: DialectName): readonly (readonly [path: string, text: string])[] {
  const file = (kind: string, statement: SqlStatement) =>
    [`releases/99-next/010-colour.${kind}.sql`, renderSql(statement, NOTATIONS[dialect]).text] as const
  const of = sqlName(table)
  const notNull =
    dialect === 'postgres'
      ? sql`ALTER TABLE ${of} ALTER COLUMN colour SET NOT NULL`
      : sql`ALTER TABLE ${of} MODIFY colour varchar(20) NOT NULL`
  return [
    file('expand', sql`ALTER TABLE ${of} ADD COLUMN colour varchar(20);`),
    file('migrate', sql`UPDATE ${of} SET colour = 'red' WHERE colour IS NULL;`),
    file('migrate.pending', sql`SELECT count(*) FROM ${of} WHERE colour IS NULL`),
    file(
      'contract',
      sql`-- interphase: despite scan because it is small
-- interphase: despite rewrite because it is small
${notNull};`,
    ),
  ]
}

/** The rows of every table but the ledger's, in no order. */
export async function rowsIn(database: Database): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  for (const table of await tablesIn(database)) {
    const rows = await database.rows(renderSql(sql`SELECT * FROM ${sqlName(table)}`, NOTATIONS[database.dialect]).text)
    found.set(table, rows.map((row) => JSON.stringify(row)).toSorted())
  }
  return found
}

async function tablesIn(database: Database): Promise<readonly string[]> {
  const found = await database.rows(
    database.dialect === 'postgres'
      ? "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
      : "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE' ORDER BY 1",
  )
  return found.flatMap(([table]) => (table && !table.startsWith('interphase_') ? [table] : []))
}
