import type { SqlStatement, SqlValue } from '../../../dialect/sql.ts'

/** Returns an identifier in backticks. */
export function quoteMysqlIdentifier(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``
}

/** Returns a string as a SQL literal. The function is for statements that cannot have parameters. */
export function quoteMysqlStringLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

export type MysqlParameter = string | number | null | Buffer

/**
 * Returns the text of a statement with `?` for each value, and the values in the form of the driver. A list becomes `(?, ?, …)`,
 * and an empty list becomes `(NULL)`.
 */
export function renderMysqlStatement(statement: SqlStatement): { readonly text: string; readonly values: readonly MysqlParameter[] } {
  const values: MysqlParameter[] = []
  const text = statement.pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text
    if (piece.kind === 'name') return piece.path.map(quoteMysqlIdentifier).join('.')
    // On MySQL and MariaDB, a database has one schema, so a dot in the name of a table belongs to the name.
    if (piece.kind === 'table') return quoteMysqlIdentifier(piece.name)
    if (!isList(piece.value)) {
      values.push(parameter(piece.value))
      return '?'
    }
    values.push(...piece.value)
    return piece.value.length === 0 ? '(NULL)' : `(${piece.value.map(() => '?').join(', ')})`
  })
  return { text: text.join(''), values }
}

function isList(value: SqlValue): value is readonly string[] {
  return Array.isArray(value)
}

/**
 * Returns a value as the driver must receive it. Dates are sent in UTC, which is the time zone of the session. A bigint is sent
 * as text, because the driver would send a bigint as a double.
 */
function parameter(value: Exclude<SqlValue, readonly string[]>): MysqlParameter {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '')
  return value
}
