import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import {
  type CheckObject,
  type ColumnObject,
  type ForeignKeyObject,
  groupKeyOf,
  type IndexObject,
  type KeyObject,
  objectIdOf,
  type SchemaObject,
  tableGroupKey,
} from '../../../schema/object.ts'
import type { SchemaState } from '../../../schema/state.ts'
import type { ObjectKindWriter, ObjectPropertyWriter, ReasonForMissingSql, SchemaStatesOfChange } from '../../kind-writer.ts'
import { indexKeyListSql, mysqlAlterTableSql, mysqlCommentClauseSql } from './clauses.ts'
import { columnsLeavingPrimaryKeySql, isShortenedPrimaryKey, redefineColumnSql } from './tables.ts'

/** The keyword for an index that the optimizer does not use: INVISIBLE on MySQL, IGNORED on MariaDB. */
export type UnusedIndexKeyword = 'INVISIBLE' | 'IGNORED'

export function keyLineSql(key: KeyObject, unused: UnusedIndexKeyword): SqlStatement {
  const head = key.kind === 'primary-key' ? sql`PRIMARY KEY` : sql`UNIQUE KEY ${sqlName(key.name)}`
  return sql`${head} ${indexKeyListSql(key.columns)}${key.hashed ? sql` USING HASH` : sql``}${options(key, unused)}`
}

export function indexLineSql({ method, name, keys, ...facts }: IndexObject, unused: UnusedIndexKeyword): SqlStatement {
  const [, special, parser] = /^(fulltext|spatial|vector)(?: with parser (.*))?$/s.exec(method) ?? []
  const kind = special === undefined ? sql`` : sql`${sqlVerbatim(special.toUpperCase())} `
  const using = special === undefined && method !== 'btree' ? sql` USING ${sqlVerbatim(method.toUpperCase())}` : sql``
  const parsed = parser === undefined ? sql`` : sql` WITH PARSER ${sqlName(parser)}`
  return sql`${kind}KEY ${sqlName(name)} ${indexKeyListSql(keys)}${using}${parsed}${options(facts, unused)}`
}

function options(facts: { readonly comment?: string; readonly invisible?: true }, unused: UnusedIndexKeyword): SqlStatement {
  return sql`${mysqlCommentClauseSql(facts.comment)}${facts.invisible ? sql` ${sqlVerbatim(unused)}` : sql``}`
}

function dropKey(key: KeyObject | IndexObject): SqlStatement {
  return key.kind === 'primary-key' ? sql`DROP PRIMARY KEY` : sql`DROP KEY ${sqlName(key.name)}`
}

/**
 * Returns the clauses that add an index for each foreign key whose only index is `dropped`. The clauses are needed because the
 * server refuses to drop the last index with the columns of a foreign key.
 */
function ownIndexesInstead(dropped: KeyObject | IndexObject, state: SchemaState): readonly SqlStatement[] {
  const parts = partsOfTable(dropped, state)
  const others = parts.filter((part) => objectIdOf(part) !== objectIdOf(dropped)).map(columnsOf)
  return parts
    .filter((part) => part.kind === 'foreign-key')
    .filter(({ columns }) => isLedBy(columnsOf(dropped), columns) && !others.some((other) => isLedBy(other, columns)))
    .map(({ name, ownIndex: index = name, columns }) => sql`ADD KEY ${sqlName(index)} ${indexKeyListSql(columns)}`)
}

function partsOfTable(part: SchemaObject, state: SchemaState): readonly SchemaObject[] {
  return [...(state.groups.get(groupKeyOf(part))?.values() ?? [])]
}

function columnsOf(part: SchemaObject): readonly string[] {
  if (part.kind === 'primary-key' || part.kind === 'unique') return part.columns
  return part.kind === 'index' && part.method === 'btree' ? part.keys : []
}

function isLedBy(columns: readonly string[], first: readonly string[]): boolean {
  return first.every((column, place) => columns[place] === column)
}

