import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { DatabaseConnectionSettings } from '../dialect/dialect.ts'
import { sql } from '../dialect/sql.ts'
import { SCHEMA_DUMP_TOOLS } from '../dialects/dump-tools.ts'
import { openTargetDatabase } from '../dialects/open.ts'
import { InterphaseError } from '../error.ts'
import { createProjectFiles, RELEASES_DIRECTORY } from '../project/scaffold.ts'
import { DIALECTS, type DialectName, type SchemaObject, tableGroupKey } from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import { type FoundForeignLedger, findForeignLedgers } from './foreign-ledgers.ts'
import { dumpSchemaToFile } from './schema-dump.ts'

/** The name of the release that `init --from` creates from the schema of an existing database. */
export const DUMPED_RELEASE_NAME = '00-base'

/** The result of `init --from`: a project whose first release contains the schema of an existing database. */
export interface ProjectFromDatabase {
  readonly dialect: DialectName
  readonly files: readonly string[]
  /** The ledgers of other migration tools in the database. `init --from` adds their tables to the setting `ignore`. */
  readonly ledgers: readonly FoundForeignLedger[]
}

/** The options of `init --from`. */
export interface FirstReleaseOptions {
  readonly project?: string
  /**
   * The names of tables of other programs, in addition to the ledgers that the command finds. The dump does not contain these
   * tables, and the setting `ignore` contains their names.
   */
  readonly ignore?: readonly string[]
  /**
   * The path of the dump program, which writes the schema of a database as SQL. By default, the command searches the directories
   * in PATH for the program.
   */
  readonly program?: string
  /**
   * The dialects for which the configuration has a server for shadow databases. If the field is absent, the command does not
   * check the servers. PostgreSQL needs no configured server, because the package contains one.
   */
  readonly shadows?: ReadonlySet<DialectName>
}

/**
 * Creates a project whose first release contains the schema of an existing database. The function writes the configuration and a
 * dump of the schema, and only reads the database. If an error occurs, no file is written.
 */
export async function createProjectFromDatabase(
  directory: string,
  target: DatabaseConnectionSettings,
  { project, ignore: named = [], program, shadows }: FirstReleaseOptions,
): Promise<ProjectFromDatabase> {
  const { session, dialect } = await openTargetDatabase({ ...target, needsSchema: true }, DIALECTS)
  try {
    refuseWithoutShadow(dialect.name, shadows)
    const { state } = await dialect.catalog.read(session, 'whole')
    const ledgers = await findForeignLedgers(session, state)
    for (const { tool, tables, unfinished } of ledgers)
      if (unfinished.length > 0) throw new InterphaseError('init.unfinished', { tool, table: tables[0] ?? '', entries: unfinished })
    const own = await session.query<{ readonly name: string }>(
      sql`SELECT table_name AS name FROM information_schema.tables WHERE table_name LIKE 'interphase@_%' ESCAPE '@'`,
    )
    refuseUnknownTables(named, state)
    const ignore = withOwnedSequences([...new Set([...ledgers.flatMap(({ tables }) => tables), ...named])], state)
    refuseEmpty(state, [...ignore, ...own.map(({ name }) => name)], session.where)
    const root = resolve(directory)
    const base = `${RELEASES_DIRECTORY}/${DUMPED_RELEASE_NAME}/010-schema.expand.${dialect.name}.sql`
    if (existsSync(join(root, base))) throw new InterphaseError('file.exists', { files: [base] })
    const without = [...ignore, ...own.map(({ name }) => name)]
    const files = await withTemporaryDirectory(async (temporary) => {
      const file = join(temporary, 'schema.sql')
      await dumpSchemaToFile(SCHEMA_DUMP_TOOLS[dialect.name], target, { file, without }, program)
      const made = createProjectFiles(root, { ...(project !== undefined && { project }), dialects: [dialect.name], ignore })
      mkdirSync(dirname(join(root, base)), { recursive: true })
      copyFileSync(file, join(root, base))
      return [...made, base]
    })
    return { dialect: dialect.name, files, ledgers }
  } finally {
    await session.close()
  }
}

function refuseUnknownTables(names: readonly string[], state: SchemaState): void {
  const unknown = names.find((name) => !state.groups.has(tableGroupKey(name)))
  if (unknown === undefined) return
  const problem = `--ignore ${unknown}: the database has no table of this name`
  throw new InterphaseError('usage', { problem, try: 'Write the name of a table, with its schema if that is not the default schema' })
}

/**
 * Throws an error for a database without objects, because its dump would be a first release that does nothing. Schemas and
 * extensions do not count as objects.
 */
function refuseEmpty(state: SchemaState, ignored: readonly string[], where: string): void {
  const others = new Set(ignored)
  const isOwn = (object: SchemaObject) => !others.has('table' in object && object.table !== undefined ? object.table : object.name)
  const objects = [...objectsOfState(state)].filter(({ kind }) => kind !== 'schema' && kind !== 'extension')
  if (!objects.some(isOwn)) throw new InterphaseError('init.empty', { where })
}

/**
 * Throws `record.no-server` before the command writes any file, if the configuration has no server on which the first release can
 * be recorded.
 */
function refuseWithoutShadow(dialect: DialectName, shadows: ReadonlySet<DialectName> | undefined): void {
  if (!shadows || dialect === 'postgres' || shadows.has(dialect)) return
  const problem = `INTERPHASE_SHADOW_${dialect.toUpperCase()}_URL is not set, so the first release could not be recorded. Nothing was written`
  throw new InterphaseError('record.no-server', { dialect, problem })
}

/**
 * Returns the tables and the sequences that their columns own. A dump that omits a table must also omit the sequences of the
 * table.
 */
function withOwnedSequences(tables: readonly string[], state: SchemaState): readonly string[] {
  const sequences = [...objectsOfState(state)].filter((object) => object.kind === 'sequence')
  const owned = sequences.filter(({ ownedBy }) => tables.some((table) => ownedBy?.startsWith(`column:${table}.`)))
  return [...tables, ...owned.map(({ name }) => name)]
}

async function withTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'interphase-init-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
