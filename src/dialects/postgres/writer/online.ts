import type { ConstraintOrIndex, OnlineChangeStatements, OnlineChangeWriter } from '../../../dialect/online-writer.ts'
import { type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import { compareColumnTypes } from '../../../effect/widening.ts'
import type { ColumnObject, IndexObject, KeyObject } from '../../../schema/object.ts'
import { postgresAlterTableSql, sqlNameOfObject } from './clauses.ts'
import { createViewSql } from './code.ts'
import { addCheckSql, addForeignKeySql, createIndexSql, deferralClauseSql, validateConstraintSql } from './constraints.ts'
import { renderPostgresStatementAsText } from './text.ts'

/** Writes SQL for the changes of a table that PostgreSQL can execute without blocking the application. */
export const postgresOnlineWriter: OnlineChangeWriter = {
  addRule,
  setNotNull,
  replaceColumn: ({ table, name }, replacement) =>
    [
      postgresAlterTableSql(table, sql`DROP COLUMN ${sqlName(name)}`),
      postgresAlterTableSql(table, sql`RENAME COLUMN ${sqlName(replacement)} TO ${sqlName(name)}`),
    ].map(renderPostgresStatementAsText),
  replaceView: (after) => (after.materialized ? undefined : renderPostgresStatementAsText(createViewSql(after, sql`CREATE OR REPLACE`))),
  isInstantTypeChange,
  // A default with a function call can have another value for each row, so it is no constant. An exception is `now()`, which
  // returns one value for the whole statement.
  isConstantDefault: (expression) => {
    const plain = expression.replaceAll(/'(?:[^']|'')*'/g, "''")
    return !/\w\s*\(/.test(plain) || /^now\(\)$/i.test(plain)
  },
  typeOf: ({ type, collation }) =>
    renderPostgresStatementAsText(
      collation === undefined ? sqlVerbatim(type) : sql`${sqlVerbatim(type)} COLLATE ${sqlVerbatim(collation)}`,
    ),
  nameOfTable: (table) => renderPostgresStatementAsText(sqlNameOfObject(table)),
  render: renderPostgresStatementAsText,
}

function addRule(rule: ConstraintOrIndex): OnlineChangeStatements | undefined {
  switch (rule.kind) {
    case 'index':
      return rule.invalid ? undefined : outside([createIndexSql(rule, CONCURRENTLY)])
    case 'unique':
    case 'primary-key':
      return rule.invalid ? undefined : outside(addKey(rule))
    case 'check':
      if (rule.notValid || rule.notEnforced) return undefined
      return outside([...addCheckSql({ ...rule, notValid: true }), validateConstraintSql(rule)])
    case 'foreign-key':
      return rule.notValid ? undefined : outside([...addForeignKeySql({ ...rule, notValid: true }), validateConstraintSql(rule)])
  }
}

const CONCURRENTLY = sql`CONCURRENTLY `

/**
 * Returns the statements that first build a unique index and then create the key from the index. Building the index first does
 * not block writes.
 */
function addKey(key: KeyObject): readonly SqlStatement[] {
  const { kind, table, name, columns, deferrable } = key
  const { include, nullsNotDistinct } = key
  const keys = columns.map((column) => renderPostgresStatementAsText(sqlName(column)))
  const index: IndexObject = {
    kind: 'index',
    table,
    name,
    method: 'btree',
    keys,
    unique: true,
    ...(include && { include }),
    ...(nullsNotDistinct && { nullsNotDistinct }),
  }
  const words = kind === 'unique' ? sql`UNIQUE` : sql`PRIMARY KEY`
  return [
    createIndexSql(index, CONCURRENTLY),
    postgresAlterTableSql(
      table,
      sql`ADD CONSTRAINT ${sqlName(name)} ${words} USING INDEX ${sqlName(name)}${deferralClauseSql(deferrable)}`,
    ),
  ]
}

/**
 * Returns the statements that add NOT NULL to a column. VALIDATE CONSTRAINT reads the table without blocking writes. SET NOT NULL
 * then does not read the table, because the validated CHECK constraint proves that no value is NULL.
 */
function setNotNull({ table, name }: ColumnObject): OnlineChangeStatements {
  const rule = sqlName(`${name}_is_given`)
  return outside([
    postgresAlterTableSql(table, sql`ADD CONSTRAINT ${rule} CHECK (${sqlName(name)} IS NOT NULL) NOT VALID`),
    postgresAlterTableSql(table, sql`VALIDATE CONSTRAINT ${rule}`),
    postgresAlterTableSql(table, sql`ALTER COLUMN ${sqlName(name)} SET NOT NULL`),
    postgresAlterTableSql(table, sql`DROP CONSTRAINT ${rule}`),
  ])
}

// The types whose stored form does not depend on their length. A longer or unlimited length therefore needs no rewrite of the
// table.
const FREE_LENGTH = /^(?:character varying|text|bit varying|numeric)\b/

function isInstantTypeChange(before: ColumnObject, after: ColumnObject): boolean {
  if (before.collation !== after.collation) return false
  return FREE_LENGTH.test(before.type) && FREE_LENGTH.test(after.type) && compareColumnTypes(before.type, after.type) === 'alike'
}

function outside(statements: readonly SqlStatement[]): OnlineChangeStatements {
  return { statements: statements.map(renderPostgresStatementAsText), isOutsideTransaction: true }
}
