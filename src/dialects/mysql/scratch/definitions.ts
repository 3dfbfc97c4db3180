import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { canBeMysqlForeignKeyIndex } from '../../../schema/key-index.ts'
import type { ForeignKeyObject, IndexObject, SchemaObject } from '../../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { removeMysqlDatabaseName } from '../catalog/expression.ts'
import {
  type MysqlPrintedDefinition,
  queryMysqlEvents,
  queryMysqlRoutines,
  queryMysqlShowCreate,
  queryMysqlTablesViewsAndSequences,
  queryMysqlTriggers,
} from '../catalog/questions.ts'
import { removeMysqlDefiner } from '../catalog/routine.ts'
import { detectServerCreatedIndexesOnTrialTable, type IndexOnColumns } from './author-index.ts'
import { refuseDefinitionsWithLostCharacters } from './lost.ts'
import { makeRecreatableCreateTableSql } from './recreatable.ts'
import { relaxMysqlSessionStrictness, runWithCreatorSettings } from './relax.ts'

/**
 * The name of a table that no database contains. The engine creates and drops a foreign key to this table if it needs only the
 * index that the server creates for the foreign key.
 */
const MISSING = 'interphase_missing_table'

/**
 * The CREATE statements of all objects of a database, without the name of the database and without rows. The fields are in the
 * order in which a copy executes the statements. `next` is the next value of a sequence. `left` contains the indexes that the
 * server created for foreign keys that no longer exist.
 */
export interface MysqlDatabaseDefinitions {
  readonly sequences: readonly { readonly text: string; readonly name: string; readonly next: string }[]
  readonly tables: readonly { readonly text: string; readonly name: string; readonly left: readonly IndexOnColumns[] }[]
  readonly routines: readonly MysqlCodeObjectDefinition[]
  readonly views: readonly MysqlCodeObjectDefinition[]
  readonly triggers: readonly MysqlCodeObjectDefinition[]
  readonly events: readonly MysqlCodeObjectDefinition[]
}

/** The CREATE statement of a routine, view, trigger or event, and the settings of the session that created the original. */
export interface MysqlCodeObjectDefinition {
  readonly text: string
  readonly settings: readonly (readonly [variable: string, value: string])[]
}

/**
 * Reads the CREATE statements that the server prints for a database with the given schema state. Throws `database.privilege` if
 * the user cannot read a definition, and `record.printed-otherwise` if the server prints a definition without some characters.
 * After the call, the session has the settings of `relaxMysqlSessionStrictness`.
 */
export async function readMysqlDatabaseDefinitions(source: DatabaseSession, state: SchemaState): Promise<MysqlDatabaseDefinitions> {
  const listed = await queryMysqlTablesViewsAndSequences(source)
  // `detectServerCreatedIndexesOnTrialTable` creates copies of tables, which a strict session can refuse.
  await relaxMysqlSessionStrictness(source)
  const keyNames = new Set([...objectsOfState(state)].flatMap((one) => (one.kind === 'foreign-key' ? [one.name.toLowerCase()] : [])))
  const named = (is: (type: string) => boolean) => listed.filter((table) => is(table.type)).map((table) => table.name)
  const code = (what: SqlStatement, names: readonly string[]) => readEach(names, (name) => readCode(source, what, name))
  const triggers = (await queryMysqlTriggers(source)).toSorted((a, b) => Number(a.place) - Number(b.place))
  return {
    sequences: await readEach(
      named((type) => type === 'SEQUENCE'),
      (name) => readSequence(source, name),
    ),
    tables: await readEach(
      named((type) => type !== 'VIEW' && type !== 'SEQUENCE'),
      (name) => readTable(source, name, state, keyNames),
    ),
    routines: await readRoutines(source),
    views: await code(
      sql`VIEW`,
      named((type) => type === 'VIEW'),
    ),
    // The list contains the triggers in the order in which they fire. A copy creates them in this order, because a new trigger
    // fires after the existing triggers.
    triggers: await code(
      sql`TRIGGER`,
      triggers.map(({ name }) => name),
    ),
    events: await code(
      sql`EVENT`,
      (await queryMysqlEvents(source)).map(({ name }) => name),
    ),
  }
}

