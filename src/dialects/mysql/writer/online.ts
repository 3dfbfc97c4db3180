import type { ConstraintOrIndex, OnlineStatements, OnlineWriter } from '../../../dialect/online-writer.ts'
import { type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import { compareColumnTypes } from '../../../effect/widening.ts'
import { type CheckObject, type ColumnObject, objectIdOf, type SchemaObject } from '../../../schema/object.ts'
import { alterTableSql, collationClause, keyList } from './clauses.ts'
import { replaceViewSql } from './code.ts'
import { foreignKeyBody, indexLine, keyLine, type UnusedIndexKeyword } from './constraints.ts'
import { columnDefinition, isPlainDefault } from './tables.ts'
import { renderMysqlText } from './text.ts'

/** Writes the changes of a table that MySQL executes without blocking the application. */
export const mysqlOnlineWriter: OnlineWriter = makeOnlineWriter('INVISIBLE')

/** Writes the changes of a table that MariaDB executes without blocking the application. */
export const mariadbOnlineWriter: OnlineWriter = makeOnlineWriter('IGNORED')

function makeOnlineWriter(unused: UnusedIndexKeyword): OnlineWriter {
  return {
    addRule: (rule) => addRule(rule, unused),
    setNotNull: (after, table) => setNotNull(after, table, unused),
    replaceColumn: ({ table, name }, replacement) => [
      renderMysqlText(
        alterTableSql(table, sql`DROP COLUMN ${sqlName(name)}`, sql`RENAME COLUMN ${sqlName(replacement)} TO ${sqlName(name)}`),
      ),
    ],
    replaceView: (after) => renderMysqlText(replaceViewSql(after)),
    isInstantTypeChange,
    isConstantDefault: isPlainDefault,
    typeOf: ({ type, collation }) => renderMysqlText(sql`${sqlVerbatim(type)}${type === 'json' ? sql`` : collationClause(collation)}`),
    nameOfTable: (table) => renderMysqlText(sqlName(table)),
    render: renderMysqlText,
  }
}

// With these clauses, the server refuses a statement that it cannot execute while other sessions write.
const ONLINE = [sql`ALGORITHM=INPLACE`, sql`LOCK=NONE`]

/**
 * Writes the statements that add NOT NULL to a column. The server copies a table with a FULLTEXT index, because it cannot rebuild
 * such a table in place. MODIFY on MariaDB removes a CHECK of the definition of the column, so the statement repeats the CHECK.
 */
function setNotNull(after: ColumnObject, table: readonly SchemaObject[], unused: UnusedIndexKeyword): OnlineStatements {
  const isCopied = table.some((object) => object.kind === 'index' && object.method.startsWith('fulltext'))
  const check = unused === 'IGNORED' ? table.find((object) => object.kind === 'check' && mayBeOfColumn(object, after)) : undefined
  const kept = check?.kind === 'check' ? sql` CHECK (${sqlVerbatim(check.expression)})` : sql``
  const change = alterTableSql(after.table, sql`MODIFY COLUMN ${columnDefinition(after)}${kept}`, ...(isCopied ? [] : ONLINE))
  return { ...inside([change]), ...(isCopied && { isBlocking: true as const }) }
}

function hasExpression(keys: readonly string[]): boolean {
  return keys.some((key) => key.startsWith('('))
}

/** Whether a CHECK constraint can belong to the definition of a column. MariaDB gives it the name of the column. */
function mayBeOfColumn({ name, dependsOn }: CheckObject, column: ColumnObject): boolean {
  return name === column.name && dependsOn?.includes(objectIdOf(column)) === true
}

function addRule(rule: ConstraintOrIndex, unused: UnusedIndexKeyword): OnlineStatements | undefined {
  switch (rule.kind) {
    case 'index':
      // The server blocks writes while it builds a FULLTEXT or SPATIAL index, or an index on an expression.
      return rule.method === 'btree' && !hasExpression(rule.keys)
        ? inside([alterTableSql(rule.table, sql`ADD ${indexLine(rule, unused)}`, ...ONLINE)])
        : undefined
    case 'unique':
    case 'primary-key':
      if (hasExpression(rule.columns)) return undefined
      return inside([alterTableSql(rule.table, sql`ADD ${keyLine(rule, unused)}`, ...ONLINE)])
    case 'foreign-key': {
      const { table, name, columns, ownIndex } = rule
      return inside([
        ...(ownIndex === undefined ? [] : [alterTableSql(table, sql`ADD KEY ${sqlName(ownIndex)} ${keyList(columns)}`, ...ONLINE)]),
        // With foreign_key_checks = 1, the server would copy the table and block writes. Contract first counts the rows without a
        // parent.
        sql`SET foreign_key_checks = 0`,
        alterTableSql(table, sql`ADD CONSTRAINT ${sqlName(name)} ${foreignKeyBody(rule)}`, ...ONLINE),
        sql`SET foreign_key_checks = 1`,
      ])
    }
    case 'check':
      return undefined
  }
}

/**
 * Returns true for two changes of a type, if the collation stays the same. The first is a longer VARCHAR whose length still needs
 * the same number of bytes: one up to 255 bytes, otherwise two. The second is new labels at the end of an ENUM with at most 255
 * labels.
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

function inside(statements: readonly SqlStatement[]): OnlineStatements {
  return { statements: statements.map(renderMysqlText), isOutsideTransaction: false }
}
