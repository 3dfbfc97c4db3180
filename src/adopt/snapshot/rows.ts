import type { DatabaseSession, Dialect } from '../../dialect/dialect.ts'
import type { InsertStatementWriter } from '../../dialect/row-writer.ts'
import { InterphaseError } from '../../error.ts'
import type { ReleaseWithStates } from '../../project/recorded.ts'
import type { ConnectedProject } from '../../run/connected-project.ts'
import type { ColumnObject, TableObject } from '../../schema/object.ts'
import { tableGroupKey } from '../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../schema/state.ts'
import { didReleasesWriteRows, digestOfRowInputsOfChain, type RowsOfChain, type RowsOfChainTable } from '../../state/chain-rows.ts'

/**
 * Returns the recorded rows that the migrations of the chain write in an empty database. Returns undefined if the migrations write
 * rows, but no rows are recorded, or the rows were recorded for other versions of the files.
 */
export async function readRecordedRowsOfChain(
  { chain, states }: Pick<ConnectedProject, 'chain' | 'states'>,
  releases: readonly ReleaseWithStates[],
): Promise<readonly RowsOfChainTable[] | undefined> {
  const newest = releases.at(-1)
  const rows: RowsOfChain | undefined = newest && (await states.onDisk(newest.release.name))?.rows
  if (rows?.of === digestOfRowInputsOfChain(chain)) return rows.tables
  return didReleasesWriteRows(releases.map(({ recorded }) => recorded)) ? undefined : []
}

/**
 * Throws `snapshot.rows` if no rows are recorded, or if the number of rows of a table is recorded without the values of the rows.
 */
export function refuseRowsWithMissingValues(rows: readonly RowsOfChainTable[] | undefined): asserts rows is readonly RowsOfChainTable[] {
  if (!rows) throw new InterphaseError('snapshot.rows', { problems: ['the rows are not recorded'], again: true })
  const left = rows.flatMap(({ table, count, kept }) => (kept ? [] : [`${table}: ${count} rows, which the recording does not keep`]))
  if (left.length > 0) throw new InterphaseError('snapshot.rows', { problems: left, again: false })
}

/** The session and the schema state for reading and writing rows of tables. */
export interface SessionWithSchemaState {
  readonly session: DatabaseSession
  readonly dialect: Dialect
  readonly state: SchemaState
}

/**
 * Inserts the rows into their tables. The function does not change a table that already contains exactly these rows. Throws
 * `snapshot.rows` if a table contains other rows at the end.
 */
export async function insertRowsIntoEmptyTables(
  target: SessionWithSchemaState,
  writer: InsertStatementWriter,
  rows: readonly RowsOfChainTable[],
): Promise<void> {
  for (const { table, kept } of rows) {
    const found = kept && tableIn(target.state, table, kept.columns)
    if (!kept || !found || (await readRows(target, found)) === textOf(kept.rows)) continue
    for (const statement of writer.insert(found.table, found.columns, kept.rows)) await target.session.query(statement)
  }
  const other = await findTablesWithDifferentRows(target, rows)
  if (other.length > 0)
    throw new InterphaseError('snapshot.rows', {
      problems: other.map((table) => `${table}: its rows are not those of the releases`),
      again: false,
    })
}

/**
 * Returns the names of the tables whose rows differ from the given rows. A table without given rows must be empty. A missing
 * table counts as empty.
 */
export async function findTablesWithDifferentRows(
  target: SessionWithSchemaState,
  rows: readonly RowsOfChainTable[],
): Promise<readonly string[]> {
  const expected = new Map(rows.map((one) => [one.table, one.kept]))
  const other: string[] = []
  for (const table of objectsOfState(target.state)) {
    if (table.kind !== 'table') continue
    const kept = expected.get(table.name)
    const found = tableIn(target.state, table.name, kept?.columns ?? table.columns)
    if (found && (await readRows(target, found)) !== textOf(kept?.rows ?? [])) other.push(table.name)
  }
  return other
}

interface TableWithColumns {
  readonly table: TableObject
  readonly columns: readonly ColumnObject[]
}

function tableIn(state: SchemaState, name: string, columns: readonly string[]): TableWithColumns | undefined {
  const group = state.groups.get(tableGroupKey(name))
  const table = group?.get(`table:${name}`)
  if (table?.kind !== 'table') return undefined
  const found = columns.flatMap((column) => {
    const object = group?.get(`column:${name}.${column}`)
    return object?.kind === 'column' ? [object] : []
  })
  return { table, columns: found }
}

async function readRows({ session, dialect }: SessionWithSchemaState, { table, columns }: TableWithColumns): Promise<string> {
  return textOf(
    await dialect.catalog.rows(
      session,
      table,
      columns.map(({ name }) => name),
    ),
  )
}

/** Returns rows as a text that does not depend on the order of the rows, so that two sets of rows can be compared. */
function textOf(rows: readonly (readonly (string | null)[])[]): string {
  return rows
    .map((row) => JSON.stringify(row))
    .sort()
    .join('\n')
}