/**
 * Creates the sequences and tables in an empty database. After the call, the session still has the settings of
 * `relaxMysqlSessionStrictness`.
 */
export async function createMysqlSequencesAndTables(
  target: DatabaseSession,
  { sequences, tables }: MysqlDatabaseDefinitions,
): Promise<void> {
  await relaxMysqlSessionStrictness(target)
  for (const { name, text, next } of sequences) {
    await send(target, text)
    await target.query(sql`SELECT SETVAL(${sqlName(name)}, ${sqlVerbatim(String(BigInt(next)))}, 0)`)
  }
  for (const { name, text, left } of tables) {
    await send(target, text)
    for (const index of left) await createLeftIndex(target, name, index)
  }
}

/**
 * Creates an index in the form in which a dropped foreign key leaves it: the function adds a foreign key with the name of the
 * index, and drops the foreign key again. The foreign key can refer to a missing table, because the session does not check foreign
 * keys.
 */
async function createLeftIndex(target: DatabaseSession, table: string, { name, columns }: IndexOnColumns): Promise<void> {
  const [altered, key] = [sqlName(table), sqlName(name)]
  const list = joinSql(columns.map((column) => sqlName(column)))
  await target.query(sql`ALTER TABLE ${altered} ADD CONSTRAINT ${key} FOREIGN KEY (${list}) REFERENCES ${sqlName(MISSING)} (${list})`)
  await target.query(sql`ALTER TABLE ${altered} DROP FOREIGN KEY ${key}`)
}

/**
 * Creates the routines, views, triggers and events. The caller must copy the rows before this call, because triggers would fire
 * during the copy.
 */
export async function createMysqlObjectsWithCode(
  target: DatabaseSession,
  { routines, views, triggers, events }: MysqlDatabaseDefinitions,
): Promise<void> {
  for (const routine of routines) await create(target, routine)
  await createViews(target, views)
  for (const one of [...triggers, ...events]) await create(target, one)
}

async function readEach<T>(names: readonly string[], read: (name: string) => Promise<T>): Promise<readonly T[]> {
  const found: T[] = []
  for (const name of names) found.push(await read(name))
  return found
}

async function readSequence(source: DatabaseSession, name: string) {
  const text = removeMysqlDatabaseName(textOf(await queryMysqlShowCreate(source, sql`SEQUENCE`, name), name), source.database)
  const [row] = await source.query<{ next: string }>(sql`SELECT next_not_cached_value AS next FROM ${sqlName(name)}`)
  return { name, text, next: String(row?.next ?? 1) }
}

async function readTable(source: DatabaseSession, name: string, state: SchemaState, keyNames: ReadonlySet<string>) {
  const text = textOf(await queryMysqlShowCreate(source, sql`TABLE`, name), name)
  const objects = [...(state.groups.get(`table:${name}`)?.values() ?? [])]
  const keys = objects.filter((object): object is ForeignKeyObject => object.kind === 'foreign-key')
  await refuseDefinitionsWithLostCharacters(source, name, text)
  const owned = keys.flatMap(({ ownIndex, columns }) => (ownIndex === undefined ? [] : [{ name: ownIndex, columns }]))
  const others = indexesThatKeysCanLeave(objects, keyNames)
  const servers = await detectServerCreatedIndexesOnTrialTable(source, name, [...owned, ...others], text)
  const left = others.filter((index) => servers.has(index.name))
  const own = keys.map(({ ownIndex, ...key }) => (ownIndex !== undefined && servers.has(ownIndex) ? { ...key, ownIndex } : key))
  return { name, left, text: makeRecreatableCreateTableSql(removeMysqlDatabaseName(text, source.database), name, own, left) }
}

