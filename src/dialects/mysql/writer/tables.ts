import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import {
  type CheckObject,
  type ColumnObject,
  groupKeyOf,
  type KeyObject,
  objectIdOf,
  type SchemaObject,
  type TableObject,
  tableGroupKey,
} from '../../../schema/object.ts'
import type { ObjectKindWriter, ReasonForMissingSql, SchemaStatesOfChange } from '../../kind-writer.ts'
import { mysqlAlterTableSql, mysqlCollationClauseSql, mysqlCommentClauseSql } from './clauses.ts'

/**
 * Returns the line of a column, key, index or CHECK constraint in CREATE TABLE. Returns undefined for an object that has no line
 * of its own. `parts` contains all parts of the table.
 */
export type MakeCreateTableLine = (part: SchemaObject, parts: readonly SchemaObject[]) => SqlStatement | undefined

export function makeMysqlTableWriter(lineOf: MakeCreateTableLine): ObjectKindWriter<'table'> {
  return {
    create: (table, parts) => [createTable(table, partsInOrder(table, parts), lineOf)],
    drop: ({ name }) => [sql`DROP TABLE ${sqlName(name)}`],
    leaves: ({ partitioning }) => (partitioning === undefined ? [] : [NO_PARTITIONS]),
    properties: {
      columns: 'implied',
      owner: 'implied',
      partitioning: () => NO_PARTITIONS,
      traits: changeProperties,
      collation: (_, { name, collation }) => [mysqlAlterTableSql(name, sql`DEFAULT${mysqlCollationClauseSql(collation)}`)],
      ofDatabase: 'implied',
      comment: (_, { name, comment = '' }) => [mysqlAlterTableSql(name, sql`COMMENT = ${sqlValue(comment)}`)],
      dependsOn: 'implied',
    },
  }
}

const NO_PARTITIONS: ReasonForMissingSql = { reason: 'The state does not contain the partitions of the table' }

function partsInOrder({ columns }: TableObject, parts: readonly SchemaObject[]): readonly SchemaObject[] {
  const place = (part: SchemaObject) => (part.kind === 'column' ? columns.indexOf(part.name) : columns.length)
  return parts.toSorted((a, b) => place(a) - place(b))
}

function createTable(
  { name, traits = [], collation, comment }: TableObject,
  parts: readonly SchemaObject[],
  lineOf: MakeCreateTableLine,
): SqlStatement {
  const lines = parts.flatMap((part) => lineOf(part, parts) ?? [])
  const engine = engineOf(traits)
  return joinSql(
    [
      sql`CREATE TABLE ${sqlName(name)} (\n  ${joinSql(lines, sql`,\n  `)}\n)`,
      engine === undefined ? sql`` : sql` ENGINE = ${sqlVerbatim(engine)}`,
      collation === undefined ? sql`` : sql` DEFAULT${mysqlCollationClauseSql(collation)}`,
      mysqlCommentClauseSql(comment),
      traits.includes(VERSIONED) ? sql` WITH SYSTEM VERSIONING` : sql``,
    ],
    sql``,
  )
}

const VERSIONED = 'system versioning'

function engineOf(traits: readonly string[]): string | undefined {
  return traits.find((trait) => trait.startsWith('engine '))?.slice('engine '.length)
}

function changeProperties({ traits: had = [] }: TableObject, { name, traits: has = [] }: TableObject): readonly SqlStatement[] {
  const [before, after] = [engineOf(had) ?? 'InnoDB', engineOf(has) ?? 'InnoDB']
  const isVersioned = has.includes(VERSIONED)
  return [
    ...(before === after ? [] : [mysqlAlterTableSql(name, sql`ENGINE = ${sqlVerbatim(after)}`)]),
    ...(had.includes(VERSIONED) === isVersioned
      ? []
      : [mysqlAlterTableSql(name, isVersioned ? sql`ADD SYSTEM VERSIONING` : sql`DROP SYSTEM VERSIONING`)]),
  ]
}

/**
 * Returns the statement that replaces the definition of a column. `check` is the CHECK constraint of the new definition. If `check`
 * is undefined, the new definition contains no CHECK constraint.
 */
export function redefineColumnSql(column: ColumnObject, check?: CheckObject): SqlStatement {
  return mysqlAlterTableSql(column.table, sql`MODIFY COLUMN ${mysqlColumnDefinitionSql(column, check)}`)
}

/** Returns the CHECK constraint that is a part of the definition of a column. Only MariaDB has such constraints. */
export function checkConstraintOfColumn({ name }: ColumnObject, objects: Iterable<SchemaObject>): CheckObject | undefined {
  for (const object of objects) if (object.kind === 'check' && object.ofColumn && object.name === name) return object
  return undefined
}

const redefine = (_: ColumnObject, after: ColumnObject, change: SchemaStatesOfChange) => [
  redefineColumnSql(leavesReplacedPrimaryKey(after, change) ? { ...after, nullable: false } : after, keptCheck(after, change)),
]

/**
 * Returns the clauses that make columns nullable which a replaced primary key no longer contains. They belong to the statement that
 * replaces the key, because a column of a primary key cannot be nullable.
 */
