import type Pg from 'pg'
import type { StatementResult } from '../../../dialect/dialect.ts'
import { pg } from './driver.ts'

// A date is returned as text, because a JavaScript Date would be midnight in one time zone and another day elsewhere.
const DATE = 1082
const DATE_ARRAY = 1182
const TEXT_ARRAY = 1009

// The driver's types contain only the built-in types, but it also requests parsers for other types.
const PARSERS: { getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown } = pg.types

/** The parser of the values in results of migration statements. It is the driver's, except that dates stay text. */
export function parserOf(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === DATE) return (value) => value
  return PARSERS.getTypeParser(oid === DATE_ARRAY ? TEXT_ARRAY : oid, format)
}

/** Combines the rows of all results, because a text with several statements has several results. */
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

// CREATE TABLE AS returns SELECT with a count and without columns.
function written(result: Pg.QueryResult): number {
  const writes =
    ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'].includes(result.command) || (result.command === 'SELECT' && !hasColumns(result))
  return writes ? (result.rowCount ?? 0) : 0
}
