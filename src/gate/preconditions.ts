import { join, name, type Sql, sql, verbatim } from '../dialect/sql.ts'
import type { Difference } from '../schema/difference.ts'
import { nameOf, type SchemaObject, tableGroup } from '../schema/object.ts'
import { asAlteration, columnIn } from '../schema/partition.ts'
import type { State } from '../schema/state.ts'

/** A query that counts the rows which a new rule would reject. */
export interface Precondition {
  readonly rule: string
  /** 'rows are NULL', 'values stand more than once', … */
  readonly violation: string
  readonly count: Sql
}

/**
 * What the coming changes would reject, as queries on the schema as it is now. A rule on a table or column that does not
 * exist yet under its name is left out: nothing can be counted before it is there.
 */
export function preconditionsOf(changes: readonly Difference[], now: State): readonly Precondition[] {
  return changes.flatMap((one) => {
    const change = asAlteration(one, now)
    if (change.kind === 'removed') return []
    const after = change.kind === 'added' ? change.object : change.after
    const before = change.kind === 'added' ? undefined : change.before
    const precondition = ruleOf(after, before)
    return precondition && columnsExist(after, now) ? [precondition] : []
  })
}

function ruleOf(after: SchemaObject, before: SchemaObject | undefined): Precondition | undefined {
  switch (after.kind) {
    case 'column':
      return before?.kind === 'column' && before.nullable && !after.nullable ? notNull(after.table, after.name) : undefined
    case 'primary-key':
    case 'unique':
      return before ? undefined : unique(nameOf(after), after.table, after.columns, after.kind === 'primary-key')
    case 'index':
      return before || !after.unique || after.predicate !== undefined ? undefined : unique(nameOf(after), after.table, after.keys, false)
    case 'check':
      return before || after.notEnforced ? undefined : check(nameOf(after), after.table, after.expression)
    case 'foreign-key':
      return before ? undefined : orphans(after)
    default:
      return undefined
  }
}

function notNull(table: string, column: string): Precondition {
  return {
    rule: `column ${table}.${column} NOT NULL`,
    violation: 'rows are NULL',
    count: sql`SELECT count(*) AS violations FROM ${path(table)} WHERE ${name(column)} IS NULL`,
  }
}

function unique(rule: string, table: string, columns: readonly string[], alsoNull: boolean): Precondition | undefined {
  if (!columns.every(isName)) return undefined
  const keys = columns.map((column) => name(column))
  const filled = join(
    keys.map((key) => sql`${key} IS NOT NULL`),
    sql` AND `,
  )
  const where = alsoNull ? sql`` : sql` WHERE ${filled}`
  return {
    rule: `${rule} (${columns.join(', ')})`,
    violation: 'values stand more than once',
    count: sql`SELECT count(*) AS violations FROM (SELECT 1 AS one FROM ${path(table)}${where} GROUP BY ${join(keys)} HAVING count(*) > 1) doubles`,
  }
}

function check(rule: string, table: string, expression: string): Precondition {
  return {
    rule,
    violation: 'rows do not satisfy it',
    count: sql`SELECT count(*) AS violations FROM ${path(table)} WHERE NOT (${verbatim(expression)})`,
  }
}

function orphans(key: Extract<SchemaObject, { kind: 'foreign-key' }>): Precondition {
  const pairs = key.columns.map((column, index) => sql`p.${name(key.references.columns[index] ?? column)} = c.${name(column)}`)
  const filled = key.columns.map((column) => sql`c.${name(column)} IS NOT NULL`)
  return {
    rule: `${nameOf(key)} (${key.columns.join(', ')})`,
    violation: `rows have no counterpart in ${key.references.table}`,
    count: sql`SELECT count(*) AS violations FROM ${path(key.table)} c WHERE ${join(filled, sql` AND `)} AND NOT EXISTS (SELECT 1 FROM ${path(key.references.table)} p WHERE ${join(pairs, sql` AND `)})`,
  }
}

function columnsExist(object: SchemaObject, now: State): boolean {
  const exists = (table: string, columns: readonly string[]) =>
    now.groups.has(tableGroup(table)) && columns.every((column) => columnIn(now, table, column) !== undefined)
  switch (object.kind) {
    case 'column':
      return exists(object.table, [object.name])
    case 'primary-key':
    case 'unique':
      return exists(object.table, object.columns)
    case 'index':
      return exists(object.table, object.keys)
    case 'check':
      return exists(object.table, columnsOf(object.dependsOn))
    case 'foreign-key':
      return exists(object.table, object.columns) && exists(object.references.table, object.references.columns)
    default:
      return false
  }
}

function columnsOf(ids: readonly string[] | undefined): readonly string[] {
  return (ids ?? []).filter((id) => id.startsWith('column:')).map((id) => id.slice(id.lastIndexOf('.') + 1))
}

/** An expression or a prefix is not a column's name; what it would reject only the server can tell. */
function isName(column: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(column)
}

export function path(table: string): Sql {
  return name(...table.split('.'))
}
