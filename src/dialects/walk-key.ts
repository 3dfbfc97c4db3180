import type { ReasonTableIsUnwalkable, RowWalkKey, RowWalkKeyColumn } from '../dialect/ranges.ts'
import { type ColumnObject, formatObjectName, type IndexObject, type KeyObject, type TableObject, tableGroupKey } from '../schema/object.ts'
import { findColumnInState, partitionedTablesAbove } from '../schema/partition.ts'
import { findObjectInState, type SchemaState } from '../schema/state.ts'

/** The rules of a dialect for the keys by which a data step divides the rows of a table into ranges. */
export interface RowWalkKeyRules {
  /** Returns a problem and its remedy if no key can divide the rows of the table into ranges. Otherwise returns undefined. */
  readonly unfitTable: (table: TableObject, state: SchemaState) => ReasonTableIsUnwalkable | undefined
  /** Returns the reason why a key cannot divide the rows of a table into ranges. Returns undefined for a key that can. */
  readonly unfitKey: (key: KeyObject | IndexObject) => string | undefined
  /**
   * Returns the column of a key, from the text that the server prints for a column of an index. Returns undefined for an
   * expression, a prefix of a column, or a column with its own operator class, collation or position of NULL values.
   */
  readonly plainKey: (printed: string, isColumn: (name: string) => boolean) => PrintedKeyColumn | undefined
  /**
   * Returns the column as a part of a key that divides rows into ranges, or the reason why the column cannot be a part of a key.
   */
  readonly keyColumn: (column: ColumnObject, state: SchemaState) => RowWalkKeyColumn | string
  readonly isSameName: (one: string, other: string) => boolean
  /** The system column that contains the physical position of a row. The field is absent if the server has no such column. */
  readonly place?: RowWalkKeyColumn
  /** Returns the remedy for a table without a key that divides its rows into ranges. */
  readonly addKey: (table: string) => string
}

export interface PrintedKeyColumn {
  readonly name: string
  readonly isDescending: boolean
}

/**
 * Chooses the key by which a data step divides the rows of a table into ranges. With `by`, the result is the key with exactly
 * these columns, or the physical position if `by` contains the name of the system column. Without `by`, the result is the primary
 * key, or otherwise the unique key with the fewest columns. Returns a problem and its remedy if the table has no such key.
 */
export function chooseWalkKey(
  state: SchemaState,
  table: string,
  by: readonly string[] | undefined,
  rules: RowWalkKeyRules,
): RowWalkKey | ReasonTableIsUnwalkable {
  const found = keysOf(state, table, rules)
  if (!found)
    return { problem: `${table} is not a table of the schema at this point`, remedy: 'Name a table that exists when the step runs.' }
  if ('problem' in found) return found
  if (rules.place && by?.length === 1 && by[0] === rules.place.name) return { table, columns: [rules.place], isPlace: true }
  const fit = found.filter((key) => 'columns' in key).sort(bySize)
  const [best] = fit
  if (!best) return { problem: noKeyIn(table, found), remedy: rules.addKey(table) }
  if (!by) return { table, columns: best.columns }
  const chosen = fit.find(({ columns }) => isSameList(namesOf(columns), by, rules))
  return chosen ? { table, columns: chosen.columns } : notBy(table, by, fit, found, rules)
}

/**
 * Returns the columns of each unique key of a table that covers every row and consists of NOT NULL columns without expressions.
 * The primary key is first. The other keys are sorted by their number of columns.
 */
export function listUniqueNotNullKeys(state: SchemaState, table: string, rules: RowWalkKeyRules): readonly (readonly string[])[] {
  const ofAnyType: RowWalkKeyRules = { ...rules, unfitTable: () => undefined, keyColumn: ({ name, type }) => ({ name, type }) }
  const found = keysOf(state, table, ofAnyType)
  if (!found || 'problem' in found) return []
  return found
    .filter((key) => 'columns' in key)
    .sort(bySize)
    .map(({ columns }) => namesOf(columns))
}

/**
 * Returns the number of primary keys, unique keys and unique indexes of a table and of the partitioned tables above the table.
 */
export function countUniqueKeys(state: SchemaState, table: string): number {
  return [table, ...partitionedTablesAbove(state, table)]
    .flatMap((one) => [...(state.groups.get(tableGroupKey(one))?.values() ?? [])])
    .filter(isUnique).length
}

type FoundKey = FitKey | UnfitKey

interface FitKey {
  readonly key: KeyObject | IndexObject
  readonly columns: readonly RowWalkKeyColumn[]
}

interface UnfitKey {
  readonly key: KeyObject | IndexObject
  readonly because: string
}

