import type { CatalogReader, CatalogReading, CatalogReadOptions, CatalogReadScope, DatabaseSession } from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'
import type { SchemaObject, SchemaObjectId } from '../../../schema/object.ts'
import { makeSchemaState, selectGroupsOfState } from '../../../schema/state.ts'
import { mysqlFamilyServerOf } from '../session/flavour.ts'
import { runWithNeutralPrintSettings } from '../session/neutral.ts'
import { removeSequenceDatabasesFromTable } from './default-sequence.ts'
import { computeServerIdsOfTableObjects, type InnodbTableIdReading, readInnodbTableIds } from './identities.ts'
import {
  isLedgerTableName,
  queryMysqlDefaultCollations,
  queryMysqlEvents,
  queryMysqlRoutines,
  queryMysqlShowCreate,
  queryMysqlTablesViewsAndSequences,
  queryMysqlTriggers,
  queryMysqlViewColumns,
  queryMysqlViews,
} from './questions.ts'
import { makeMysqlEventObject, makeMysqlRoutineObject, makeMysqlTriggerObject } from './routine.ts'
import { measureMysqlTableRows, readMysqlTableRows } from './rows.ts'
import { groupRequestedObjectNames, type RequestedObjectNamesByKind } from './scope.ts'
import { makeMysqlSequenceObject } from './sequence.ts'
import { readMysqlTableSizes } from './sizes.ts'
import type { MysqlDatabaseFacts } from './surroundings.ts'
import { parseMysqlCreateTableCached } from './table-memo.ts'
import { makeMysqlViewObject } from './view.ts'

/**
 * Reads the schema of a MySQL or MariaDB database. `dropInvalidIndex` does nothing, because an interrupted ALTER TABLE leaves no
 * invalid index. `otherSchemas` returns an empty list, because on MySQL and MariaDB a schema is a database.
 */
export const mysqlCatalogReader: CatalogReader = {
  read,
  rows: readMysqlTableRows,
  volume: measureMysqlTableRows,
  sizes: readMysqlTableSizes,
  dropInvalidIndex: () => Promise.resolve(),
  otherSchemas: () => Promise.resolve([]),
}

function read(session: DatabaseSession, scope: CatalogReadScope, options: CatalogReadOptions = {}): Promise<CatalogReading> {
  return runWithNeutralPrintSettings(session, (databaseCollation) => readNeutral(session, scope, options, databaseCollation))
}

async function readNeutral(
  session: DatabaseSession,
  scope: CatalogReadScope,
  options: CatalogReadOptions,
  databaseCollation: string,
): Promise<CatalogReading> {
  const facts = { ...(await databaseFacts(session)), databaseCollation }
  const wanted = groupRequestedObjectNames(scope)
  const listed = wanted.views === 'all' || wanted.views.length > 0 ? await queryMysqlTablesViewsAndSequences(session) : []
  const tables = await readTables(session, scope === 'whole' ? namesOf(listed, isTable) : named(wanted.tables), options, facts)
  const sequences = scope === 'whole' ? namesOf(listed, isSequence) : named(wanted.sequences)
  const parts = [
    tables,
    await readViews(session, wanted, new Set(namesOf(listed, isView))),
    await readRoutines(session, wanted, facts),
    await readSequences(session, sequences),
    await readEvents(session, wanted, facts),
  ]
  const state = makeSchemaState(parts.flatMap((part) => part.objects))
  return {
    // A function and a procedure can have the same name. A query by the name then returns both, so the code removes the objects
    // that `scope` does not contain.
    state: scope === 'whole' ? state : selectGroupsOfState(state, scope),
    identities: tables.identities,
    remarks: parts.flatMap((part) => part.remarks),
  }
}

interface Part {
  readonly objects: readonly SchemaObject[]
  readonly remarks: readonly string[]
}

const NOTHING: Part = { objects: [], remarks: [] }

const UNNUMBERED: InnodbTableIdReading = { numbers: new Map(), remarks: [] }

const isView = (type: string) => type === 'VIEW' || type === 'SYSTEM VIEW'
const isSequence = (type: string) => type === 'SEQUENCE'
const isTable = (type: string) => !isView(type) && !isSequence(type)

function namesOf(tables: readonly { readonly name: string; readonly type: string }[], is: (type: string) => boolean): readonly string[] {
  return tables.filter((table) => is(table.type)).map((table) => table.name)
}

function named(names: RequestedObjectNamesByKind['tables']): readonly string[] {
  return names === 'all' ? [] : names.filter((name) => !isLedgerTableName(name))
}

/**
 * Reads tables with their triggers. The function queues all catalog queries at once, so the driver sends each query as soon as it
 * has the result of the previous query.
 */
