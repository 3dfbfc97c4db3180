import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { CheckObject, ForeignKeyObject, IndexObject, KeyObject } from '../../../schema/object.ts'
import type { FactWriter, KindWriter } from '../../kind-writer.ts'
import { alterTable, commentClause, keyList } from './clauses.ts'

/** The words of one server for an index that the planner does not use. */
export type WordForUnusedIndex = 'INVISIBLE' | 'IGNORED'

export function keyLine(key: KeyObject, unused: WordForUnusedIndex): SqlStatement {
  const head = key.kind === 'primary-key' ? sql`PRIMARY KEY` : sql`UNIQUE KEY ${sqlName(key.name)}`
  return sql`${head} ${keyList(key.columns)}${key.hashed ? sql` USING HASH` : sql``}${options(key, unused)}`
}

export function indexLine({ method, name, keys, ...facts }: IndexObject, unused: WordForUnusedIndex): SqlStatement {
  const [, special, parser] = /^(fulltext|spatial|vector)(?: with parser (.*))?$/s.exec(method) ?? []
  const kind = special === undefined ? sql`` : sql`${sqlVerbatim(special.toUpperCase())} `
  const using = special === undefined && method !== 'btree' ? sql` USING ${sqlVerbatim(method.toUpperCase())}` : sql``
  const parsed = parser === undefined ? sql`` : sql` WITH PARSER ${sqlName(parser)}`
  return sql`${kind}KEY ${sqlName(name)} ${keyList(keys)}${using}${parsed}${options(facts, unused)}`
}

function options(facts: { readonly comment?: string; readonly invisible?: true }, unused: WordForUnusedIndex): SqlStatement {
  return sql`${commentClause(facts.comment)}${facts.invisible ? sql` ${sqlVerbatim(unused)}` : sql``}`
}

function dropKey(key: KeyObject | IndexObject): SqlStatement {
  return key.kind === 'primary-key' ? sql`DROP PRIMARY KEY` : sql`DROP KEY ${sqlName(key.name)}`
}

export function makeKeyWriter(unused: WordForUnusedIndex): KindWriter<'unique'> {
  // One statement drops and adds the key, because an AUTO_INCREMENT column or a foreign key may need it.
  const again: FactWriter<KeyObject> = (before, after) => (isShortened(before, after) ? [] : changeKey(before, after, unused))
  return {
    create: (key) => [alterTable(key.table, sql`ADD ${keyLine(key, unused)}`)],
    drop: (key) => [alterTable(key.table, dropKey(key))],
    facts: {
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
 * Makes the statement that drops and adds a key. The key is never missing, because an AUTO_INCREMENT column or a foreign key may need it.
 */
function changeKey(before: KeyObject, after: KeyObject, unused: WordForUnusedIndex): readonly SqlStatement[] {
  return [alterTable(after.table, dropKey(before), sql`ADD ${keyLine(after, unused)}`)]
}

/** Makes the statement that takes columns out of a primary key. It runs first, because such a column may become nullable. */
export function shortenPrimaryKey(before: KeyObject, after: KeyObject, unused: WordForUnusedIndex): readonly SqlStatement[] {
  return isShortened(before, after) ? changeKey(before, after, unused) : []
}

function isShortened(before: KeyObject, after: KeyObject): boolean {
  const isSubset = after.columns.every((column) => before.columns.includes(column))
  return before.kind === 'primary-key' && isSubset && after.columns.length < before.columns.length
}

export function makeIndexWriter(unused: WordForUnusedIndex): KindWriter<'index'> {
  const again: FactWriter<IndexObject> = (before, after) => [alterTable(after.table, dropKey(before), sql`ADD ${indexLine(after, unused)}`)]
  return {
    create: (index) => [alterTable(index.table, sql`ADD ${indexLine(index, unused)}`)],
    drop: (index) => [alterTable(index.table, dropKey(index))],
    facts: {
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

export function checkLine({ name, expression, notEnforced }: CheckObject): SqlStatement {
  const named = name === '' ? sql`` : sql`CONSTRAINT ${sqlName(name)} `
  return sql`${named}CHECK (${sqlVerbatim(expression)})${notEnforced ? sql` NOT ENFORCED` : sql``}`
}

/** True for a check that MariaDB may have stored with its column, and that no statement can drop alone. */
function mayBeOfColumn({ table, name, dependsOn }: CheckObject): boolean {
  return name === '' || dependsOn?.includes(`column:${table}.${name}`) === true
}

export const checkWriter: KindWriter<'check'> = {
  create: (check) => [alterTable(check.table, sql`ADD ${checkLine(check)}`)],
  drop: (check) =>
    mayBeOfColumn(check)
      ? { reason: 'The check may belong to the definition of its column, and the state does not tell' }
      : [alterTable(check.table, sql`DROP CONSTRAINT ${sqlName(check.name)}`)],
  facts: {
    expression: changeCheck,
    notValid: 'implied',
    notEnforced: changeCheck,
    comment: 'implied',
    dependsOn: 'implied',
  },
}

function changeCheck(before: CheckObject, after: CheckObject): readonly SqlStatement[] | { readonly reason: string } {
  const dropped = checkWriter.drop(before)
  return 'reason' in dropped ? dropped : [...dropped, alterTable(after.table, sql`ADD ${checkLine(after)}`)]
}

export const foreignKeyWriter: KindWriter<'foreign-key'> = {
  create: (key) => [alterTable(key.table, ...ownIndex(key), sql`ADD CONSTRAINT ${sqlName(key.name)} ${foreignKeyBody(key)}`)],
  drop: ({ table, name, ownIndex: index }) => [
    alterTable(table, sql`DROP FOREIGN KEY ${sqlName(name)}`),
    ...(index === undefined ? [] : [alterTable(table, sql`DROP KEY ${sqlName(index)}`)]),
  ],
  facts: {
    columns: 'replace',
    references: 'replace',
    onUpdate: 'replace',
    onDelete: 'replace',
    match: 'implied',
    deferrable: 'implied',
    notValid: 'implied',
    ownIndex: 'replace',
    comment: 'implied',
    dependsOn: 'implied',
  },
}

/** The server names the index of a foreign key after the foreign key. An index with another name is written first. */
function ownIndex({ name, columns, ownIndex: index }: ForeignKeyObject): readonly SqlStatement[] {
  return index === undefined || index === name ? [] : [sql`ADD KEY ${sqlName(index)} ${keyList(columns)}`]
}

export function foreignKeyBody({ columns, references, onUpdate, onDelete }: ForeignKeyObject): SqlStatement {
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
