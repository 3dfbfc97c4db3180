import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSession, ServerVersion } from '../../../dialect/dialect.ts'
import { sql, sqlName } from '../../../dialect/sql.ts'
import { mysqlCatalogReader } from '../catalog/catalog.ts'
import { createObjectsWithCode, createSequencesAndTables, type DatabaseDefinitions, readDatabaseDefinitions } from './definitions.ts'

/**
 * The content of a file in the cache directory: the CREATE statements of a scratch database. The file is valid only for servers
 * with the same version and the same value of `lower_case_table_names`.
 */
interface CachedDefinitions {
  readonly format: typeof FORMAT
  readonly server: string
  readonly charset: string
  readonly collation: string
  readonly definitions: DatabaseDefinitions
}

const FORMAT = 1

/**
 * Writes the CREATE statements of a database to a file of the cache directory, and deletes the other JSON files there. If the
 * database has rows, the function writes nothing and returns false, because a file cannot contain rows.
 */
export async function writeCachedDefinitions(source: DatabaseSession, directory: string, name: string): Promise<boolean> {
  const { state } = await mysqlCatalogReader.read(source, 'whole', { identities: false })
  const definitions = await readDatabaseDefinitions(source, state)
  if (await hasRows(source, definitions)) return false
  const [row] = await source.query<{ charset: string; collation: string }>(
    sql`SELECT @@character_set_database AS charset, @@collation_database AS collation`,
  )
  const kept: CachedDefinitions = {
    format: FORMAT,
    server: serverOf(source.version),
    charset: String(row?.charset),
    collation: String(row?.collation),
    definitions,
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
export async function readCachedDefinitions(
  directory: string,
  name: string,
  version: ServerVersion,
): Promise<CachedDefinitions | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(directory, `${name}.json`), 'utf8')) as CachedDefinitions
    return kept.format === FORMAT && kept.server === serverOf(version) ? kept : undefined
  } catch {
    // If the file is not readable, the caller executes the releases instead.
    return undefined
  }
}

/** Executes the stored CREATE statements in an empty database. The database also gets the stored character set and collation. */
export async function executeCachedDefinitions(
  target: DatabaseSession,
  { charset, collation, definitions }: CachedDefinitions,
): Promise<void> {
  await target.query(sql`ALTER DATABASE ${sqlName(target.database)} CHARACTER SET ${sqlName(charset)} COLLATE ${sqlName(collation)}`)
  await target.query(sql`USE ${sqlName(target.database)}`)
  await createSequencesAndTables(target, definitions)
  await createObjectsWithCode(target, definitions)
}

async function hasRows(source: DatabaseSession, { tables }: DatabaseDefinitions): Promise<boolean> {
  const found = await Promise.all(tables.map(({ name }) => source.query(sql`SELECT 1 AS one FROM ${sqlName(name)} LIMIT 1`)))
  return found.some((rows) => rows.length > 0)
}

function serverOf({ text, lowerCaseTableNames = 0 }: ServerVersion): string {
  return `${text}, lower_case_table_names ${lowerCaseTableNames}`
}
