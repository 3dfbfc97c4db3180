import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import type { ColumnObject, SchemaObject, TableObject } from '../../../schema/object.ts'
import type { KindWriter, ReasonForMissingSql } from '../../kind-writer.ts'
import { alterTableSql, collationClause, commentClause } from './clauses.ts'

/** Returns the line of a column, key, index or CHECK constraint in CREATE TABLE. Returns undefined for any other object. */
export type MakeTableLine = (part: SchemaObject) => SqlStatement | undefined

export function makeTableWriter(lineOf: MakeTableLine): KindWriter<'table'> {
  return {
    create: (table, parts) => [createTable(table, partsInOrder(table, parts), lineOf)],
    drop: ({ name }) => [sql`DROP TABLE ${sqlName(name)}`],
    leaves: ({ partitioning }) => (partitioning === undefined ? [] : [NO_PARTITIONS]),
    attributes: {
      columns: 'implied',
      owner: 'implied',
      partitioning: () => NO_PARTITIONS,
      traits: changeProperties,
      collation: (_, { name, collation }) => [alterTableSql(name, sql`DEFAULT${collationClause(collation)}`)],
      ofDatabase: 'implied',
      comment: (_, { name, comment = '' }) => [alterTableSql(name, sql`COMMENT = ${sqlValue(comment)}`)],
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
  lineOf: MakeTableLine,
): SqlStatement {
  const lines = parts.flatMap((part) => lineOf(part) ?? [])
  const engine = engineOf(traits)
  return joinSql(
    [
      sql`CREATE TABLE ${sqlName(name)} (\n  ${joinSql(lines, sql`,\n  `)}\n)`,
      engine === undefined ? sql`` : sql` ENGINE = ${sqlVerbatim(engine)}`,
      collation === undefined ? sql`` : sql` DEFAULT${collationClause(collation)}`,
      commentClause(comment),
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
    ...(before === after ? [] : [alterTableSql(name, sql`ENGINE = ${sqlVerbatim(after)}`)]),
    ...(had.includes(VERSIONED) === isVersioned
      ? []
      : [alterTableSql(name, isVersioned ? sql`ADD SYSTEM VERSIONING` : sql`DROP SYSTEM VERSIONING`)]),
  ]
}

const redefine = (_: ColumnObject, after: ColumnObject) => [alterTableSql(after.table, sql`MODIFY COLUMN ${columnDefinition(after)}`)]

export const columnWriter: KindWriter<'column'> = {
  create: (column) => [alterTableSql(column.table, sql`ADD COLUMN ${columnDefinition(column)}`)],
  drop: ({ table, name }) => [alterTableSql(table, sql`DROP COLUMN ${sqlName(name)}`)],
  attributes: {
    type: redefine,
    nullable: redefine,
    default: redefine,
    generated: (before, after) =>
      before.generated?.stored === after.generated?.stored
        ? redefine(before, after)
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

/** Returns the definition of a column in the form that CREATE TABLE and ALTER TABLE use. */
export function columnDefinition(column: ColumnObject): SqlStatement {
  const { name, type, collation, generated, nullable, onUpdate, identity, invisible, comment } = column
  return joinSql(
    [
      sql`${sqlName(name)} ${sqlVerbatim(type)}`,
      type === 'json' ? sql`` : collationClause(collation),
      generated ? sql` GENERATED ALWAYS AS (${sqlVerbatim(generated.expression)}) ${generated.stored ? sql`STORED` : sql`VIRTUAL`}` : sql``,
      nullable ? (generated || / generated always as row /.test(type) ? sql`` : sql` NULL`) : sql` NOT NULL`,
      column.default === undefined ? sql`` : sql` DEFAULT ${defaultValue(column.default, type)}`,
      onUpdate === undefined ? sql`` : sql` ON UPDATE ${sqlVerbatim(onUpdate)}`,
      identity === undefined ? sql`` : sql` AUTO_INCREMENT`,
      invisible ? sql` INVISIBLE` : sql``,
      commentClause(comment),
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
