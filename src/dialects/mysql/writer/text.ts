import { renderSqlAsText, type SqlStatement } from '../../../dialect/sql.ts'
import { quoteMysqlIdentifier, quoteMysqlStringLiteral } from '../text/notation.ts'

/** Returns a statement as text, with its values as literals, for a file that a person reads. */
export function renderMysqlStatementAsText(statement: SqlStatement): string {
  return renderSqlAsText(statement, { quote: quoteMysqlIdentifier, tablePath: (name) => [name], literal: quoteMysqlStringLiteral })
}
