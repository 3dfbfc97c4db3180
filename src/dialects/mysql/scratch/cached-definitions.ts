import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSession, ServerVersion } from '../../../dialect/dialect.ts'
import { sql, sqlName } from '../../../dialect/sql.ts'
import { sha256Digest } from '../../../digest.ts'
import { type TableObject, tableGroupKey } from '../../../schema/object.ts'
import type { SchemaState } from '../../../schema/state.ts'
import { writableColumnsOfTable } from '../../../schema/writable-columns.ts'
import { mysqlCatalogReader } from '../catalog/catalog.ts'
import { mysqlInsertStatementWriter } from '../writer/rows.ts'
import {
  createMysqlObjectsWithCode,
  createMysqlSequencesAndTables,
  type MysqlDatabaseDefinitions,
  readMysqlDatabaseDefinitions,
} from './definitions.ts'

/**
 * The content of a file in the cache directory: the CREATE statements and the rows of a scratch database. The file is valid only
 * for servers with the same version and the same value of `lower_case_table_names`.
 */
interface CachedDefinitions {
  readonly format: typeof FORMAT
  readonly server: string
  readonly charset: string
  readonly collation: string
  readonly definitions: MysqlDatabaseDefinitions
  readonly rows: readonly CachedRows[]
  /**
   * The SHA-256 of the definitions and the rows in the file, which shows whether the file is damaged. A damaged row would change
   * the results of data steps without an error.
   */
  readonly digest: string
}

/** The rows of one table, with the values as texts. */
interface CachedRows {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

const FORMAT = 2

// The largest number of rows and characters in a file. With more rows, the execution of the releases is not much slower than
// reading the file and inserting the rows.
const MOST_ROWS = 10_000
const MOST_CHARACTERS = 5_000_000

/**
 * Writes the CREATE statements and the rows of a database to the file `<name>.json` of the cache directory, and deletes all other
 * JSON files of the directory. The directory then contains only the newest stored database. The function writes nothing and
 * returns false if the database has too many rows, or rows that the file cannot contain exactly.
 */
export async function writeCachedMysqlDefinitions(source: DatabaseSession, directory: string, name: string): Promise<boolean> {
  const { state } = await mysqlCatalogReader.read(source, 'whole', { identities: false })
  const definitions = await readMysqlDatabaseDefinitions(source, state)
  const rows = await readRows(source, definitions, state)
  if (!rows) return false
  const [row] = await source.query<{ charset: string; collation: string }>(
    sql`SELECT @@character_set_database AS charset, @@collation_database AS collation`,
  )
  const kept: CachedDefinitions = {
    format: FORMAT,
    server: serverOf(source.version),
    charset: String(row?.charset),
    collation: String(row?.collation),
    definitions,
    rows,
    digest: digestOf(definitions, rows),
  }
  await mkdir(directory, { recursive: true })
  const file = `${name}.json`
  // The function first writes a temporary file and then renames it to its final name, because another run can read the final file
  // at any time.
  const unfinished = join(directory, `${name}.${process.pid}.tmp`)
  await writeFile(unfinished, JSON.stringify(kept))
  await rename(unfinished, join(directory, file))
  for (const other of await readdir(directory))
    if (other.endsWith('.json') && other !== file) await rm(join(directory, other), { force: true })
  return true
}

/**
 * Reads the stored CREATE statements with the given name. Returns undefined if the cache directory has no readable file for the
 * version of the server.
 */
export async function readCachedMysqlDefinitions(
  directory: string,
  name: string,
  version: ServerVersion,
): Promise<CachedDefinitions | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(directory, `${name}.json`), 'utf8')) as CachedDefinitions
    if (kept.format !== FORMAT || kept.server !== serverOf(version)) return undefined
    return kept.digest === digestOf(kept.definitions, kept.rows) ? kept : undefined
  } catch {
    // If the file with the stored CREATE statements cannot be read, the caller executes the releases instead.
    return undefined
  }
}

/**
 * Executes the stored CREATE statements in an empty database and inserts the stored rows. The database also gets the stored
 * character set and collation. Returns false if the database afterwards contains other rows than the file.
 */
export async function executeCachedMysqlDefinitions(
  target: DatabaseSession,
  { charset, collation, definitions, rows }: CachedDefinitions,
): Promise<boolean> {
  await target.query(sql`ALTER DATABASE ${sqlName(target.database)} CHARACTER SET ${sqlName(charset)} COLLATE ${sqlName(collation)}`)
  await target.query(sql`USE ${sqlName(target.database)}`)
  await createMysqlSequencesAndTables(target, definitions)
  const isEqual = rows.length === 0 || (await insertRows(target, rows))
  await createMysqlObjectsWithCode(target, definitions)
  return isEqual
}

async function insertRows(target: DatabaseSession, rows: readonly CachedRows[]): Promise<boolean> {
  const { state } = await mysqlCatalogReader.read(target, 'whole', { identities: false })
  for (const { table: name, columns: names, rows: texts } of rows) {
    const [table, columns] = [tableOf(name, state), writableColumnsOfTable(name, state)]
    if (!table || columns.length !== names.length) return false
    for (const statement of mysqlInsertStatementWriter.insert(table, columns, texts)) await target.query(statement)
    const found = await mysqlCatalogReader.rows(target, table, names)
    if (JSON.stringify(found) !== JSON.stringify(texts)) return false
  }
  return true
}

/**
 * Reads the rows of all tables that have rows. Returns undefined if there are too many rows, or if an INSERT of the rows would
 * not lead to the same rows.
 */
async function readRows(
  source: DatabaseSession,
  { tables }: MysqlDatabaseDefinitions,
  state: SchemaState,
): Promise<readonly CachedRows[] | undefined> {
  const filled = await Promise.all(
    tables.map(async (one) => {
      const found = await source.query(sql`SELECT 1 AS one FROM ${sqlName(one.name)} LIMIT 1`)
      return found.length > 0 ? [one] : []
    }),
  )
  const kept: CachedRows[] = []
  const left = { rows: MOST_ROWS, characters: MOST_CHARACTERS }
  for (const { name, text } of filled.flat()) {
    const [table, columns] = [tableOf(name, state), writableColumnsOfTable(name, state)]
    if (!table || columns.length === 0 || KEEPS_MORE.test(text) || !columns.every(mysqlInsertStatementWriter.isExact)) return undefined
    const names = columns.map((column) => column.name)
    const volume = await mysqlCatalogReader.volume(source, table, names)
    left.rows -= volume.rows
    left.characters -= volume.characters
    if (left.rows < 0 || left.characters < 0) return undefined
    kept.push({ table: name, columns: names, rows: await mysqlCatalogReader.rows(source, table, names) })
  }
  return kept
}

// Matches the definition of a table whose rows an INSERT cannot restore completely. A system-versioned table also contains the
// old versions of its rows. A MERGE table contains the rows of other tables.
const KEEPS_MORE = /\bSYSTEM VERSIONING\b|\bENGINE=MRG_MyISAM\b/i

function tableOf(name: string, state: SchemaState): TableObject | undefined {
  const table = state.groups.get(tableGroupKey(name))?.get(`table:${name}`)
  return table?.kind === 'table' ? table : undefined
}

function digestOf(definitions: MysqlDatabaseDefinitions, rows: readonly CachedRows[]): string {
  return sha256Digest(JSON.stringify(definitions), JSON.stringify(rows))
}

function serverOf({ text, lowerCaseTableNames = 0 }: ServerVersion): string {
  return `${text}, lower_case_table_names ${lowerCaseTableNames}`
}