/**
 * Returns the indexes of a table that a dropped foreign key can have left. Only an InnoDB table without partitions has foreign
 * keys. `keyNames` contains the names of all foreign keys of the database in lower case. The result contains no index with one of
 * these names: to create such an index, a copy would need a second foreign key with the same name, which the server refuses.
 */
function indexesThatKeysCanLeave(objects: readonly SchemaObject[], keyNames: ReadonlySet<string>): readonly IndexOnColumns[] {
  const table = objects.find((object) => object.kind === 'table')
  if (table === undefined || table.partitioning !== undefined || table.traits?.some((trait) => trait.startsWith('engine '))) return []
  const columns = new Set(objects.flatMap((object) => (object.kind === 'column' ? [object.name] : [])))
  return objects
    .filter((object): object is IndexObject => object.kind === 'index' && canBeMysqlForeignKeyIndex(object))
    .filter((index) => index.keys.every((key) => columns.has(key)) && !keyNames.has(index.name.toLowerCase()))
    .map((index) => ({ name: index.name, columns: index.keys }))
}

async function readRoutines(source: DatabaseSession): Promise<readonly MysqlCodeObjectDefinition[]> {
  const found: MysqlCodeObjectDefinition[] = []
  // The server can create the body of a package only after the package itself, so the packages come before their bodies.
  for (const { name, type } of (await queryMysqlRoutines(source)).toSorted((a, b) => Number(isBody(a)) - Number(isBody(b)))) {
    const what = ROUTINES[type]
    if (!what) throw new InterphaseError('internal', { problem: `${type.toLowerCase()} ${name} cannot be copied to another database` })
    found.push(await readCode(source, what, name))
  }
  return found
}

const isBody = ({ type }: { readonly type: string }) => type === 'PACKAGE BODY'

const ROUTINES: Readonly<Record<string, SqlStatement>> = {
  'FUNCTION': sql`FUNCTION`,
  'PROCEDURE': sql`PROCEDURE`,
  'PACKAGE': sql`PACKAGE`,
  'PACKAGE BODY': sql`PACKAGE BODY`,
}

async function readCode(source: DatabaseSession, what: SqlStatement, object: string): Promise<MysqlCodeObjectDefinition> {
  const printed = await queryMysqlShowCreate(source, what, object)
  const text = removeMysqlDatabaseName(removeMysqlDefiner(textOf(printed, object)), source.database)
  if (text.includes('\ufffd')) await refuseDefinitionsWithLostCharacters(source, object, text)
  return { text, settings: [...(printed?.settings ?? [])] }
}

/**
 * Creates the views of a database. A view can depend on another view, so the function tries a failed view again after it has
 * tried all views.
 */
async function createViews(target: DatabaseSession, views: readonly MysqlCodeObjectDefinition[]): Promise<void> {
  let waiting = views
  while (waiting.length > 0) {
    const failed: { readonly view: MysqlCodeObjectDefinition; readonly error: unknown }[] = []
    for (const view of waiting) await create(target, view).catch((error: unknown) => failed.push({ view, error }))
    if (failed.length === waiting.length) throw failed[0]?.error
    waiting = failed.map(({ view }) => view)
  }
}

async function create(target: DatabaseSession, { text, settings }: MysqlCodeObjectDefinition): Promise<void> {
  await runWithCreatorSettings(target, settings, () => send(target, text))
}

async function send(session: DatabaseSession, text: string): Promise<void> {
  await session.query(sqlVerbatim(text))
}

function textOf(printed: MysqlPrintedDefinition | undefined, object: string): string {
  if (printed?.text !== undefined) return printed.text
  throw new InterphaseError('database.privilege', {
    doing: 'copying a scratch database',
    problem: `the definition of ${object} is not shown`,
  })
}
