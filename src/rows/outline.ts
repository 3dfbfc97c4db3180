import type { CheckObject, ColumnObject, DialectName, ForeignKeyObject, SchemaObject, TableObject } from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import { writableColumnsOfTable } from '../schema/writable-columns.ts'
import type { GeneratedValue } from './cell.ts'
import { type CandidateColumnValues, collectCandidateValues, parseTextDefault } from './literals.ts'
import { type ParsedColumnType, parseColumnType } from './type.ts'
import { isFreeTextType } from './values.ts'

/** The requirements for the rows of one table, determined once from the schema state. */
export interface TableRowRequirements {
  readonly table: TableObject
  readonly columns: readonly ColumnValueRequirements[]
  readonly keys: readonly ForeignKeyObject[]
  /** The constraints, columns and domains whose names the error message about a refused row can contain. */
  readonly rules: readonly RowRestrictingConstraint[]
}

/**
 * The name of a constraint, a column or a domain that can make the server refuse a row, with the columns whose values it
 * restricts.
 */
export interface RowRestrictingConstraint {
  readonly name: string
  readonly columns: readonly string[]
}

/** The requirements for the generated values of one column. */
export interface ColumnValueRequirements {
  readonly name: string
  readonly type: ParsedColumnType
  readonly nullable: boolean
  /** True if the server generates the value of the column, from an identity or a sequence. */
  readonly byServer: boolean
  /**
   * Shows if the values of the column must be unique. 'alone': each value must be unique. 'together': the column makes the rows
   * of a key with several columns unique. The field is absent if the values need not be unique.
   */
  readonly distinct?: 'alone' | 'together'
  /** The values that the constraints of the column possibly accept. */
  readonly candidates: CandidateColumnValues
  /** The default value of the column, if the default is a constant text. The application probably uses this text. */
  readonly usual?: GeneratedValue
}

/**
 * Returns the requirements of all tables that accept rows, referenced tables first. If several tables refer to each other in a
 * circle, a table whose foreign keys all accept NULL comes first. Otherwise the order is by name.
 */
export function rowRequirementsOfTables(state: SchemaState, dialect: DialectName): readonly TableRowRequirements[] {
  const tables = [...objectsOfState(state)].filter((object) => object.kind === 'table' && !object.traits?.includes('foreign'))
  const outlines = tables.flatMap((table) => (table.kind === 'table' ? [outlineOf(table, state, dialect)] : []))
  return parentsFirst(outlines.toSorted((a, b) => (a.table.name < b.table.name ? -1 : 1)))
}

function outlineOf(table: TableObject, state: SchemaState, dialect: DialectName): TableRowRequirements {
  const objects = [...(state.groups.get(`table:${table.name}`)?.values() ?? [])]
  const checks = objects.filter((object) => object.kind === 'check' && !object.notEnforced) as readonly CheckObject[]
  const columns = objects.filter((object): object is ColumnObject => object.kind === 'column')
  const keys = objects.filter((object): object is ForeignKeyObject => object.kind === 'foreign-key')
  const distinct = distinctIn(objects, columns, keys)
  const drawn = writableColumnsOfTable(table.name, state).map((column) => columnOf(column, distinct, checks, state, dialect))
  return { table, keys, columns: drawn, rules: [...objects.flatMap((object) => ruleOf(object, drawn)), ...drawn.flatMap(rulesOfColumn)] }
}

function ruleOf(object: SchemaObject, columns: readonly ColumnValueRequirements[]): readonly RowRestrictingConstraint[] {
  if (object.kind === 'foreign-key') return [{ name: object.name, columns: object.columns }]
  const about = columns.filter(({ name }) => (object.kind === 'check' ? isAbout(object, name) : distinctColumns(object).includes(name)))
  return about.length > 0 ? [{ name: object.name, columns: about.map(({ name }) => name) }] : []
}

/**
 * Returns the names by which an error message can refer to a column. The error message of a server names the column whose value
 * the server refuses, and on PostgreSQL possibly the domain of the column.
 */
function rulesOfColumn({ name, type }: ColumnValueRequirements): readonly RowRestrictingConstraint[] {
  return [name, ...(type.domain === undefined ? [] : [type.domain])].map((rule) => ({ name: rule, columns: [name] }))
}

