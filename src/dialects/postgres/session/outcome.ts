import type Pg from 'pg'
import type { StatementResult } from '../../../dialect/dialect.ts'
import { InterphaseError } from '../../../error.ts'
import { pgDriver } from './driver.ts'

// The type oid of `date`. The driver would convert a date to a JavaScript Date, which is another day in another time zone. The
// engine therefore returns a date as text.
const DATE = 1082
const DATE_ARRAY = 1182
const TEXT_ARRAY = 1009

// The driver's type declarations contain only the parsers of built-in types, but the driver also requests parsers of other types.
const PARSERS: { getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown } = pgDriver.types

/**
 * Returns the parser for values of one type in the results of migration statements. A date is returned as text, and an array of
 * dates as an array of texts. For every other type, the function returns the parser of the driver.
 */
export function resultValueParserFor(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === DATE) return (value) => value
  return PARSERS.getTypeParser(oid === DATE_ARRAY ? TEXT_ARRAY : oid, format)
}

/** Combines the rows of all results into one statement result. A text with several statements has several results. */
export function toPostgresStatementResult(results: readonly Pg.QueryResult[]): StatementResult {
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

// Returns the number of rows that a statement wrote. For CREATE TABLE AS, the server reports the command SELECT and the number of
// written rows. A result with the command SELECT and without columns therefore counts as a write.
function written(result: Pg.QueryResult): number {
  const writes =
    ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'].includes(result.command) || (result.command === 'SELECT' && !hasColumns(result))
  return writes ? (result.rowCount ?? 0) : 0
}

/** Returns the last result of a text that can contain several statements. */
export function lastDriverResult<Row extends Pg.QueryResultRow>(
  results: Pg.QueryResult<Row> | readonly Pg.QueryResult<Row>[],
): Pg.QueryResult<Row> {
  const found = [results].flat().at(-1)
  if (!found) throw new InterphaseError('internal', { problem: 'the server answered nothing' })
  return found
}
