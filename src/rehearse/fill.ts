import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlTableName, sqlValue, sqlVerbatim } from '../dialect/sql.ts'
import { errorMessageOf, isError } from '../error.ts'
import { type GeneratedValue, generatedValueFromSqlConstant, generatedValueFromText } from '../rows/cell.ts'
import { type GeneratedRow, type GeneratedRowSource, generateRow, removeRefusedColumnsFromRow } from '../rows/draw.ts'
import { rowRequirementsOfTables, type TableRowRequirements } from '../rows/outline.ts'
import { makeSeededRandomNumberGenerator } from '../rows/random.ts'
import { type ForeignKeyObject, formatObjectName, type TableObject } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import { throwIfRunMustStop } from '../work/stop.ts'

export interface GeneratedRowsOptions {
  /** The number of rows that the rehearsal generates for each table. */
  readonly rows: number
  readonly seed: number
}

export interface TableWithGeneratedRows {
  readonly table: string
  /** The number of generated rows in the table. */
  readonly rows: number
  /** The reason why the table has fewer generated rows than requested. */
  readonly because?: string
}

interface FillTarget {
  readonly session: DatabaseSession
  readonly dialect: Dialect
  readonly signal: AbortSignal
}

// The largest number of attempts to insert one generated row. If the server refuses all of them, the project must supply rows for
// the table in `rows/`.
const ATTEMPTS = 240
const REDRAW_EVERY_ATTEMPTS = 10
const LIMITS = { lockTimeoutMs: 5000, statementTimeoutMs: 10_000 }

/**
 * Inserts generated rows into every table in addition to the existing rows, referenced tables first. The server accepts or
 * refuses each row. If the server refuses all 240 attempts for one row, the table gets no further rows, and the result contains
 * the reason. The same seed generates the same rows.
 */
export async function insertGeneratedRows(
  target: FillTarget,
  state: SchemaState,
  filling: GeneratedRowsOptions,
): Promise<readonly TableWithGeneratedRows[]> {
  const filled: TableWithGeneratedRows[] = []
  const outlines = rowRequirementsOfTables(state, target.dialect.name)
  const own = await ownKeys(target, outlines)
  for (const outline of outlines) filled.push(await fillTable(target, outline, outlines, own, filling))
  return filled
}

/**
 * For each foreign key, the values of the user's rows in the referenced columns. Generated rows refer to other generated rows if
 * possible, and otherwise to rows of the user.
 */
type OwnKeys = ReadonlyMap<ForeignKeyObject, ReadonlySet<string>>

async function ownKeys(target: FillTarget, outlines: readonly TableRowRequirements[]): Promise<OwnKeys> {
  const known = new Map<ForeignKeyObject, ReadonlySet<string>>()
  for (const key of outlines.flatMap(({ keys }) => keys)) {
    const rows = await referred(target, key, outlines)
    known.set(key, new Set(rows.map((row) => JSON.stringify(row))))
  }
  return known
}

async function referred(target: FillTarget, { references }: ForeignKeyObject, outlines: readonly TableRowRequirements[]) {
  const parent = outlines.find(({ table }) => table.name === references.table)
  return parent ? cellsOf(target, parent, references.columns) : []
}

async function fillTable(
  target: FillTarget,
  outline: TableRowRequirements,
  outlines: readonly TableRowRequirements[],
  own: OwnKeys,
  filling: GeneratedRowsOptions,
): Promise<TableWithGeneratedRows> {
  const { session } = target
  const table = outline.table.name
  const parents = new Map<ForeignKeyObject, readonly (readonly GeneratedValue[])[]>()
  const refresh = async (keys: readonly ForeignKeyObject[]) => {
    for (const key of keys) parents.set(key, preferring(await referred(target, key, outlines), own.get(key)))
  }
  await refresh(outline.keys)
  const source: GeneratedRowSource = {
    random: makeSeededRandomNumberGenerator(`${filling.seed} ${table}`),
    parents: (key) => parents.get(key) ?? [],
    present: presentIn(await presentRows(target, outline)),
  }
  await session.begin(LIMITS)
  try {
    let rows = 0
    for (; rows < filling.rows; rows++) {
      throwIfRunMustStop(target.signal, `generated rows of ${table}`)
      const refused = await putOne(session, outline, source, rows)
      if (refused !== undefined) {
        await session.commit()
        return { table, rows, because: refused }
      }
      await refresh(outline.keys.filter((key) => key.references.table === table))
    }
    await session.commit()
    return { table, rows }
  } catch (error) {
    await session.rollback()
    if (!isRefusal(error)) throw error
    return { table, rows: 0, because: wordsOf(error) }
  }
}