function columnOf(
  column: ColumnObject,
  distinct: ReadonlyMap<string, 'alone' | 'together'>,
  checks: readonly CheckObject[],
  state: SchemaState,
  dialect: DialectName,
): ColumnValueRequirements {
  const { name, nullable } = column
  const type = parseColumnType(column.type, state, dialect)
  const rules = [...type.checks, ...checks.filter((check) => isAbout(check, name)).map(({ expression }) => expression)]
  const usual = isFreeTextType(type) && column.default !== undefined ? parseTextDefault(column.default) : undefined
  return {
    name,
    type,
    nullable,
    byServer: isByServer(column),
    ...distinctOf(distinct.get(name)),
    candidates: collectCandidateValues(type, rules),
    ...(usual ? { usual } : {}),
  }
}

function isByServer(column: ColumnObject): boolean {
  return column.identity !== undefined || /^(?:nextval|next value for)\b/i.test(column.default ?? '')
}

function distinctOf(distinct: ColumnValueRequirements['distinct']): Pick<ColumnValueRequirements, 'distinct'> {
  return distinct ? { distinct } : {}
}

/**
 * Returns the columns whose values must differ between generated rows, so that the rows violate no unique key. One column of each
 * key is sufficient, and the other columns can have realistic values. A key that contains a unique column needs no other column.
 * From any other key, the function chooses the column whose values probably have the least meaning for the application.
 */
function distinctIn(
  objects: readonly SchemaObject[],
  columns: readonly ColumnObject[],
  foreignKeys: readonly ForeignKeyObject[],
): ReadonlyMap<string, 'alone' | 'together'> {
  const distinct = new Map<string, 'alone' | 'together'>()
  const referring = new Set(foreignKeys.flatMap((key) => key.columns))
  const uniques = objects.map((object) => columns.filter(({ name }) => distinctColumns(object).includes(name)))
  for (const [only, ...more] of uniques) if (only && more.length === 0) distinct.set(only.name, 'alone')
  for (const key of uniques.filter((found) => found.length > 1)) {
    if (key.some((column) => distinct.has(column.name) || isByServer(column))) continue
    const [carrier] = key.filter(({ name }) => !referring.has(name)).toSorted((a, b) => meaningOf(a) - meaningOf(b))
    if (carrier) distinct.set(carrier.name, 'together')
  }
  return distinct
}

/**
 * Returns a rank for the meaning that the values of a column probably have for the application. Numbers and times have the lowest
 * rank.
 */
function meaningOf({ type }: ColumnObject): number {
  if (/bool|enum|set\(|tinyint|bit/i.test(type)) return 3
  if (/char|text|citext|json|name/i.test(type)) return 1
  return /int|serial|num|dec|uuid|date|time|double|real|float/i.test(type) ? 0 : 2
}

/**
 * Returns the names of the columns of a key or unique index. The columns of an expression or a prefix are unknown. In this case,
 * the result contains every word of the expression.
 */
function distinctColumns(object: SchemaObject): readonly string[] {
  if (object.kind === 'primary-key' || object.kind === 'unique') return object.columns.flatMap(namesIn)
  if (object.kind === 'exclusion') return object.keys.flatMap(namesIn)
  return object.kind === 'index' && object.unique ? object.keys.flatMap(namesIn) : []
}

function namesIn(key: string): readonly string[] {
  return [key, ...(key.match(/\w+/g) ?? [])]
}

function isAbout(check: CheckObject, column: string): boolean {
  return check.dependsOn?.includes(`column:${check.table}.${column}`) ?? check.expression.includes(column)
}

function parentsFirst(outlines: readonly TableRowRequirements[]): readonly TableRowRequirements[] {
  const known = new Set(outlines.map(({ table }) => table.name))
  const done = new Set<string>()
  const waits = ({ table, keys }: TableRowRequirements) =>
    keys.some(({ references }) => references.table !== table.name && known.has(references.table) && !done.has(references.table))
  const ordered: TableRowRequirements[] = []
  let left = outlines
  while (left.length > 0) {
    const [next] = [...left.filter((outline) => !waits(outline)), ...left.filter(mayBegin), ...left]
    if (!next) break
    ordered.push(next)
    done.add(next.table.name)
    left = left.filter((outline) => outline !== next)
  }
  return ordered
}

/**
 * Returns true if the rehearsal can fill a table with circular references first, because all foreign keys of the table accept
 * NULL.
 */
function mayBegin({ columns, keys }: TableRowRequirements): boolean {
  return keys.every((key) => key.columns.some((name) => columns.find((column) => column.name === name)?.nullable))
}
