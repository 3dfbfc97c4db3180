import { joinSql, type SqlStatement, sql, sqlName, sqlTableName, sqlVerbatim } from '../dialect/sql.ts'
import { namesOfDifferingObjectProperties } from '../schema/difference.ts'
import {
  type ColumnObject,
  type ExclusionConstraintObject,
  type ForeignKeyObject,
  formatExclusionElements,
  formatObjectName,
  type IndexObject,
  type KeyObject,
  type SchemaObject,
  tableGroupKey,
} from '../schema/object.ts'
import { findColumnInState } from '../schema/partition.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'

/** A rule that a schema change adds, with a query that counts the rows which violate the rule. */
export interface RulePrecondition {
  readonly rule: string
  /** The phrases of a message for one violation and for several violations, such as 'row is NULL' and 'rows are NULL'. */
  readonly violation: readonly [one: string, several: string]
  readonly count: SqlStatement
  /** The columns to which the rule applies, by the name of the table. */
  readonly on: ReadonlyMap<string, readonly string[]>
  /**
   * True if the query computes with the values, so that it is valid only for the current type of the column. A query for NULL,
   * duplicates or missing references stays valid when the server casts the column.
   */
  readonly isTyped?: true
  /** True if the query compares the values with the new collation of the column. */
  readonly isConverted?: true
}

/**
 * Returns the preconditions of one schema change, which are the rules that the change adds. `around` is the schema that contains
 * the columns of these rules.
 */
export function rulePreconditionsOfSchemaChange(
  before: SchemaObject | undefined,
  after: SchemaObject,
  around: SchemaState,
): readonly RulePrecondition[] {
  switch (after.kind) {
    case 'column':
      return before?.kind === 'column' ? ofColumn(before, after, around) : []
    case 'primary-key':
    case 'unique':
      return hasNew(before, after, 'columns', 'nullsNotDistinct') ? some(uniqueKey(after, around)) : []
    case 'index':
      return after.unique && hasNew(before, after, 'keys', 'nullsNotDistinct', 'unique', 'predicate')
        ? some(uniqueIndex(after, around))
        : []
    case 'check':
      return !after.notEnforced && hasNew(before, after, 'expression', 'notValid', 'notEnforced')
        ? [check(formatObjectName(after), after.table, after.expression, columnsOf(after.dependsOn))]
        : []
    case 'exclusion':
      return hasNew(before, after, 'keys', 'operators', 'predicate', 'temporal') ? some(exclusion(after, around)) : []
    case 'foreign-key':
      return hasNew(before, after, 'columns', 'references', 'match', 'period', 'notValid') ? orphans(after) : []
    case 'domain':
      return before?.kind === 'domain' ? ofDomain(before, after, around) : []
    default:
      return []
  }
}

function some(one: RulePrecondition | undefined): readonly RulePrecondition[] {
  return one ? [one] : []
}

/** Returns true if a schema change adds a rule of a table, or changes one of the given properties of the rule. */
function hasNew(before: SchemaObject | undefined, after: SchemaObject, ...properties: readonly string[]): boolean {
  return before === undefined || namesOfDifferingObjectProperties(before, after).some((property) => properties.includes(property))
}

function ofColumn(before: ColumnObject, after: ColumnObject, around: SchemaState): readonly RulePrecondition[] {
  const { table, name: column } = after
  const domain =
    before.type === after.type ? undefined : [...objectsOfState(around)].find((one) => one.kind === 'domain' && one.name === after.type)
  const required = (before.nullable && !after.nullable) || (domain?.kind === 'domain' && !domain.nullable)
  const checks = domain?.kind === 'domain' ? domain.checks : []
  return [
    ...(required ? [notNull(`column ${table}.${column} NOT NULL`, table, column)] : []),
    ...checks.map((one) => ofDomainCheck(`check ${one.name} of ${after.type} on ${table}.${column}`, table, column, one.expression)),
    ...(before.collation === after.collation ? [] : underCollation(after, around)),
  ]
}

/**
 * Returns the preconditions of a changed collation. A case-insensitive collation can make two values equal, so the result
 * contains every unique rule with the column.
 */
function underCollation(column: ColumnObject, around: SchemaState): readonly RulePrecondition[] {
  const { collation } = column
  if (collation === undefined || !CASELESS.test(collation)) return []
  return [...(around.groups.get(tableGroupKey(column.table))?.values() ?? [])].flatMap((rule) => {
    const isRule = rule.kind === 'unique' || rule.kind === 'primary-key' || (rule.kind === 'index' && rule.unique)
    const keys = !isRule ? [] : rule.kind === 'index' ? rule.keys : rule.columns
    if (!isRule || !keys.includes(column.name) || !keys.every(isName)) return []
    const terms = keys.map((key) =>
      key === column.name
        ? sql`CONVERT(${sqlName(key)} USING ${sqlVerbatim(characterSetOf(collation))}) COLLATE ${sqlVerbatim(collation)}`
        : sqlName(key),
    )
    return [
      {
        ...counted(`${formatObjectName(rule)} under ${collation}`, column.table, terms, keys, { alsoNull: false }),
        isConverted: true as const,
      },
    ]
  })
}

