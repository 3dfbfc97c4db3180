import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { joinSql, sql, sqlName } from '../../../dialect/sql.ts'
import type { ForeignKeyObject } from '../../../schema/object.ts'

const TRIAL = 'interphase_index_trial'

// Matches the parts of a CREATE TABLE statement with which the server refuses to create a temporary table.
const NOT_TEMPORARY = /\b(?:FULLTEXT|SPATIAL|VECTOR) KEY\b|\bSYSTEM VERSIONING\b/

/**
 * Returns the foreign keys without `ownIndex` if the author, and not the server, created the index of the foreign key. SHOW
 * CREATE TABLE prints both kinds of index in the same way. To distinguish them, the function adds a second index with the same
 * columns to an empty copy of the table. The server then drops an index that it created itself, and keeps an index of the author.
 * `created` is the printed CREATE TABLE statement.
 */
export async function removeAuthorIndexesFromForeignKeys(
  session: DatabaseSession,
  table: string,
  keys: readonly ForeignKeyObject[],
  created: string,
): Promise<readonly ForeignKeyObject[]> {
  const unsure = keys.filter(({ ownIndex }) => ownIndex !== undefined)
  if (unsure.length === 0) return keys
  const temporary = NOT_TEMPORARY.test(created) ? sql`` : sql`TEMPORARY `
  const trial = sqlName(TRIAL)
  await session.query(sql`CREATE ${temporary}TABLE ${trial} LIKE ${sqlName(table)}`)
  try {
    const added = unsure.map(
      ({ columns }, index) => sql`ADD KEY ${sqlName(`${TRIAL}_${index}`)} (${joinSql(columns.map((one) => sqlName(one)))})`,
    )
    await session.query(sql`ALTER TABLE ${trial} ${joinSql(added)}`)
    const rows = await session.query<{ Key_name: string }>(sql`SHOW INDEX FROM ${trial}`)
    const kept = new Set(rows.map((row) => row.Key_name))
    return keys.map((key) => {
      const { ownIndex, ...rest } = key
      return ownIndex !== undefined && kept.has(ownIndex) ? rest : key
    })
  } finally {
    await session.query(sql`DROP ${temporary}TABLE ${trial}`)
  }
}
