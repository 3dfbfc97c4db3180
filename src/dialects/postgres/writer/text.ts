import { renderSqlAsText, type SqlStatement } from '../../../dialect/sql.ts'
import { postgresSqlNotation } from '../text/notation.ts'

/** Returns a statement as text, with its values as literals, for a file that a person reads. */
export function renderPostgresStatementAsText(statement: SqlStatement): string {
  return renderSqlAsText(statement, { ...postgresSqlNotation, literal })
}

/**
 * Returns a string as a SQL literal. A string with a backslash becomes a literal of the form E'…', whose meaning does not depend
 * on a setting of the session.
 */
function literal(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`
  return quoted.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