export function columnsLeavingPrimaryKeySql(table: string, change: SchemaStatesOfChange): readonly SqlStatement[] {
  return [...(change.to.groups.get(tableGroupKey(table))?.values() ?? [])].flatMap((object) =>
    object.kind === 'column' && object.nullable && leavesReplacedPrimaryKey(object, change)
      ? [sql`MODIFY COLUMN ${mysqlColumnDefinitionSql(object, keptCheck(object, change))}`]
      : [],
  )
}

/** Returns true for a column of the old primary key if the table gets another primary key without the column. */
function leavesReplacedPrimaryKey(column: ColumnObject, { from, to }: SchemaStatesOfChange): boolean {
  const [before, after] = [from, to].map(({ groups }) => primaryKeyOf(groups.get(groupKeyOf(column))?.values() ?? []))
  if (!before?.columns.includes(column.name) || !after || after.columns.includes(column.name)) return false
  return !isShortenedPrimaryKey(before, after)
}

function primaryKeyOf(objects: Iterable<SchemaObject>): KeyObject | undefined {
  for (const object of objects) if (object.kind === 'primary-key') return object
  return undefined
}

/** Returns true if a primary key only loses columns. */
export function isShortenedPrimaryKey(before: KeyObject, after: KeyObject): boolean {
  const isSubset = after.columns.every((column) => before.columns.includes(column))
  return before.kind === 'primary-key' && isSubset && after.columns.length < before.columns.length
}

/**
 * Returns the CHECK constraint that is the same in the old and the new definition of a column. The statement that changes the
 * column must repeat this constraint. Other statements create or change a CHECK constraint.
 */
function keptCheck(column: ColumnObject, { from, to }: SchemaStatesOfChange): CheckObject | undefined {
  const check = checkConstraintOfColumn(column, from.groups.get(groupKeyOf(column))?.values() ?? [])
  const after = check && to.groups.get(groupKeyOf(check))?.get(objectIdOf(check))
  return after?.kind === 'check' && after.expression === check?.expression ? check : undefined
}

export const mysqlColumnWriter: ObjectKindWriter<'column'> = {
  create: (column) => [mysqlAlterTableSql(column.table, sql`ADD COLUMN ${mysqlColumnDefinitionSql(column)}`)],
  drop: ({ table, name }) => [mysqlAlterTableSql(table, sql`DROP COLUMN ${sqlName(name)}`)],
  properties: {
    type: redefine,
    nullable: (before, after, change) => (after.nullable && leavesReplacedPrimaryKey(after, change) ? [] : redefine(before, after, change)),
    default: redefine,
    generated: (before, after, change) =>
      before.generated?.stored === after.generated?.stored
        ? redefine(before, after, change)
        : { reason: 'The server cannot turn this column into a generated column of another kind. A new column is needed' },
    identity: redefine,
    onUpdate: redefine,
    invisible: redefine,
    collation: redefine,
    ofDatabase: 'implied',
    comment: redefine,
    dependsOn: 'implied',
  },
}

/**
 * Returns the definition of a column in the form that CREATE TABLE and ALTER TABLE use. `check` is the CHECK of the definition.
 */
export function mysqlColumnDefinitionSql(column: ColumnObject, check?: CheckObject): SqlStatement {
  const { name, type, collation, generated, nullable, onUpdate, identity, invisible, comment } = column
  return joinSql(
    [
      sql`${sqlName(name)} ${sqlVerbatim(type)}`,
      type === 'json' ? sql`` : mysqlCollationClauseSql(collation),
      generated ? sql` GENERATED ALWAYS AS (${sqlVerbatim(generated.expression)}) ${generated.stored ? sql`STORED` : sql`VIRTUAL`}` : sql``,
      nullable ? (generated || / generated always as row /.test(type) ? sql`` : sql` NULL`) : sql` NOT NULL`,
      column.default === undefined ? sql`` : sql` DEFAULT ${defaultValue(column.default, type)}`,
      onUpdate === undefined ? sql`` : sql` ON UPDATE ${sqlVerbatim(onUpdate)}`,
      identity === undefined ? sql`` : sql` AUTO_INCREMENT`,
      invisible ? sql` INVISIBLE` : sql``,
      mysqlCommentClauseSql(comment),
      check === undefined ? sql`` : sql` CHECK (${sqlVerbatim(check.expression)})`,
    ],
    sql``,
  )
}

// Matches the default values that need no parentheses: a literal, or the current time.
const PLAIN = /^(?:[bx]?'(?:[^'\\]|''|\\.)*'|-?\d[\d.]*(?:e[-+]?\d+)?|CURRENT_TIMESTAMP(?:\(\d\))?|NULL|TRUE|FALSE)$/is

// The types whose default value is always an expression on MySQL.
const ONLY_EXPRESSIONS = /^(?:tiny|medium|long)?(?:text|blob)\b|^(?:json|geometry|point|linestring|polygon)\b/

/** Returns true for a default that is a literal or the current time. */
export function isPlainDefault(expression: string): boolean {
  return PLAIN.test(expression)
}

function defaultValue(expression: string, type: string): SqlStatement {
  return PLAIN.test(expression) && !ONLY_EXPRESSIONS.test(type) ? sqlVerbatim(expression) : sql`(${sqlVerbatim(expression)})`
}
