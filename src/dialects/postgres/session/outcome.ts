import type Pg from 'pg'
import type { StatementResult } from '../../../dialect/dialect.ts'
import { pg } from './driver.ts'

// A date is a date: as a JavaScript Date it is midnight somewhere, and another day elsewhere.
const DATE = 1082
const DATE_ARRAY = 1182
const TEXT_ARRAY = 1009

// The driver's types know only the numbers of built-in types, and every other type is asked for as well.
const PARSERS: { getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown } = pg.types

/** Values of authors' statements: as the driver gives them, but dates as text. */
export function parserOf(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === DATE) return (value) => value
  return PARSERS.getTypeParser(oid === DATE_ARRAY ? TEXT_ARRAY : oid, format)
}

/** The rows of all results together, as a text of several statements gives several. */
export function outcomeOf(results: readonly Pg.QueryResult[]): StatementResult {
  const withColumns = results.filter(hasColumns)
  return {
    rows: withColumns.flatMap((result) => result.rows),
    columns: withColumns.at(-1)?.fields.map((field) => field.name) ?? [],
    affected: results.reduce((sum, result) => sum + written(result), 0),
  }
}

function hasColumns(result: Pg.QueryResult): boolean {
  return result.fields.length > 0
}

// CREATE TABLE AS answers SELECT with a count and no columns.
function written(result: Pg.QueryResult): number {
  const writes =
    ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'].includes(result.command) || (result.command === 'SELECT' && !hasColumns(result))
  return writes ? (result.rowCount ?? 0) : 0
}
