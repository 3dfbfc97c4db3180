import type { ConstraintOrIndex, OnlineChangeStatements, OnlineChangeWriter } from '../../../dialect/online-writer.ts'
import { type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import { compareColumnTypes } from '../../../effect/widening.ts'
import type { ColumnObject, SchemaObject } from '../../../schema/object.ts'
import { findTableCopyReason } from '../../../schema/table-copy.ts'
import { indexKeyListSql, mysqlAlterTableSql, mysqlCollationClauseSql } from './clauses.ts'
import { replaceViewSql } from './code.ts'
import { foreignKeyDefinitionSql, indexLineSql, keyLineSql, type UnusedIndexKeyword } from './constraints.ts'
import { checkConstraintOfColumn, isPlainDefault, mysqlColumnDefinitionSql } from './tables.ts'
import { renderMysqlStatementAsText } from './text.ts'

/** Writes SQL for the changes of a table that MySQL can execute without blocking the application. */
export const mysqlOnlineWriter: OnlineChangeWriter = makeOnlineWriter('INVISIBLE')

/** Writes SQL for the changes of a table that MariaDB can execute without blocking the application. */
export const mariadbOnlineWriter: OnlineChangeWriter = makeOnlineWriter('IGNORED')

function makeOnlineWriter(unused: UnusedIndexKeyword): OnlineChangeWriter {
  return {
    addRule: (rule, table) => addRule(rule, table, unused),
    setNotNull,
    replaceColumn: ({ table, name }, replacement) => [
      renderMysqlStatementAsText(
        mysqlAlterTableSql(table, sql`DROP COLUMN ${sqlName(name)}`, sql`RENAME COLUMN ${sqlName(replacement)} TO ${sqlName(name)}`),
      ),
    ],
    replaceView: (after) => renderMysqlStatementAsText(replaceViewSql(after)),
    isInstantTypeChange,
    isConstantDefault: isPlainDefault,
    typeOf: ({ type, collation }) =>
      renderMysqlStatementAsText(sql`${sqlVerbatim(type)}${type === 'json' ? sql`` : mysqlCollationClauseSql(collation)}`),
    nameOfTable: (table) => renderMysqlStatementAsText(sqlName(table)),
    render: renderMysqlStatementAsText,
  }
}

// With the clauses ALGORITHM=INPLACE and LOCK=NONE, the server refuses a statement that would block the writes of other sessions.
const ONLINE = [sql`ALGORITHM=INPLACE`, sql`LOCK=NONE`]

/**
 * Writes the statements that add NOT NULL to a column. The server cannot rebuild a table with a FULLTEXT index or of another
 * storage engine than InnoDB in place, so the server copies such a table. On MariaDB, MODIFY removes a CHECK constraint of the
 * column's definition, so the statement repeats the CHECK constraint.
 */
function setNotNull(after: ColumnObject, table: readonly SchemaObject[]): OnlineChangeStatements {
  const isCopied = findTableCopyReason(table) !== undefined
  const definition = mysqlColumnDefinitionSql(after, checkConstraintOfColumn(after, table))
  const change = mysqlAlterTableSql(after.table, sql`MODIFY COLUMN ${definition}`, ...(isCopied ? [] : ONLINE))
  return { ...inside([change]), ...(isCopied && { isBlocking: true as const }) }
}

function hasExpression(keys: readonly string[]): boolean {
  return keys.some((key) => key.startsWith('('))
}

function addRule(rule: ConstraintOrIndex, table: readonly SchemaObject[], unused: UnusedIndexKeyword): OnlineChangeStatements | undefined {
  if (findTableCopyReason(table)?.kind === 'storage engine') return undefined
  switch (rule.kind) {
    case 'index':
      // The server blocks writes while it builds a FULLTEXT or SPATIAL index, or an index on an expression. No SQL can then add
      // the index without blocking the application.
      return rule.method === 'btree' && !hasExpression(rule.keys)
        ? inside([mysqlAlterTableSql(rule.table, sql`ADD ${indexLineSql(rule, unused)}`, ...ONLINE)])
        : undefined
    case 'unique':
    case 'primary-key':
      if (hasExpression(rule.columns)) return undefined
      return inside([mysqlAlterTableSql(rule.table, sql`ADD ${keyLineSql(rule, unused)}`, ...ONLINE)])
    case 'foreign-key': {
      const { table, name, columns, ownIndex } = rule
      return inside([
        ...(ownIndex === undefined
          ? []
          : [mysqlAlterTableSql(table, sql`ADD KEY ${sqlName(ownIndex)} ${indexKeyListSql(columns)}`, ...ONLINE)]),
        // With foreign_key_checks = 1, the server would copy the table and block writes when it adds a foreign key. With the value
        // 0, the server does not check existing rows, so contract counts the rows without a parent row first.
        sql`SET foreign_key_checks = 0`,
        mysqlAlterTableSql(table, sql`ADD CONSTRAINT ${sqlName(name)} ${foreignKeyDefinitionSql(rule)}`, ...ONLINE),
        sql`SET foreign_key_checks = 1`,
      ])
    }
    case 'check':
      return undefined
  }
}

/**
 * Returns true for a change of a column type that needs no rewrite of the table. The collation must stay the same. The first
 * possible change is a longer VARCHAR whose length still needs the same number of bytes: one byte up to length 255, otherwise two
 * bytes. The second possible change adds labels at the end of an ENUM with at most 255 labels.
 */
function isInstantTypeChange(before: ColumnObject, after: ColumnObject): boolean {
  if (before.collation !== after.collation || compareColumnTypes(before.type, after.type) !== 'alike') return false
  if (/^enum\(/i.test(before.type)) return labelCount(after.type) < 256
  const [from, to] = [before, after].map(bytesOfVarchar)
  return from !== undefined && to !== undefined && from > 255 === to > 255
}

function labelCount(type: string): number {
  return type.match(/'(?:[^']|'')*'/g)?.length ?? 0
}

function bytesOfVarchar({ type, collation = '' }: ColumnObject): number | undefined {
  const length = /^varchar\((\d+)\)$/.exec(type)?.[1]
  if (length === undefined) return undefined
  return (
    Number(length) *
    (/^(?:utf8mb4|utf16|utf32|gb18030)/.test(collation) ? 4 : collation.startsWith('utf8') ? 3 : /^(?:latin|ascii)/.test(collation) ? 1 : 2)
  )
}

function inside(statements: readonly SqlStatement[]): OnlineChangeStatements {
  return { statements: statements.map(renderMysqlStatementAsText), isOutsideTransaction: false }
}
