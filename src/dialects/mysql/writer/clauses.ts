import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'

export function mysqlAlterTableSql(table: string, ...actions: readonly SqlStatement[]): SqlStatement {
  return sql`ALTER TABLE ${sqlName(table)} ${joinSql(actions)}`
}

/** Returns the clause for a collation. The name of a collation begins with the name of its character set. */
export function mysqlCollationClauseSql(collation: string | undefined): SqlStatement {
  if (collation === undefined) return sql``
  return sql` CHARACTER SET ${sqlVerbatim(collation.replace(/_.*$/s, ''))} COLLATE ${sqlVerbatim(collation)}`
}

export function mysqlCommentClauseSql(comment: string | undefined): SqlStatement {
  return comment === undefined ? sql`` : sql` COMMENT ${sqlValue(comment)}`
}

/**
 * Returns the SQL list of the keys of an index. The function adds backticks to the names of columns, because a schema state
 * contains the keys without backticks: `a`, `name(10)`, `b DESC`, `(lower(a))`.
 */
export function indexKeyListSql(keys: readonly string[]): SqlStatement {
  return sql`(${joinSql(keys.map(keyPart))})`
}

function keyPart(key: string): SqlStatement {
  if (key.startsWith('(')) return sqlVerbatim(key)
  const [, name = key, rest = ''] = /^(.*?)((?:\(\d+\))?(?: ASC| DESC)?)$/s.exec(key) ?? []
  return sql`${sqlName(name)}${sqlVerbatim(rest)}`
}