function keysOf(state: SchemaState, table: string, rules: RowWalkKeyRules): readonly FoundKey[] | ReasonTableIsUnwalkable | undefined {
  const object =
    findObjectInState(state, `table:${table}`, tableGroupKey(table)) ?? findObjectInState(state, `partition:${table}`, tableGroupKey(table))
  if (object?.kind !== 'table' && object?.kind !== 'partition') return undefined
  if (object.kind === 'table') {
    const unfit = rules.unfitTable(object, state)
    if (unfit) return unfit
  }
  // A unique key of a partitioned table also applies to each of its partitions, so the keys of the partitioned tables above a
  // partition are candidates too.
  return [table, ...partitionedTablesAbove(state, table)].flatMap((one) =>
    [...(state.groups.get(tableGroupKey(one))?.values() ?? [])].filter(isUnique).map((key) => judge(state, table, key, rules)),
  )
}

function isUnique(object: { readonly kind: string }): object is KeyObject | IndexObject {
  return object.kind === 'primary-key' || object.kind === 'unique' || (object.kind === 'index' && 'unique' in object)
}

function judge(state: SchemaState, table: string, key: KeyObject | IndexObject, rules: RowWalkKeyRules): FoundKey {
  const unfit = rules.unfitKey(key)
  if (unfit !== undefined) return { key, because: unfit }
  const printed = key.kind === 'index' ? key.keys : key.columns
  const plain = printed.map((one) => rules.plainKey(one, (name) => findColumnInState(state, table, name) !== undefined))
  const columns: RowWalkKeyColumn[] = []
  for (const [index, one] of plain.entries()) {
    const column = one && findColumnInState(state, table, one.name)
    if (!column) return { key, because: `${printed[index]} is not a plain column` }
    if (column.nullable) return { key, because: `column ${column.name} can be NULL` }
    const made = rules.keyColumn(column, state)
    if (typeof made === 'string') return { key, because: `column ${column.name} ${made}` }
    columns.push(made)
  }
  const isMixed = new Set(plain.map((one) => one?.isDescending)).size > 1
  return isMixed ? { key, because: 'it mixes ascending and descending columns' } : { key, columns }
}

function bySize(one: FitKey, other: FitKey): number {
  const isPrimary = Number(other.key.kind === 'primary-key') - Number(one.key.kind === 'primary-key')
  return isPrimary || one.columns.length - other.columns.length || (one.key.name < other.key.name ? -1 : 1)
}

function noKeyIn(table: string, found: readonly FoundKey[]): string {
  const reasons = found.flatMap((one) => ('because' in one ? [`the ${formatObjectName(one.key)}: ${one.because}`] : []))
  if (reasons.length === 0) return `${table} has no primary key and no unique key`
  return `No key of ${table} gives an order of its rows in which a step can stop and resume (${reasons.join('; ')})`
}

function notBy(
  table: string,
  by: readonly string[],
  fit: readonly FitKey[],
  found: readonly FoundKey[],
  rules: RowWalkKeyRules,
): ReasonTableIsUnwalkable {
  const written = by.join(', ')
  const inOrder = fit.find(({ columns }) => isSameSet(namesOf(columns), by, rules))
  if (inOrder) {
    const order = namesOf(inOrder.columns).join(', ')
    return {
      problem: `The order of the columns (${written}) is not that of the ${formatObjectName(inOrder.key)}`,
      remedy: `Write: by (${order})`,
    }
  }
  const unfit = found.find((one) => 'because' in one && isSameSet(one.key.kind === 'index' ? one.key.keys : one.key.columns, by, rules))
  const problem =
    unfit && 'because' in unfit
      ? `The ${formatObjectName(unfit.key)} does not serve: ${unfit.because}`
      : `${table} has no unique key on exactly the columns (${written})`
  const orders = fit.map(({ columns }) => `by (${namesOf(columns).join(', ')})`)
  return { problem, remedy: `Leave "by" out, or write: ${[...new Set(orders)].join(' or ')}` }
}

function namesOf(columns: readonly RowWalkKeyColumn[]): readonly string[] {
  return columns.map(({ name }) => name)
}

function isSameList(one: readonly string[], other: readonly string[], { isSameName }: RowWalkKeyRules): boolean {
  return one.length === other.length && one.every((name, index) => isSameName(name, other[index] ?? ''))
}

function isSameSet(one: readonly string[], other: readonly string[], { isSameName }: RowWalkKeyRules): boolean {
  return one.length === other.length && one.every((name) => other.some((also) => isSameName(name, also)))
}