export function makeMysqlKeyWriter(unused: UnusedIndexKeyword): ObjectKindWriter<'unique'> {
  // One statement drops the key and adds it again, because an AUTO_INCREMENT column or a foreign key can need the key at all
  // times.
  const again: ObjectPropertyWriter<KeyObject> = (before, after, change) =>
    isShortenedPrimaryKey(before, after) ? [] : changeKey(before, after, unused, change)
  return {
    create: (key) => [mysqlAlterTableSql(key.table, sql`ADD ${keyLineSql(key, unused)}`)],
    drop: (key, { to }) => [mysqlAlterTableSql(key.table, ...ownIndexesInstead(key, to), dropKey(key))],
    properties: {
      columns: again,
      include: 'implied',
      nullsNotDistinct: 'implied',
      deferrable: 'implied',
      invalid: 'implied',
      invisible: again,
      hashed: again,
      comment: again,
      dependsOn: 'implied',
    },
  }
}

/**
 * Returns the statement that drops a key and adds the key with its new definition. One ALTER TABLE does both, because an
 * AUTO_INCREMENT column or a foreign key can need the key at all times.
 */
function changeKey(
  before: KeyObject,
  after: KeyObject,
  unused: UnusedIndexKeyword,
  change?: SchemaStatesOfChange,
): readonly SqlStatement[] {
  const nullable = change && before.kind === 'primary-key' ? columnsLeavingPrimaryKeySql(after.table, change) : []
  return [mysqlAlterTableSql(after.table, dropKey(before), sql`ADD ${keyLineSql(after, unused)}`, ...nullable)]
}

/**
 * Returns the statement that removes columns from a primary key. The statement runs first in the script, because a later statement
 * can make a removed column nullable. The result is empty for every other change of the key.
 */
export function shortenPrimaryKeySql(before: KeyObject, after: KeyObject, unused: UnusedIndexKeyword): readonly SqlStatement[] {
  return isShortenedPrimaryKey(before, after) ? changeKey(before, after, unused) : []
}

export function makeMysqlIndexWriter(unused: UnusedIndexKeyword): ObjectKindWriter<'index'> {
  const again: ObjectPropertyWriter<IndexObject> = (before, after) => [
    mysqlAlterTableSql(after.table, dropKey(before), sql`ADD ${indexLineSql(after, unused)}`),
  ]
  return {
    create: (index) => [mysqlAlterTableSql(index.table, sql`ADD ${indexLineSql(index, unused)}`)],
    drop: (index, { to }) => [mysqlAlterTableSql(index.table, ...ownIndexesInstead(index, to), dropKey(index))],
    properties: {
      method: again,
      keys: again,
      include: 'implied',
      unique: 'implied',
      nullsNotDistinct: 'implied',
      predicate: 'implied',
      invalid: 'implied',
      invisible: again,
      comment: again,
      dependsOn: 'implied',
    },
  }
}

export function checkConstraintLineSql({ name, expression, notEnforced }: CheckObject): SqlStatement {
  const named = name === '' ? sql`` : sql`CONSTRAINT ${sqlName(name)} `
  return sql`${named}CHECK (${sqlVerbatim(expression)})${notEnforced ? sql` NOT ENFORCED` : sql``}`
}

export const mysqlCheckWriter: ObjectKindWriter<'check'> = {
  create: (check, _, state) => addCheck(check, state),
  drop: dropCheck,
  properties: {
    expression: changeCheck,
    notValid: 'implied',
    notEnforced: changeCheck,
    ofColumn: 'implied',
    comment: 'implied',
    dependsOn: 'implied',
  },
}

/** Returns the column whose definition contains the CHECK constraint. Returns undefined for a CHECK constraint of the table. */
function columnOfCheck({ table, name, ofColumn }: CheckObject, { groups }: SchemaState): ColumnObject | undefined {
  const column = ofColumn ? groups.get(tableGroupKey(table))?.get(`column:${table}.${name}`) : undefined
  return column?.kind === 'column' ? column : undefined
}

/**
 * Returns the statement that creates a CHECK constraint. If the constraint belongs to the definition of a column, the statement
 * writes this definition again. The constraint does not become a constraint of the table, because the server refuses a CHECK
 * constraint of the table that has the same name as a unique key.
 */
