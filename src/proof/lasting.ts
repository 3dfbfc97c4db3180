import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { MigrationId, Release } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import type { ForeignKeyObject } from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import type { ExecutionTraceWithRows, RowsOfTable } from '../state/trace.ts'
import type { ApplicationVersion } from './probing.ts'
import { findNondeterministicColumns, removeColumnsFromRows } from './rows.ts'

/**
 * A point in phased order at which the probes (statements) of an application version write rows. `done` is the number of
 * migrations before the point.
 */
export interface ProbeWritePoint {
  /** The name of the point in phased order, such as `before expand` or `after migrate`. */
  readonly name: string
  readonly done: number
}

/**
 * Returns the points between the phases at which an application version runs and its probes can write rows. If no migration runs
 * between two points, the result contains only one of them.
 */
export function listProbeWritePoints(release: Release, version: ApplicationVersion): readonly ProbeWritePoint[] {
  const order = migrationsInPhasedOrder(release)
  const upTo = (phase: PhaseName) => order.filter((migration) => PHASES.indexOf(migration.phase) <= PHASES.indexOf(phase)).length
  const all = [{ name: `before ${PHASES[0]}`, done: 0 }, ...PHASES.map((phase) => ({ name: `after ${phase}`, done: upTo(phase) }))]
  const mine = version === 'old' ? all.slice(0, -1) : all.slice(1)
  return mine.filter((point, index) => mine.findIndex(({ done }) => done === point.done) === index)
}

/**
 * The execution of phased order in which the probes of an application version wrote rows at one point. `trace` contains all rows
 * at the end of the release, and `keys` the keys of the rows that the probes wrote.
 */
export interface RowsAfterProbeWrites {
  readonly point: ProbeWritePoint
  readonly trace: ExecutionTraceWithRows
  readonly keys: readonly WrittenRowKey[]
}

/** The primary key of a row that a probe (a statement of the application) wrote, directly or through a trigger. */
export interface WrittenRowKey {
  readonly probe: string
  readonly table: string
  readonly columns: readonly string[]
  readonly cells: readonly (string | null)[]
}

/**
 * Returns the keys of the rows that a probe added, removed or changed. The result contains no rows of a table without a primary
 * key, because these rows cannot be identified.
 */
export function keysOfChangedRows(
  probe: string,
  before: readonly RowsOfTable[],
  after: readonly RowsOfTable[],
  state: SchemaState,
): readonly WrittenRowKey[] {
  return before.flatMap((was) => {
    const { table, columns } = was
    const is = after.find((other) => other.table === table)
    const key = [...(state.groups.get(`table:${table}`)?.values() ?? [])].find((object) => object.kind === 'primary-key')
    if (!is || key?.kind !== 'primary-key' || !key.columns.every((column) => columns.includes(column))) return []
    return [...missingIn(is, was), ...missingIn(was, is)].map((row) => ({
      probe,
      table,
      columns: key.columns,
      cells: key.columns.map((column) => row[columns.indexOf(column)] ?? null),
    }))
  })
}

function missingIn(other: RowsOfTable, one: RowsOfTable): RowsOfTable['rows'] {
  const known = new Set(other.rows.map((row) => JSON.stringify(row)))
  return one.rows.filter((row) => !known.has(JSON.stringify(row)))
}

/** The finding that a row at the end of the release depends on the point in phased order at which a probe wrote the row. */
export interface ProbeWritePointFinding {
  readonly kind: 'writes differ'
  readonly probe: string
  readonly migration?: MigrationId
  readonly point: string
  readonly says: string
  readonly remedy: string
}

const WHO: { readonly [V in ApplicationVersion]: string } = { old: 'the old version', new: 'the new version' }

/**
 * Compares the rows that probes wrote at an earlier and at a later point in phased order. Returns a finding for each probe and
 * table with a row that differs at the end of the release. The comparison ignores rows that no probe wrote, because a data step
 * can change such a row differently, for example if the row is a duplicate of a row that a probe wrote. The comparison also
 * ignores numbers that the server generates. `again` is a second execution for the earlier point. A column that differs between
 * `earlier` and `again` has times or random values, and is ignored.
 */
