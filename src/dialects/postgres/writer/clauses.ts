import { joinSql, type SqlStatement, sql, sqlName, sqlTableName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { splitQualifiedTableName } from '../text/notation.ts'

/** Returns the SQL name of an object that can be outside the current schema of the connection. */
export const sqlNameOfObject = sqlTableName

/** Returns the SQL name of a function from its name in a state: `schema.name(integer, text)`. */
export function sqlNameOfRoutine(name: string): SqlStatement {
  const open = name.indexOf('(')
  return sql`${sqlNameOfObject(name.slice(0, open))}${sqlVerbatim(name.slice(open))}`
}

/** Returns the SQL name of an object in the schema of its table, such as an index. */
export function sqlNameInSchemaOfTable(table: string, name: string): SqlStatement {
  return sqlName(...splitQualifiedTableName(table).slice(0, -1), name)
}

export function sqlNameList(names: readonly string[]): SqlStatement {
  return joinSql(names.map((name) => sqlName(name)))
}

/** Returns the SQL clause for a property of an object. Returns empty SQL if the object does not have the property. */
export function optionalClauseSql<T>(fact: T | undefined, of: (fact: T) => SqlStatement): SqlStatement {
  return fact === undefined ? sql`` : sql` ${of(fact)}`
}

export function postgresAlterTableSql(table: string, action: SqlStatement): SqlStatement {
  return sql`ALTER TABLE ${sqlNameOfObject(table)} ${action}`
}

/** Returns the statement that sets or removes the comment of an object. */
export function commentStatementSql(of: SqlStatement, comment: string | undefined): SqlStatement {
  return sql`COMMENT ON ${of} IS ${comment === undefined ? sql`NULL` : sqlValue(comment)}`
}

/** Returns the statement that sets the comment of a new object. Returns an empty list for an object without a comment. */
export function newObjectCommentStatements(of: SqlStatement, comment: string | undefined): readonly SqlStatement[] {
  return comment === undefined ? [] : [commentStatementSql(of, comment)]
}
