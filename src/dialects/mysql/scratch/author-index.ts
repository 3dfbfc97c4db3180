import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { joinSql, sql, sqlName } from '../../../dialect/sql.ts'

const TRIAL = 'interphase_index_trial'

// The server accepts at most this number of indexes on a table, besides the primary key.
const MOST_INDEXES = 64

// Matches the parts of a CREATE TABLE statement with which the server refuses to create a temporary table.
const NOT_TEMPORARY =
  /\b(?:FULLTEXT|SPATIAL|VECTOR) KEY\b|\bSYSTEM VERSIONING\b|ROW_FORMAT=COMPRESSED|KEY_BLOCK_SIZE|COMPRESSION|PAGE_COMPRESSED|ENCRYPTION|ENCRYPTED|DATA DIRECTORY|TABLESPACE/i

/** An index whose keys are whole columns. */
export interface IndexOnColumns {
  readonly name: string
  readonly columns: readonly string[]
}

/**
 * Returns the names of those given indexes that the server created for a foreign key, even if the foreign key no longer exists.
 * The server drops such an index as soon as another index has the same columns, and never drops an index of the author. SHOW
 * CREATE TABLE prints both kinds of indexes in the same way. To distinguish them, the function adds, for each given index, a
 * second index with the same columns to an empty copy of the table. An index for which the copy has no room counts as an index of
 * the author. `created` is the printed CREATE TABLE statement.
 */
export async function detectServerCreatedIndexesOnTrialTable(
  session: DatabaseSession,
  table: string,
  indexes: readonly IndexOnColumns[],
  created: string,
): Promise<ReadonlySet<string>> {
  const room = MOST_INDEXES - created.split('\n').filter((line) => / KEY [^(]*\(/.test(line)).length
  const unsure = indexes.slice(0, Math.max(room, 0))
  if (unsure.length === 0) return new Set()
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
    return new Set(unsure.map(({ name }) => name).filter((name) => !kept.has(name)))
  } finally {
    await session.query(sql`DROP ${temporary}TABLE ${trial}`)
  }
}
