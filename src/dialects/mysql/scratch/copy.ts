import type { DatabaseAddress, DatabaseSession } from '../../../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { describeDifferences, describeMismatch } from '../../../schema/describe.ts'
import { differences } from '../../../schema/difference.ts'
import type { ColumnObject, ForeignKeyObject, SchemaObject } from '../../../schema/object.ts'
import type { SchemaState } from '../../../schema/state.ts'
import { mysqlCatalogReader } from '../catalog/catalog.ts'
import { removeDatabaseName } from '../catalog/expression.ts'
import {
  type PrintedDefinition,
  queryEvents,
  queryRoutines,
  queryShowCreate,
  queryTableNames,
  queryTriggers,
} from '../catalog/questions.ts'
import { removeDefiner } from '../catalog/routine.ts'
import { openMysqlDatabase } from '../session/connect.ts'
import type { MysqlFamilyServer } from '../session/flavour.ts'
import { refuseLostCharacters } from './lost.ts'
import { makeRecreatableCreateTable } from './recreatable.ts'
import { relaxSessionStrictness, runWithCreatorSettings } from './relax.ts'

/**
 * Copies a database. Executes the CREATE statements that the server prints for the source, and copies rows and counters. Then compares
 * both databases, and throws an error with the differences if they are not equal.
 */
export async function copyMysqlDatabase(flavour: MysqlFamilyServer, from: DatabaseAddress, to: DatabaseAddress): Promise<void> {
  const source = await openMysqlDatabase(from, flavour)
  try {
    const target = await openMysqlDatabase(to, flavour)
    try {
      await copy(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function copy(source: DatabaseSession, target: DatabaseSession): Promise<void> {
  await relaxSessionStrictness(target)
  const { state } = await mysqlCatalogReader.read(source, 'whole', { identities: false })
  const listed = await queryTableNames(source)
  const named = (is: (type: string) => boolean) => listed.filter((table) => is(table.type)).map((table) => table.name)
  const tables = named((type) => type !== 'VIEW' && type !== 'SEQUENCE')
  for (const sequence of named((type) => type === 'SEQUENCE')) await copySequence(source, target, sequence)
  for (const table of tables) await copyTable(source, target, table, state)
  for (const table of tables) await copyRows(source, target, table, state)
  await copyRoutines(source, target)
  await copyViews(
    source,
    target,
    named((type) => type === 'VIEW'),
  )
  await copyTriggers(source, target)
  for (const { name: event } of await queryEvents(source)) await remake(source, target, sql`EVENT`, event)
  await mustEqual(state, target)
}

async function copySequence(source: DatabaseSession, target: DatabaseSession, sequence: string): Promise<void> {
  await remake(source, target, sql`SEQUENCE`, sequence)
  const [row] = await source.query<{ next: string }>(sql`SELECT next_not_cached_value AS next FROM ${sqlName(sequence)}`)
  await target.query(sql`SELECT SETVAL(${sqlName(sequence)}, ${sqlVerbatim(String(BigInt(row?.next ?? 1)))}, 0)`)
}

async function copyTable(source: DatabaseSession, target: DatabaseSession, table: string, state: SchemaState): Promise<void> {
  const printed = await queryShowCreate(source, sql`TABLE`, table)
  const keys = [...hungOn(state, table)].filter((object): object is ForeignKeyObject => object.kind === 'foreign-key')
  await refuseLostCharacters(source, table, textOf(printed, table))
  await send(target, makeRecreatableCreateTable(removeDatabaseName(textOf(printed, table), source.database), table, keys))
}

/** Copies the rows of a table. Generated columns are left out, because INSERT must not write them. */
async function copyRows(source: DatabaseSession, target: DatabaseSession, table: string, state: SchemaState): Promise<void> {
  const columns = [...hungOn(state, table)]
    .filter((object): object is ColumnObject => object.kind === 'column')
    .filter((column) => column.generated === undefined && !/ generated always as row /.test(column.type))
    .map((column) => sqlName(column.name))
  if (columns.length === 0) return
  const [to, from] = [sqlName(target.database, table), sqlName(source.database, table)]
  await target.query(sql`INSERT INTO ${to} (${joinSql(columns)}) SELECT ${joinSql(columns)} FROM ${from}`)
}

async function copyRoutines(source: DatabaseSession, target: DatabaseSession): Promise<void> {
  // The body of a package can be created only after the package.
  for (const { name: routine, type } of (await queryRoutines(source)).toSorted((a, b) => Number(isBody(a)) - Number(isBody(b)))) {
    const what = ROUTINES[type]
    if (!what) throw new InterphaseError('internal', { problem: `${type.toLowerCase()} ${routine} cannot be copied to another database` })
    await remake(source, target, what, routine)
  }
}

const isBody = ({ type }: { readonly type: string }) => type === 'PACKAGE BODY'

const ROUTINES: Readonly<Record<string, SqlStatement>> = {
  'FUNCTION': sql`FUNCTION`,
  'PROCEDURE': sql`PROCEDURE`,
  'PACKAGE': sql`PACKAGE`,
  'PACKAGE BODY': sql`PACKAGE BODY`,
}

/** Copies the views. A view can depend on another view, so a view that fails is tried again after the others. */
async function copyViews(source: DatabaseSession, target: DatabaseSession, views: readonly string[]): Promise<void> {
  let waiting = views
  while (waiting.length > 0) {
    const failed: { readonly view: string; readonly error: unknown }[] = []
    for (const view of waiting) await remake(source, target, sql`VIEW`, view).catch((error: unknown) => failed.push({ view, error }))
    if (failed.length === waiting.length) throw failed[0]?.error
    waiting = failed.map(({ view }) => view)
  }
}

/** Copies the triggers in the order in which they fire, because each new trigger fires after the existing ones. */
async function copyTriggers(source: DatabaseSession, target: DatabaseSession): Promise<void> {
  const triggers = await queryTriggers(source)
  for (const trigger of triggers.toSorted((a, b) => Number(a.place) - Number(b.place)))
    await remake(source, target, sql`TRIGGER`, trigger.name)
}

/** Creates an object from its printed CREATE statement, with the settings of the session that created the original. */
async function remake(source: DatabaseSession, target: DatabaseSession, what: SqlStatement, object: string): Promise<void> {
  const printed = await queryShowCreate(source, what, object)
  const text = removeDatabaseName(removeDefiner(textOf(printed, object)), source.database)
  if (text.includes('\ufffd')) await refuseLostCharacters(source, object, text)
  await runWithCreatorSettings(target, printed, () => send(target, text))
}

async function send(session: DatabaseSession, text: string): Promise<void> {
  await session.query(sqlVerbatim(text))
}

function textOf(printed: PrintedDefinition | undefined, object: string): string {
  if (printed?.text !== undefined) return printed.text
  throw new InterphaseError('database.privilege', {
    doing: 'copying a scratch database',
    problem: `the definition of ${object} is not shown`,
  })
}

function* hungOn(state: SchemaState, table: string): Generator<SchemaObject> {
  yield* state.groups.get(`table:${table}`)?.values() ?? []
}

async function mustEqual(expected: SchemaState, target: DatabaseSession): Promise<void> {
  const { state } = await mysqlCatalogReader.read(target, 'whole', { identities: false })
  const found = describeDifferences(differences(expected, state), (one) =>
    describeMismatch(one, { before: 'in the original', after: 'in the copy' }),
  )
  if (found.length > 0) throw new InterphaseError('record.printed-otherwise', { dialect: target.dialect, differences: found })
}
