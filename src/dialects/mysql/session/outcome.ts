import type { FieldPacket, ResultSetHeader } from 'mysql2/promise'
import type { StatementResult } from '../../../dialect/dialect.ts'

type Row = Readonly<Record<string, unknown>>

/**
 * Converts the driver's result to a statement result. The driver returns rows, a header, or a list that ends with a header if
 * CALL returns rows. In the result, `affected` is the number of rows that a statement changed. Rows that an UPDATE only matched
 * do not count.
 */
export function toMysqlStatementResult(
  result: unknown,
  fields: readonly (FieldPacket | readonly FieldPacket[] | undefined)[] | undefined,
): StatementResult {
  if (!Array.isArray(result)) return headerOutcome(result as ResultSetHeader)
  const header = result.at(-1)
  if (isHeader(header)) {
    const [first, columns] = [result[0], fields?.[0]]
    const outcome = headerOutcome(header)
    return Array.isArray(first) && Array.isArray(columns) ? { ...outcome, rows: first as Row[], columns: namesOf(columns) } : outcome
  }
  return { rows: result as Row[], columns: namesOf((fields ?? []) as readonly FieldPacket[]), affected: 0 }
}

// Matches the text that the server returns for an UPDATE: `Rows matched: 5  Changed: 0  Warnings: 0`.
const ROWS_MATCHED = /^Rows matched: (\d+)/

function headerOutcome(header: ResultSetHeader): StatementResult {
  const matched = ROWS_MATCHED.exec(header.info)?.[1]
  const base = { rows: [], columns: [], affected: header.affectedRows, ...(matched !== undefined && { matched: Number(matched) }) }
  return header.insertId === 0 ? base : { ...base, insertId: header.insertId }
}

function isHeader(value: unknown): value is ResultSetHeader {
  return typeof value === 'object' && value !== null && value.constructor.name === 'ResultSetHeader'
}

function namesOf(fields: readonly FieldPacket[]): readonly string[] {
  return fields.map((field) => field.name)
}
