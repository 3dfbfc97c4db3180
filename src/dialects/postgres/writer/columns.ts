import { type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { ColumnObject } from '../../../schema/object.ts'
import { findPartitionInState } from '../../../schema/partition.ts'
import type { ObjectKindWriter, ReasonForMissingSql } from '../../kind-writer.ts'
import { commentStatementSql, newObjectCommentStatements, postgresAlterTableSql, sqlNameOfObject } from './clauses.ts'
import { postgresColumnDefinitionSql } from './tables.ts'

export const postgresColumnWriter: ObjectKindWriter<'column'> = {
  create: (column, _, state) =>
    findPartitionInState(state, column.table) === undefined
      ? [
          postgresAlterTableSql(column.table, sql`ADD COLUMN ${postgresColumnDefinitionSql(column)}`),
          ...newObjectCommentStatements(named(column), column.comment),
        ]
      : [...settle(column), ...newObjectCommentStatements(named(column), column.comment)],
  drop: ({ table, name }) => [postgresAlterTableSql(table, sql`DROP COLUMN ${sqlName(name)}`)],
  properties: {
    type: (_, after) => [setType(after)],
    nullable: (_, after) => [alter(after, nullability(after))],
    default: (_, after) => (after.generated || after.default === undefined ? [] : [alter(after, defaulting(after))]),
    generated: changeGenerated,
    identity: changeIdentity,
    onUpdate: 'implied',
    invisible: 'implied',
    collation: (_, after) => [setType(after)],
    ofDatabase: 'implied',
    comment: (_, after) => [commentStatementSql(named(after), after.comment)],
    dependsOn: 'implied',
  },
}

/**
 * Returns the statement that drops the old default of a column whose default, type or collation changes. Afterwards, later
 * statements can change or drop the objects that the old default uses. The result is empty if no default must be dropped.
 */
export function dropReplacedDefaultSql(before: ColumnObject, after: ColumnObject): readonly SqlStatement[] {
  const stays = before.default === after.default && before.type === after.type && before.collation === after.collation
  return before.default === undefined || stays || after.generated ? [] : [alter(before, sql`DROP DEFAULT`)]
}

/**
 * Returns the statement that sets the default of a column again after `dropReplacedDefaultSql` dropped it only because of a new
 * type or collation. Otherwise the result is empty.
 */
export function restoreDefaultSql(before: ColumnObject, after: ColumnObject): readonly SqlStatement[] {
  const isRemoved = before.default !== undefined && before.default === after.default && dropReplacedDefaultSql(before, after).length > 0
  return isRemoved ? [alter(after, defaulting(after))] : []
}

/**
 * Returns the SQL for the change of a column that is or becomes generated. If a column stays generated, the writer drops and adds
 * the column, because the server computes its values from other columns. A stored generated column can become an ordinary column.
 * For every other change, the function returns the reason why no SQL exists.
 */
function changeGenerated(before: ColumnObject, after: ColumnObject): readonly SqlStatement[] | ReasonForMissingSql | 'replace' {
  if (before.generated === undefined)
    return { reason: 'PostgreSQL cannot turn a column into a generated one without the loss of its values. A new column is needed' }
  if (after.generated !== undefined) return 'replace'
  return before.generated.stored
    ? [alter(after, sql`DROP EXPRESSION`), ...(after.default === undefined ? [] : [alter(after, defaulting(after))])]
    : { reason: 'PostgreSQL cannot keep the values of a virtual column. A new column is needed' }
}

function alter({ table, name }: ColumnObject, action: SqlStatement): SqlStatement {
  return postgresAlterTableSql(table, sql`ALTER COLUMN ${sqlName(name)} ${action}`)
}

function setType(column: ColumnObject): SqlStatement {
  const { name, type, collation } = column
  const collated = collation === undefined ? sql`` : sql` COLLATE ${sqlVerbatim(collation)}`
  return alter(column, sql`TYPE ${sqlVerbatim(type)}${collated} USING ${sqlName(name)}::${sqlVerbatim(type)}`)
}

function nullability({ nullable }: ColumnObject): SqlStatement {
  return nullable ? sql`DROP NOT NULL` : sql`SET NOT NULL`
}

function defaulting(column: ColumnObject): SqlStatement {
  return column.default === undefined ? sql`DROP DEFAULT` : sql`SET DEFAULT ${sqlVerbatim(column.default)}`
}

function changeIdentity(before: ColumnObject, after: ColumnObject): readonly SqlStatement[] {
  if (after.identity === undefined) return [alter(after, sql`DROP IDENTITY`)]
  const kind = sqlVerbatim(after.identity.toUpperCase())
  return [alter(after, before.identity === undefined ? sql`ADD GENERATED ${kind} AS IDENTITY` : sql`SET GENERATED ${kind}`)]
}

/**
 * Returns the statements for a column of a partition. A schema state contains such a column only if it differs from the column of
 * the partitioned table.
 */
function settle(column: ColumnObject): readonly SqlStatement[] {
  const own = column.generated === undefined && column.identity === undefined ? [alter(column, defaulting(column))] : []
  return column.nullable ? own : [...own, alter(column, nullability(column))]
}

function named({ table, name }: ColumnObject): SqlStatement {
  return sql`COLUMN ${sqlNameOfObject(table)}.${sqlName(name)}`
}
