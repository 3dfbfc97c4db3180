import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { ColumnObject, PartitionObject, SchemaObject, TableObject } from '../../../schema/object.ts'
import type { ObjectKindWriter, ReasonForMissingSql } from '../../kind-writer.ts'
import { commentStatementSql, newObjectCommentStatements, optionalClauseSql, postgresAlterTableSql, sqlNameOfObject } from './clauses.ts'

export const postgresTableWriter: ObjectKindWriter<'table'> = {
  create: (table, parts) =>
    isForeign(table)
      ? { reason: 'The state does not contain the server and the options of a foreign table' }
      : [createTable(table, columnsInOrder(table, parts)), ...alterTableForProperties(table), ...comments(table, parts)],
  drop: ({ name, traits }) => [
    traits?.includes('foreign') ? sql`DROP FOREIGN TABLE ${sqlNameOfObject(name)}` : sql`DROP TABLE ${sqlNameOfObject(name)}`,
  ],
  leaves: (table) => propertiesWithoutSql(table),
  properties: {
    columns: 'implied',
    owner: 'implied',
    partitioning: () => ({ reason: 'PostgreSQL cannot change how an existing table is partitioned' }),
    traits: changeProperties,
    collation: 'implied',
    ofDatabase: 'implied',
    comment: (_, { name, comment }) => [commentStatementSql(sql`TABLE ${sqlNameOfObject(name)}`, comment)],
    dependsOn: 'implied',
  },
}

export const postgresPartitionWriter: ObjectKindWriter<'partition'> = {
  create: (partition) =>
    partition.bound.endsWith(DETACHING) || isForeign(partition)
      ? { reason: 'There is no SQL for a foreign partition, or for one whose detachment was interrupted' }
      : [createPartition(partition), ...alterTableForProperties(partition), ...comments(partition, [])],
  drop: ({ name }) => [sql`DROP TABLE ${sqlNameOfObject(name)}`],
  leaves: (partition) => propertiesWithoutSql(partition),
  properties: {
    of: attachAgain,
    bound: attachAgain,
    owner: 'implied',
    partitioning: () => ({ reason: 'PostgreSQL cannot change how an existing table is partitioned' }),
    traits: changeProperties,
    comment: (_, { name, comment }) => [commentStatementSql(sql`TABLE ${sqlNameOfObject(name)}`, comment)],
    dependsOn: 'implied',
  },
}

const DETACHING = ' DETACH PENDING'

function isForeign({ traits }: TableObject | PartitionObject): boolean {
  return traits?.includes('foreign') === true
}

function columnsInOrder(table: TableObject, parts: readonly SchemaObject[]): readonly ColumnObject[] {
  const columns = parts.filter((part) => part.kind === 'column')
  return columns.toSorted((a, b) => table.columns.indexOf(a.name) - table.columns.indexOf(b.name))
}

function createTable({ name, traits = [], partitioning }: TableObject, columns: readonly ColumnObject[]): SqlStatement {
  const type = traits.find((trait) => trait.startsWith('of '))
  const parents = traits.filter((trait) => trait.startsWith('inherits ')).map((trait) => sqlNameOfObject(trait.slice('inherits '.length)))
  const lines = columns.map((column) => (type === undefined ? postgresColumnDefinitionSql(column) : typedColumn(column)))
  const body = sql`(\n  ${joinSql(lines, sql`,\n  `)}\n)`
  return joinSql(
    [
      sql`CREATE ${traits.includes('unlogged') ? sql`UNLOGGED ` : sql``}TABLE ${sqlNameOfObject(name)}`,
      ...(type === undefined ? [] : [sqlVerbatim(` OF ${type.slice('of '.length)}`)]),
      ...(lines.length > 0 ? [sql` ${body}`] : type === undefined ? [sql` ()`] : []),
      ...(parents.length > 0 ? [sql` INHERITS (${joinSql(parents)})`] : []),
      optionalClauseSql(partitioning, (by) => sql`PARTITION BY ${sqlVerbatim(by)}`),
    ],
    sql``,
  )
}

function createPartition({ name, of, bound, partitioning, traits = [] }: PartitionObject): SqlStatement {
  const unlogged = traits.includes('unlogged') ? sql`UNLOGGED ` : sql``
  const by = optionalClauseSql(partitioning, (key) => sql`PARTITION BY ${sqlVerbatim(key)}`)
  return sql`CREATE ${unlogged}TABLE ${sqlNameOfObject(name)} PARTITION OF ${sqlNameOfObject(of)} ${sqlVerbatim(bound)}${by}`
}