export function compareRowsWrittenAtTwoPoints(
  version: ApplicationVersion,
  earlier: RowsAfterProbeWrites,
  later: RowsAfterProbeWrites,
  again: RowsAfterProbeWrites,
): readonly ProbeWritePointFinding[] {
  const chance = findNondeterministicColumns(earlier.trace.rows, again.trace.rows)
  const steady = ({ trace }: RowsAfterProbeWrites) => removeColumnsFromRows(removeColumnsFromRows(trace.rows, numbered(trace.end)), chance)
  const [before, after] = [steady(earlier), steady(later)]
  const found = new Map<string, ProbeWritePointFinding>()
  for (const key of [...earlier.keys, ...later.keys]) {
    const [was, is] = [rowIn(before, key), rowIn(after, key)]
    if (found.has(`${key.probe} ${key.table}`) || sameRow(was, is)) continue
    found.set(`${key.probe} ${key.table}`, differs(version, key, { earlier, later, was, is }))
  }
  return [...found.values()]
}

type Row = ReadonlyMap<string, string | null> | undefined

/**
 * Finds the row that a probe (a statement of the application) wrote, by its key. Returns undefined if the row, its table or a key
 * column no longer exists.
 */
function rowIn(tables: readonly RowsOfTable[], key: WrittenRowKey): Row {
  const table = tables.find((one) => one.table === key.table)
  const places = key.columns.map((column) => table?.columns.indexOf(column) ?? -1)
  if (!table || places.includes(-1)) return undefined
  const row = table.rows.find((cells) => places.every((place, index) => cells[place] === key.cells[index]))
  return row && new Map(table.columns.map((column, index) => [column, row[index] ?? null]))
}

function sameRow(a: Row, b: Row): boolean {
  return a === b || (a !== undefined && b !== undefined && differing(a, b).length === 0)
}

function differing(a: ReadonlyMap<string, string | null>, b: ReadonlyMap<string, string | null>): readonly string[] {
  return [...a.keys()].filter((column) => b.has(column) && a.get(column) !== b.get(column))
}

interface Sides {
  readonly earlier: RowsAfterProbeWrites
  readonly later: RowsAfterProbeWrites
  readonly was: Row
  readonly is: Row
}

function differs(version: ApplicationVersion, key: WrittenRowKey, { earlier, later, was, is }: Sides): ProbeWritePointFinding {
  const between = earlier.trace.entries.slice(earlier.point.done, later.point.done)
  const touching = between.filter(({ footprint }) => footprint.includes(`table:${key.table}`))
  const responsible = (touching.findLast(({ wrote }) => wrote) ?? touching.at(-1) ?? between.at(-1))?.migration.id
  const columns = was && is ? differing(was, is) : []
  const row = `${key.table} ${key.columns.map((column, index) => `${column} ${shown(key.cells[index])}`).join(', ')}`
  const told = (side: Row) => (side ? columns.map((column) => `${column} ${shown(side.get(column))}`).join(', ') || 'there' : 'gone')
  return {
    kind: 'writes differ',
    probe: key.probe,
    ...(responsible === undefined ? {} : { migration: responsible }),
    point: later.point.name,
    says: `${key.probe}, a write of ${WHO[version]}, leads to different rows. At the end of the release, ${row} is ${told(was)} if the write came ${earlier.point.name}, but ${told(is)} if the write came ${later.point.name}`,
    remedy: `change ${responsible ?? 'the data step'} or the triggers of the release, so that the write leads to the same row at both moments`,
  }
}

function shown(cell: string | null | undefined): string {
  return cell === null || cell === undefined ? 'NULL' : JSON.stringify(cell)
}

/**
 * Returns, by table, the columns with server-generated numbers, and the columns of foreign keys that refer to server-generated
 * numbers. The values of these columns depend on the order of the writes.
 */
function numbered(state: SchemaState): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const add = (table: string, column: string) => found.set(table, [...(found.get(table) ?? []), column])
  for (const object of objectsOfState(state)) {
    if (object.kind === 'column' && (object.identity !== undefined || /^nextval/i.test(object.default ?? '')))
      add(object.table, object.name)
  }
  const keys = [...objectsOfState(state)].filter((object): object is ForeignKeyObject => object.kind === 'foreign-key')
  for (const { table, columns, references } of keys) {
    columns.forEach((column, index) => {
      if (found.get(references.table)?.includes(references.columns[index] ?? '')) add(table, column)
    })
  }
  return found
}
