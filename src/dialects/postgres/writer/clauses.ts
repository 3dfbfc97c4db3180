import { joinSql, type SqlStatement, sql, sqlName, sqlTableName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { pathOfExistingTable } from '../text/notation.ts'

/** Makes the SQL name of an object that may lie outside the connection's own schema. */
export const objectName = sqlTableName

/** Makes the SQL name of a function from its name in a state, `schema.name(integer, text)`. */
export function routineName(name: string): SqlStatement {
  const open = name.indexOf('(')
  return sql`${objectName(name.slice(0, open))}${sqlVerbatim(name.slice(open))}`
}

/** Makes the SQL name of an object that lies in the schema of its table, such as an index. */
export function nameBesideTable(table: string, name: string): SqlStatement {
  return sqlName(...pathOfExistingTable(table).slice(0, -1), name)
}

export function nameList(names: readonly string[]): SqlStatement {
  return joinSql(names.map((name) => sqlName(name)))
}

/** Makes a optionalClause, or nothing if the fact is absent. */
export function optionalClause<T>(fact: T | undefined, of: (fact: T) => SqlStatement): SqlStatement {
  return fact === undefined ? sql`` : sql` ${of(fact)}`
}

export function alterTable(table: string, action: SqlStatement): SqlStatement {
  return sql`ALTER TABLE ${objectName(table)} ${action}`
}

/** Makes the statement that sets a comment, or removes it. */
export function commentStatement(of: SqlStatement, comment: string | undefined): SqlStatement {
  return sql`COMMENT ON ${of} IS ${comment === undefined ? sql`NULL` : sqlValue(comment)}`
}

/** Makes the statement for the comment of a new object. Empty if it has none. */
export function newComment(of: SqlStatement, comment: string | undefined): readonly SqlStatement[] {
  return comment === undefined ? [] : [commentStatement(of, comment)]
}