// Matches the names of the case-insensitive collations of MySQL and MariaDB: one word that begins with the character set and ends
// in _ci.
const CASELESS = /^[a-z]+\w*_ci$/

function characterSetOf(collation: string): string {
  return collation.slice(0, collation.indexOf('_'))
}

function notNull(rule: string, table: string, column: string): RulePrecondition {
  return {
    rule,
    violation: ['row is NULL', 'rows are NULL'],
    count: sql`SELECT count(*) AS interphase_found FROM ${sqlTableName(table)} WHERE ${sqlName(column)} IS NULL`,
    on: new Map([[table, [column]]]),
  }
}

function uniqueKey(key: KeyObject, around: SchemaState): RulePrecondition | undefined {
  const alsoNull = key.kind === 'primary-key' || key.nullsNotDistinct === true
  return unique(formatObjectName(key), key.table, key.columns, { alsoNull, leansOn: columnsOf(key.dependsOn) }, around)
}

function uniqueIndex(index: IndexObject, around: SchemaState): RulePrecondition | undefined {
  const where = index.predicate === undefined ? {} : { where: sqlVerbatim(index.predicate) }
  const leansOn = columnsOf(index.dependsOn)
  return unique(formatObjectName(index), index.table, index.keys, { alsoNull: index.nullsNotDistinct === true, leansOn, ...where }, around)
}

interface Counting {
  /** True if the rule treats two NULL values as equal (NULLS NOT DISTINCT). */
  readonly alsoNull: boolean
  /** The columns that an expression or a condition of the rule of a table contains. */
  readonly leansOn?: readonly string[]
  readonly where?: SqlStatement
}

function unique(
  rule: string,
  table: string,
  keys: readonly string[],
  counting: Counting,
  around: SchemaState,
): RulePrecondition | undefined {
  const terms = keys.map((key) => termOf(key, table, around))
  if (!terms.every((term) => term !== undefined)) return undefined
  return counted(`${rule} (${keys.join(', ')})`, table, terms, keys.map(bareKey), counting)
}

function counted(
  rule: string,
  table: string,
  terms: readonly SqlStatement[],
  keys: readonly string[],
  counting: Counting,
): RulePrecondition {
  const { alsoNull, leansOn = [], where } = counting
  const filled = alsoNull ? [] : terms.map((term) => sql`${term} IS NOT NULL`)
  const conditions = [...filled, ...(where ? [sql`(${where})`] : [])]
  const filter = conditions.length === 0 ? sql`` : sql` WHERE ${joinSql(conditions, sql` AND `)}`
  return {
    rule,
    violation: ['value occurs more than once', 'values occur more than once'],
    count: sql`SELECT count(*) AS interphase_found FROM (SELECT 1 AS one FROM ${sqlTableName(table)}${filter} GROUP BY ${joinSql(terms)} HAVING count(*) > 1) doubles`,
    ...(where || !keys.every(isName) ? { isTyped: true as const } : {}),
    on: new Map([[table, [...new Set([...keys.flatMap((key) => columnNamed(key) ?? []), ...leansOn])]]]),
  }
}

/**
 * Returns the SQL of an index key without sort order and operator class: a column, a prefix of a column, or an expression.
 * Returns undefined if the server cannot evaluate the key in a query.
 */
