import type { InsertStatementWriter } from '../../../dialect/row-writer.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue } from '../../../dialect/sql.ts'
import { isMysqlTypeReadAsHex } from '../catalog/rows.ts'
import { renderMysqlStatementAsText } from './text.ts'
import { isZeroDate, SQL_MODE_WITH_ZERO_DATES_EXPRESSION } from './zero-date.ts'

// The number of rows in one INSERT. One statement has at most 65535 parameters and max_allowed_packet bytes.
const ROWS = 200

// In its default SQL mode, MySQL refuses a zero date, and both servers replace the value 0 of an AUTO_INCREMENT column by the next
// number. Before an INSERT of such values, these statements therefore change the SQL mode.
const BEFORE_SPECIAL: readonly SqlStatement[] = [
  sql`SET @saved_sql_mode = @@sql_mode`,
  sql`SET sql_mode = CONCAT(${SQL_MODE_WITH_ZERO_DATES_EXPRESSION}, ',NO_AUTO_VALUE_ON_ZERO')`,
]
const AFTER_SPECIAL = sql`SET sql_mode = @saved_sql_mode`

/**
 * Writes INSERT statements for rows whose values are given as texts. The rows contain their AUTO_INCREMENT values, and the server
 * continues to count after the greatest value.
 */
export const mysqlInsertStatementWriter: InsertStatementWriter = {
  // Three kinds of values cannot be inserted exactly. The text of a FLOAT has only six digits. The text of a geometry contains no
  // reference system. An INSERT of values that a sequence generated does not advance the sequence, so the sequence would generate
  // these values again.
  isExact: ({ type, default: value = '' }) =>
    !/^(?:float|geometry|point|linestring|polygon|multi|geomcollection|geometrycollection)/.test(type) && !/\bnextval\(/i.test(value),
  insert: (table, columns, rows) => {
    const into = sql`INSERT INTO ${sqlName(table.name)} (${joinSql(columns.map(({ name }) => sqlName(name)))}) VALUES `
    const value = (text: string | null, index: number) =>
      isMysqlTypeReadAsHex(columns[index]?.type ?? '') ? sql`UNHEX(${sqlValue(text)})` : sqlValue(text)
    const inserts: SqlStatement[] = []
    for (let at = 0; at < rows.length; at += ROWS)
      inserts.push(sql`${into}${joinSql(rows.slice(at, at + ROWS).map((row) => sql`(${joinSql(row.map(value))})`))}`)
    const isSpecial = (text: string | null, index: number) => {
      const { identity, type = '' } = columns[index] ?? {}
      return isZeroDate(type, text) || (identity !== undefined && Number(text) === 0)
    }
    return rows.some((row) => row.some(isSpecial)) ? [...BEFORE_SPECIAL, ...inserts, AFTER_SPECIAL] : inserts
  },
  render: renderMysqlStatementAsText,
}