async function readTables(
  session: DatabaseSession,
  names: readonly string[],
  options: CatalogReadOptions,
  facts: MysqlDatabaseFacts,
): Promise<Part & { readonly identities: Map<SchemaObjectId, string> }> {
  const identities = new Map<SchemaObjectId, string>()
  if (names.length === 0) return { ...NOTHING, identities }
  // For up to 50 tables, a query with the names of the tables is faster than a query for all tables.
  const some = names.length <= 50 ? names : undefined
  const [printed, triggers, { numbers, remarks }] = await Promise.all([
    Promise.all(names.map((name) => queryMysqlShowCreate(session, sql`TABLE`, name))),
    queryMysqlTriggers(session, some),
    options.identities === false ? UNNUMBERED : readInnodbTableIds(session, some),
  ])
  const told: string[] = []
  const objects = names.flatMap((name, index): readonly SchemaObject[] => {
    const text = printed[index]?.columns.includes('Create Table') ? printed[index]?.text : undefined
    if (text === undefined || / SEQUENCE=1/.test(text.slice(text.lastIndexOf(')')))) return []
    const own = triggers.filter((trigger) => trigger.table === name).map((trigger) => makeMysqlTriggerObject(trigger, facts))
    const sequences = removeSequenceDatabasesFromTable(text, facts.database)
    for (const { database, sequence } of sequences.from)
      told.push(`a default of ${name} takes its numbers from ${sequence} of the database ${database}, which a restored dump still names`)
    const found = [...parseMysqlCreateTableCached(session, name, sequences.text, facts), ...own]
    const number = numbers.get(name)
    if (number)
      for (const [id, identity] of computeServerIdsOfTableObjects(found, number, mysqlFamilyServerOf(session.dialect).showsColumnRenames))
        identities.set(id, identity)
    return found
  })
  return { objects, remarks: [...remarks, ...told], identities }
}

// The session reads the default collations only once, because the character sets of a server do not change during a session.
const collations = new WeakMap<DatabaseSession, ReadonlyMap<string, string>>()

async function databaseFacts(session: DatabaseSession): Promise<Omit<MysqlDatabaseFacts, 'databaseCollation'>> {
  const defaults = collations.get(session) ?? (await queryMysqlDefaultCollations(session))
  collations.set(session, defaults)
  return { database: session.database, collationOf: (set) => defaults.get(set) ?? defaults.get(`${set}mb3`) ?? set }
}

async function readViews(session: DatabaseSession, { views }: RequestedObjectNamesByKind, known: ReadonlySet<string>): Promise<Part> {
  const names = [...known].filter((name) => views === 'all' || views.includes(name))
  if (names.length === 0) return NOTHING
  const [rows, columns, created] = await Promise.all([
    queryMysqlViews(session, names),
    queryMysqlViewColumns(session, names),
    Promise.all(names.map(async (name) => [name, (await headerOf(session, name)) ?? ''] as const)),
  ])
  const headers = new Map(created)
  const objects = rows.map((row) =>
    makeMysqlViewObject(
      row,
      headers.get(row.name) ?? '',
      columns.filter((column) => column.view === row.name),
      session.database,
      (name) => known.has(name),
    ),
  )
  const hidden = rows.filter((row) => !row.definition).map((row) => `view ${row.name} cannot be read: the user lacks SHOW VIEW`)
  return { objects, remarks: hidden }
}

/**
 * Returns the CREATE VIEW statement that SHOW CREATE VIEW prints. Returns undefined when SHOW CREATE VIEW fails, for example for
 * a view that mixes collations, or when the user cannot read the definition.
 */
async function headerOf(session: DatabaseSession, view: string): Promise<string | undefined> {
  try {
    return (await queryMysqlShowCreate(session, sql`VIEW`, view))?.text
  } catch (error) {
    if (isError(error, 'statement.failed')) return undefined
    throw error
  }
}

async function readRoutines(session: DatabaseSession, { routines }: RequestedObjectNamesByKind, facts: MysqlDatabaseFacts): Promise<Part> {
  if (routines !== 'all' && routines.length === 0) return NOTHING
  const rows = await queryMysqlRoutines(session, routines === 'all' ? undefined : routines)
  const remarks: string[] = []
  const objects = await Promise.all(
    rows.map(async (row) => {
      const what = row.type === 'PROCEDURE' ? sql`PROCEDURE` : row.type === 'FUNCTION' ? sql`FUNCTION` : undefined
      const text = what && (await queryMysqlShowCreate(session, what, row.name))?.text
      if (what && text === undefined) remarks.push(`${row.type.toLowerCase()} ${row.name} cannot be read: the user may not see its text`)
      return makeMysqlRoutineObject(row, text, facts)
    }),
  )
  return { objects, remarks }
}

async function readSequences(session: DatabaseSession, names: readonly string[]): Promise<Part> {
  if (!mysqlFamilyServerOf(session.dialect).hasSequences) return NOTHING
  const objects = await Promise.all(
    names.map(async (name) => {
      const text = (await queryMysqlShowCreate(session, sql`SEQUENCE`, name))?.text
      return text === undefined ? [] : [makeMysqlSequenceObject(name, text)]
    }),
  )
  return { objects: objects.flat(), remarks: [] }
}

async function readEvents(session: DatabaseSession, { events }: RequestedObjectNamesByKind, facts: MysqlDatabaseFacts): Promise<Part> {
  if (events !== 'all' && events.length === 0) return NOTHING
  const rows = await queryMysqlEvents(session, events === 'all' ? undefined : events)
  return { objects: rows.map((row) => makeMysqlEventObject(row, facts)), remarks: [] }
}