function termOf(key: string, table: string, around: SchemaState): SqlStatement | undefined {
  const plain = bareKey(key)
  const name = columnNamed(plain) ?? (findColumnInState(around, table, plain) ? plain : undefined)
  if (name !== undefined) return sqlName(name)
  if (COLLATED_NAME.test(plain)) return sqlVerbatim(`(${plain})`)
  const [, column, length] = /^([\p{L}_][\p{L}\p{N}_$]*)\((\d+)\)$/u.exec(plain) ?? []
  if (column !== undefined) return sql`left(${sqlName(column)}, ${sqlVerbatim(length ?? '')})`
  return /^(?:\(|[\p{L}_][\p{L}\p{N}_$.]*\()/u.test(plain) ? sqlVerbatim(plain) : undefined
}

// Matches a column with a collation, as PostgreSQL prints it: `name COLLATE "C"`.
const COLLATED_NAME = /^(?:[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"]|"")+") COLLATE [\p{L}\p{N}_$."-]+$/u

function bareKey(key: string): string {
  return key.replace(/(?: (?:ASC|DESC))?(?: NULLS (?:FIRST|LAST))?$/, '').replace(/ \w+_ops$/, '')
}

/** Returns the precondition of an exclusion constraint or a temporal key: no row conflicts with another row, or has an empty period. */
function exclusion(rule: ExclusionConstraintObject, around: SchemaState): RulePrecondition | undefined {
  const { table, keys, operators, predicate, dependsOn, temporal } = rule
  const terms = keys.map((key) => termOf(key, table, around))
  if (!terms.every((term) => term !== undefined)) return undefined
  const filter = joinSql(
    [...terms.map((term) => sql`${term} IS NOT NULL`), ...(predicate === undefined ? [] : [sql`(${sqlVerbatim(predicate)})`])],
    sql` AND `,
  )
  const names = terms.map((_, index) => sqlName(`interphase_${index + 1}`))
  const values = terms.map((term, index) => sql`${term} AS ${names[index] ?? term}`)
  const rows = sql`(SELECT tableoid AS interphase_table, ctid AS interphase_row, ${joinSql(values)} FROM ${sqlTableName(table)} WHERE ${filter})`
  const period = periodAmong(rule, around)
  const conflicts = period === undefined ? conflicting(rows, names, operators) : overlapping(rows, names, period)
  const last = names.at(-1)
  return {
    rule: `${formatObjectName(rule)} (${formatExclusionElements(rule).join(', ')})`,
    violation: temporal
      ? ['row conflicts with another row or has an empty period', 'rows conflict with other rows or have an empty period']
      : ['row conflicts with another row', 'rows conflict with other rows'],
    isTyped: true,
    count:
      temporal && last
        ? sql`SELECT interphase_found + (SELECT count(*) FROM ${rows} found WHERE isempty(${last})) AS interphase_found FROM (${conflicts}) conflicts`
        : conflicts,
    on: new Map([[table, columnsOf(dependsOn)]]),
  }
}

/**
 * Returns the index of the key with a range type if the exclusion constraint only forbids that ranges overlap in rows whose other
 * keys are equal. Otherwise returns undefined.
 */
function periodAmong({ table, keys, operators }: ExclusionConstraintObject, around: SchemaState): number | undefined {
  const [period, ...others] = operators.flatMap((operator, index) => (operator === '=' ? [] : [index]))
  if (period === undefined || others.length > 0 || operators[period] !== '&&') return undefined
  const key = bareKey(keys[period] ?? '')
  const type = findColumnInState(around, table, columnNamed(key) ?? '')?.type ?? key
  return /^(?:int4|int8|num|ts|tstz|date)range\b/.test(type) ? period : undefined
}

/**
 * Returns the query that counts the rows that conflict with another row. Two rows conflict if, for each key of the constraint, the
 * operator is true for their two values.
 */
function conflicting(rows: SqlStatement, names: readonly SqlStatement[], operators: readonly string[]): SqlStatement {
  const meets = names.map((name, index) => sql`a.${name} ${sqlVerbatim(operators[index] ?? '=')} b.${name}`)
  return sql`SELECT count(*) AS interphase_found FROM ${rows} a WHERE EXISTS (SELECT 1 FROM ${rows} b WHERE (a.interphase_table, a.interphase_row) <> (b.interphase_table, b.interphase_row) AND ${joinSql(meets, sql` AND `)})`
}

/**
 * Returns the query that counts the rows whose range overlaps the next range, among rows with equal other keys, sorted by range. If
 * any two ranges overlap, at least one range also overlaps the next range, so the count is not 0. The query needs one sort, whereas
 * the comparison of all pairs of rows would take hours.
 */
function overlapping(rows: SqlStatement, names: readonly SqlStatement[], period: number): SqlStatement {
  const range = names[period] ?? sql`NULL`
  const equal = names.filter((_, index) => index !== period)
  const among = equal.length === 0 ? sql`` : sql`PARTITION BY ${joinSql(equal)} `
  return sql`SELECT count(*) AS interphase_found FROM (SELECT ${range} && lead(${range}) OVER (${among}ORDER BY ${range}) AS interphase_conflicts FROM ${rows} found WHERE NOT isempty(${range})) pairs WHERE interphase_conflicts`
}

function check(rule: string, table: string, expression: string, columns: readonly string[]): RulePrecondition {
  return {
    rule,
    violation: ['row does not satisfy it', 'rows do not satisfy it'],
    isTyped: true,
    count: sql`SELECT count(*) AS interphase_found FROM ${sqlTableName(table)} WHERE NOT (${sqlVerbatim(expression)})`,
    on: new Map([[table, columns]]),
  }
}

/**
 * Returns the precondition of a domain's check for one column. In the expression of the check, the column replaces the word
 * VALUE.
 */
function ofDomainCheck(rule: string, table: string, column: string, expression: string): RulePrecondition {
  const parts = expression.split(/\bVALUE\b(?=(?:[^']*'[^']*')*[^']*$)/)
  const said = joinSql(
    parts.map((part) => sqlVerbatim(part)),
    sqlName(column),
  )
  return {
    rule,
    violation: ['row does not satisfy it', 'rows do not satisfy it'],
    isTyped: true,
    count: sql`SELECT count(*) AS interphase_found FROM ${sqlTableName(table)} WHERE NOT (${said})`,
    on: new Map([[table, [column]]]),
  }
}

function ofDomain(
  before: Extract<SchemaObject, { kind: 'domain' }>,
  after: typeof before,
  around: SchemaState,
): readonly RulePrecondition[] {
  const checks = after.checks.filter((one) => !before.checks.some((known) => known.expression === one.expression && !known.notValid))
  const columns = [...objectsOfState(around)].filter((one) => one.kind === 'column' && one.type === after.name) as readonly ColumnObject[]
  return columns.flatMap(({ table, name: column }) => [
    ...(before.nullable && !after.nullable ? [notNull(`domain ${after.name} NOT NULL on ${table}.${column}`, table, column)] : []),
    ...checks.map((one) => ofDomainCheck(`check ${one.name} of ${after.name} on ${table}.${column}`, table, column, one.expression)),
  ])
}

function orphans(key: ForeignKeyObject): readonly RulePrecondition[] {
  const { table, columns, references } = key
  const pairs = columns.map((column, index) => {
    const isPeriod = key.period === true && index === columns.length - 1
    return sql`p.${sqlName(references.columns[index] ?? column)} ${isPeriod ? sql`&&` : sql`=`} c.${sqlName(column)}`
  })
  const filled = columns.map((column) => sql`c.${sqlName(column)} IS NOT NULL`)
  const empty = columns.map((column) => sql`c.${sqlName(column)} IS NULL`)
  const on = new Map(
    table === references.table
      ? [[table, [...columns, ...references.columns]]]
      : [
          [table, columns],
          [references.table, references.columns],
        ],
  )
  const rule = `${formatObjectName(key)} (${columns.join(', ')})`
  const lost: RulePrecondition = {
    rule,
    violation: [`row has no counterpart in ${references.table}`, `rows have no counterpart in ${references.table}`],
    count: sql`SELECT count(*) AS interphase_found FROM ${sqlTableName(table)} c WHERE ${joinSql(filled, sql` AND `)} AND NOT EXISTS (SELECT 1 FROM ${sqlTableName(references.table)} p WHERE ${joinSql(pairs, sql` AND `)}${coversPeriod(key)})`,
    on,
  }
  if (key.match !== 'full' || columns.length < 2) return [lost]
  const half: RulePrecondition = {
    rule,
    violation: [
      'row is NULL in some of the columns but not in all, which MATCH FULL forbids',
      'rows are NULL in some of the columns but not in all, which MATCH FULL forbids',
    ],
    count: sql`SELECT count(*) AS interphase_found FROM ${sqlTableName(table)} c WHERE (${joinSql(filled, sql` OR `)}) AND (${joinSql(empty, sql` OR `)})`,
    on,
  }
  return [lost, half]
}

/**
 * Returns the SQL condition that the periods of all matching rows in the referenced table together cover the period of the
 * referring row. Returns an empty text for a foreign key without a period.
 */
function coversPeriod({ columns, references, period }: ForeignKeyObject): SqlStatement {
  const [own, theirs] = [columns.at(-1), references.columns.at(-1)]
  if (!period || own === undefined || theirs === undefined) return sql``
  return sql` HAVING c.${sqlName(own)} <@ range_agg(p.${sqlName(theirs)})`
}

/** Returns true if all columns of the rule exist in the schema `now`, so that the server can execute the query of the rule. */
export function canCountRuleViolationsNow({ on }: RulePrecondition, now: SchemaState): boolean {
  return [...on].every(([table, columns]) => {
    const group = tableGroupKey(table)
    return now.groups.has(group) && columns.every((column) => findColumnInState(now, table, column) !== undefined)
  })
}

function columnsOf(ids: readonly string[] | undefined): readonly string[] {
  return (ids ?? []).filter((id) => id.startsWith('column:')).map((id) => id.slice(id.lastIndexOf('.') + 1))
}

/** Returns the column that an index key names, or undefined if the key is an expression or a prefix. */
function columnNamed(key: string): string | undefined {
  if (isName(key)) return key
  // PostgreSQL prints a name that needs quotes in quotes.
  return /^"(?:[^"]|"")+"$/.test(key) ? key.slice(1, -1).replaceAll('""', '"') : undefined
}

/** Returns true if an index key is the name of a column, and not an expression or a prefix. */
function isName(column: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(column)
}