function attachAgain(before: PartitionObject, after: PartitionObject): readonly SqlStatement[] | ReasonForMissingSql {
  if (`${before.bound}${after.bound}`.includes(DETACHING)) return { reason: 'There is no SQL for an interrupted detachment' }
  return [
    postgresAlterTableSql(before.of, sql`DETACH PARTITION ${sqlNameOfObject(before.name)}`),
    postgresAlterTableSql(after.of, sql`ATTACH PARTITION ${sqlNameOfObject(after.name)} ${sqlVerbatim(after.bound)}`),
  ]
}

/** Returns the definition of a column in the form that CREATE TABLE and ADD COLUMN use. */
export function postgresColumnDefinitionSql(column: ColumnObject): SqlStatement {
  const { name, type, collation, generated, identity, nullable } = column
  return joinSql(
    [
      sql`${sqlName(name)} ${sqlVerbatim(type)}`,
      optionalClauseSql(collation, (one) => sql`COLLATE ${sqlVerbatim(one)}`),
      optionalClauseSql(column.default, (expression) => sql`DEFAULT ${sqlVerbatim(expression)}`),
      optionalClauseSql(
        generated,
        ({ expression, stored }) => sql`GENERATED ALWAYS AS (${sqlVerbatim(expression)}) ${stored ? sql`STORED` : sql`VIRTUAL`}`,
      ),
      optionalClauseSql(identity, (kind) => sql`GENERATED ${sqlVerbatim(kind.toUpperCase())} AS IDENTITY`),
      nullable ? sql`` : sql` NOT NULL`,
    ],
    sql``,
  )
}

function typedColumn({ name, nullable, ...column }: ColumnObject): SqlStatement {
  const filled = optionalClauseSql(column.default, (expression) => sql`DEFAULT ${sqlVerbatim(expression)}`)
  return sql`${sqlName(name)} WITH OPTIONS${filled}${nullable ? sql`` : sql` NOT NULL`}`
}

function comments({ name, comment }: TableObject | PartitionObject, parts: readonly SchemaObject[]): readonly SqlStatement[] {
  const columns = parts.filter((part) => part.kind === 'column')
  return [
    ...newObjectCommentStatements(sql`TABLE ${sqlNameOfObject(name)}`, comment),
    ...columns.flatMap((column) =>
      newObjectCommentStatements(sql`COLUMN ${sqlNameOfObject(name)}.${sqlName(column.name)}`, column.comment),
    ),
  ]
}

/**
 * The properties of a table that ALTER TABLE can change. The first action of each entry adds the property, and the second action
 * removes the property.
 */
const PROPERTY_ACTIONS: ReadonlyMap<string, readonly [SqlStatement, SqlStatement]> = new Map([
  ['unlogged', [sql`SET UNLOGGED`, sql`SET LOGGED`]],
  ['row level security', [sql`ENABLE ROW LEVEL SECURITY`, sql`DISABLE ROW LEVEL SECURITY`]],
  ['forced row level security', [sql`FORCE ROW LEVEL SECURITY`, sql`NO FORCE ROW LEVEL SECURITY`]],
  ['replica identity full', [sql`REPLICA IDENTITY FULL`, sql`REPLICA IDENTITY DEFAULT`]],
  ['replica identity nothing', [sql`REPLICA IDENTITY NOTHING`, sql`REPLICA IDENTITY DEFAULT`]],
])

/** Returns the ALTER TABLE statements for the properties of a new table that CREATE TABLE cannot set. */
function alterTableForProperties({ name, traits = [] }: TableObject | PartitionObject): readonly SqlStatement[] {
  const after = traits.filter((trait) => trait !== 'unlogged').flatMap((trait) => PROPERTY_ACTIONS.get(trait)?.[0] ?? [])
  return after.map((action) => postgresAlterTableSql(name, action))
}

function propertiesWithoutSql({ traits = [] }: TableObject | PartitionObject): readonly ReasonForMissingSql[] {
  return traits
    .filter((trait) => !PROPERTY_ACTIONS.has(trait) && !/^(?:foreign$|of |inherits )/.test(trait))
    .map((trait) => ({ reason: `There is no SQL for the property "${trait}"` }))
}

function changeProperties<O extends TableObject | PartitionObject>(before: O, after: O): readonly SqlStatement[] | ReasonForMissingSql {
  const [had, has] = [before.traits ?? [], after.traits ?? []]
  const [gone, come] = [had.filter((trait) => !has.includes(trait)), has.filter((trait) => !had.includes(trait))]
  const unknown = [...gone, ...come].find((trait) => !PROPERTY_ACTIONS.has(trait))
  if (unknown !== undefined) return { reason: `There is no SQL for a change of the property "${unknown}"` }
  const off = gone.flatMap((trait) => PROPERTY_ACTIONS.get(trait)?.[1] ?? [])
  const on = come.flatMap((trait) => PROPERTY_ACTIONS.get(trait)?.[0] ?? [])
  return [...off, ...on].map((action) => postgresAlterTableSql(after.name, action))
}