function addCheck(check: CheckObject, state: SchemaState): readonly SqlStatement[] {
  const column = columnOfCheck(check, state)
  return [column ? redefineColumnSql(column, check) : mysqlAlterTableSql(check.table, sql`ADD ${checkConstraintLineSql(check)}`)]
}

/**
 * Returns the statement that drops a CHECK constraint. If the constraint belongs to the definition of a column, the statement
 * writes this definition without the constraint, because DROP CONSTRAINT does not find the constraint.
 */
function dropCheck(check: CheckObject, { from }: Pick<SchemaStatesOfChange, 'from'>): readonly SqlStatement[] | ReasonForMissingSql {
  if (check.name === '') return { reason: 'The check has no name' }
  const column = columnOfCheck(check, from)
  return [column ? redefineColumnSql(column) : mysqlAlterTableSql(check.table, sql`DROP CONSTRAINT ${sqlName(check.name)}`)]
}

function changeCheck(before: CheckObject, after: CheckObject, change: SchemaStatesOfChange): readonly SqlStatement[] | ReasonForMissingSql {
  if (before.ofColumn && after.ofColumn) return addCheck(after, change.to)
  const dropped = dropCheck(before, { from: change.to })
  return 'reason' in dropped ? dropped : [...dropped, ...addCheck(after, change.to)]
}

export const mysqlForeignKeyWriter: ObjectKindWriter<'foreign-key'> = {
  create: (key, _, state) => [
    mysqlAlterTableSql(key.table, ...ownIndex(key, state), sql`ADD CONSTRAINT ${sqlName(key.name)} ${foreignKeyDefinitionSql(key)}`),
  ],
  drop: ({ table, name, ownIndex: index }) => [
    mysqlAlterTableSql(table, sql`DROP FOREIGN KEY ${sqlName(name)}`),
    ...(index === undefined ? [] : [mysqlAlterTableSql(table, sql`DROP KEY ${sqlName(index)}`)]),
  ],
  properties: {
    columns: 'replace',
    references: 'replace',
    onUpdate: 'replace',
    onDelete: 'replace',
    match: 'implied',
    period: 'implied',
    deferrable: 'implied',
    notValid: 'implied',
    // `ownIndex` is the index that the server created for a foreign key. The writer replaces the foreign key if `ownIndex` has
    // another name in the new state. If only one of the two states contains `ownIndex`, the statements for other indexes create or
    // drop the index.
    ownIndex: (before, after) => (before.ownIndex !== undefined && after.ownIndex !== undefined ? 'replace' : []),
    comment: 'implied',
    dependsOn: 'implied',
  },
}

/**
 * Returns the clause that adds the index `ownIndex` of a foreign key. If no other index has the columns of the foreign key, the
 * server itself creates an index with the name of the foreign key. The result is empty if this index is `ownIndex`.
 */
function ownIndex(key: ForeignKeyObject, state: SchemaState): readonly SqlStatement[] {
  const { name, columns, ownIndex: index } = key
  const isMade = index === name && !partsOfTable(key, state).some((part) => isLedBy(columnsOf(part), columns))
  return index === undefined || isMade ? [] : [sql`ADD KEY ${sqlName(index)} ${indexKeyListSql(columns)}`]
}

export function foreignKeyDefinitionSql({ columns, references, onUpdate, onDelete }: ForeignKeyObject): SqlStatement {
  const names = (of: readonly string[]) => joinSql(of.map((name) => sqlName(name)))
  const action = (on: SqlStatement, what: string | undefined) =>
    what === undefined ? sql`` : sql` ${on} ${sqlVerbatim(what.toUpperCase())}`
  const table = sqlName(...splitOnce(references.table))
  const target = sql`REFERENCES ${table} (${names(references.columns)})`
  return sql`FOREIGN KEY (${names(columns)}) ${target}${action(sql`ON DELETE`, onDelete)}${action(sql`ON UPDATE`, onUpdate)}`
}

function splitOnce(table: string): readonly string[] {
  const dot = table.indexOf('.')
  return dot < 0 ? [table] : [table.slice(0, dot), table.slice(dot + 1)]
}