/**
 * Returns the rows of `rows` that the engine generated, because a generated row should refer to other generated rows. Returns all
 * rows if none of them was generated.
 */
function preferring(
  rows: readonly (readonly GeneratedValue[])[],
  own: ReadonlySet<string> | undefined,
): readonly (readonly GeneratedValue[])[] {
  const generated = rows.filter((row) => !own?.has(JSON.stringify(row)))
  return generated.length > 0 ? generated : rows
}

/**
 * Inserts one generated row. Returns undefined on success. Returns the reason if a referenced table has no fitting row, and
 * otherwise the most frequent reason for which the server refused the attempts.
 */
async function putOne(
  session: DatabaseSession,
  outline: TableRowRequirements,
  source: GeneratedRowSource,
  row: number,
): Promise<string | undefined> {
  const refusals: string[] = []
  let kept: GeneratedRow = new Map()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const drawn = generateRow(outline, source, { row, attempt, kept })
    if ('kind' in drawn) return `the table ${drawn.references.table} has no row that ${formatObjectName(drawn)} can refer to`
    await session.query(sql`SAVEPOINT ${SAVEPOINT}`)
    try {
      await session.query(insert(outline.table, drawn))
      await session.query(sql`RELEASE SAVEPOINT ${SAVEPOINT}`)
      return undefined
    } catch (error) {
      if (!isRefusal(error)) throw error
      const refused = wordsOf(error)
      refusals.push(refused)
      // After several refused attempts to insert a generated row, the code generates all values of the row again. Replacing one
      // value at a time cannot satisfy two rules that need a combination of values.
      kept = attempt % REDRAW_EVERY_ATTEMPTS === 0 ? new Map() : removeRefusedColumnsFromRow(drawn, outline, refused)
      await session.query(sql`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`)
    }
  }
  return mostFrequent(refusals)
}

/**
 * Returns the most frequent text in the list of reasons. The most frequent reason explains the refusals better than a rare
 * reason.
 */
function mostFrequent(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0] as const)[0]
}

const SAVEPOINT = sql`interphase_row`

function insert(table: TableObject, row: GeneratedRow): SqlStatement {
  const columns = [...row.keys()].map((column) => sqlName(column))
  return sql`INSERT INTO ${sqlTableName(table.name)} (${joinSql(columns)}) VALUES (${joinSql([...row.values()].map(cellSql))})`
}

function cellSql(cell: GeneratedValue): SqlStatement {
  switch (cell.kind) {
    case 'text':
      return sqlValue(cell.text)
    case 'null':
      return sql`NULL`
    case 'default':
      return sql`DEFAULT`
    case 'constant':
      return sqlVerbatim(cell.sql)
  }
}

function isRefusal(error: unknown): boolean {
  return isError(error, 'statement.failed') || isError(error, 'statement.timeout') || isError(error, 'statement.lock-timeout')
}

function wordsOf(error: unknown): string {
  return isError(error, 'statement.failed') ? error.facts.message : errorMessageOf(error)
}

async function presentRows(target: FillTarget, outline: TableRowRequirements): Promise<ReadonlyMap<string, readonly GeneratedValue[]>> {
  const names = outline.columns.map((column) => column.name)
  const rows = await cellsOf(target, outline, names)
  return new Map(names.map((column, index) => [column, rows.flatMap((row) => row[index] ?? [])]))
}

function presentIn(columns: ReadonlyMap<string, readonly GeneratedValue[]>): GeneratedRowSource['present'] {
  return (column) => columns.get(column)?.filter((cell) => cell.kind !== 'null') ?? []
}

/** Returns the values of some columns for all existing rows of a table, in the form that an INSERT statement needs. */
async function cellsOf(
  { session, dialect }: FillTarget,
  outline: TableRowRequirements,
  columns: readonly string[],
): Promise<readonly (readonly GeneratedValue[])[]> {
  const types = columns.map((column) => outline.columns.find((one) => one.name === column)?.type.base ?? '')
  const rows = await dialect.catalog.rows(session, outline.table, columns)
  // The code sorts the existing rows of a table, so that the generated values do not depend on the order in which the server
  // returns rows.
  const ordered = rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return ordered.map((row) => row.map((cell, index) => (cell === null ? { kind: 'null' } : cellOf(cell, types[index] ?? '', dialect))))
}

// Matches the types whose binary values MySQL and MariaDB return as hexadecimal digits.
const AS_DIGITS = /^(?:bit|binary|varbinary|tinyblob|blob|mediumblob|longblob)$/

function cellOf(cell: string, base: string, dialect: Dialect): GeneratedValue {
  return dialect.name !== 'postgres' && AS_DIGITS.test(base) ? generatedValueFromSqlConstant(`x'${cell}'`) : generatedValueFromText(cell)
}
