import type { Session, Target } from '../../../dialect/dialect.ts'
import { join, name, type Sql, sql, verbatim } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { describeAll, describeMismatch } from '../../../schema/describe.ts'
import { differences } from '../../../schema/difference.ts'
import type { ColumnObject, ForeignKeyObject, SchemaObject } from '../../../schema/object.ts'
import type { State } from '../../../schema/state.ts'
import { catalog } from '../catalog/catalog.ts'
import { withoutDatabase } from '../catalog/expression.ts'
import { listEvents, listRoutines, listTables, listTriggers, type PrintedDefinition, showCreate } from '../catalog/questions.ts'
import { withoutDefiner } from '../catalog/routine.ts'
import { open } from '../session/connect.ts'
import type { Flavour } from '../session/flavour.ts'
import { mustBePrintedWhole } from './lost.ts'
import { recreatingStatement } from './recreatable.ts'
import { relaxSession, withSettingsOfMaker } from './relax.ts'

/**
 * Copies a database. Executes the CREATE statements that the server prints for the source, and copies rows and counters. Then compares
 * both databases, and throws an error with the differences if they are not equal.
 */
export async function copyDatabase(flavour: Flavour, from: Target, to: Target): Promise<void> {
  const source = await open(from, flavour)
  try {
    const target = await open(to, flavour)
    try {
      await copy(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function copy(source: Session, target: Session): Promise<void> {
  await relaxSession(target)
  const { state } = await catalog.read(source, 'whole', { identities: false })
  const listed = await listTables(source)
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
  for (const { name: event } of await listEvents(source)) await remake(source, target, sql`EVENT`, event)
  await mustEqual(state, target)
}

async function copySequence(source: Session, target: Session, sequence: string): Promise<void> {
  await remake(source, target, sql`SEQUENCE`, sequence)
  const [row] = await source.query<{ next: string }>(sql`SELECT next_not_cached_value AS next FROM ${name(sequence)}`)
  await target.query(sql`SELECT SETVAL(${name(sequence)}, ${verbatim(String(BigInt(row?.next ?? 1)))}, 0)`)
}

async function copyTable(source: Session, target: Session, table: string, state: State): Promise<void> {
  const printed = await showCreate(source, sql`TABLE`, table)
  const keys = [...hungOn(state, table)].filter((object): object is ForeignKeyObject => object.kind === 'foreign-key')
  await mustBePrintedWhole(source, table, textOf(printed, table))
  await send(target, recreatingStatement(withoutDatabase(textOf(printed, table), source.database), table, keys))
}

/** Copies the rows of a table. Generated columns are left out, because INSERT must not write them. */
async function copyRows(source: Session, target: Session, table: string, state: State): Promise<void> {
  const columns = [...hungOn(state, table)]
    .filter((object): object is ColumnObject => object.kind === 'column')
    .filter((column) => column.generated === undefined && !/ generated always as row /.test(column.type))
    .map((column) => name(column.name))
  if (columns.length === 0) return
  const [to, from] = [name(target.database, table), name(source.database, table)]
  await target.query(sql`INSERT INTO ${to} (${join(columns)}) SELECT ${join(columns)} FROM ${from}`)
}

async function copyRoutines(source: Session, target: Session): Promise<void> {
  for (const { name: routine, type } of await listRoutines(source)) {
    const what = ROUTINES[type]
    if (!what) throw new InterphaseError('internal', { problem: `${type.toLowerCase()} ${routine} cannot be copied to another database` })
    await remake(source, target, what, routine)
  }
}

const ROUTINES: Readonly<Record<string, Sql>> = { 'FUNCTION': sql`FUNCTION`, 'PROCEDURE': sql`PROCEDURE` }

/** Copies the views. A view can depend on another view, so a view that fails is tried again after the others. */
async function copyViews(source: Session, target: Session, views: readonly string[]): Promise<void> {
  let waiting = views
  while (waiting.length > 0) {
    const failed: { readonly view: string; readonly error: unknown }[] = []
    for (const view of waiting) await remake(source, target, sql`VIEW`, view).catch((error: unknown) => failed.push({ view, error }))
    if (failed.length === waiting.length) throw failed[0]?.error
    waiting = failed.map(({ view }) => view)
  }
}

/** Copies the triggers in the order in which they fire, because each new trigger fires after the existing ones. */
async function copyTriggers(source: Session, target: Session): Promise<void> {
  const triggers = await listTriggers(source)
  for (const trigger of triggers.toSorted((a, b) => Number(a.place) - Number(b.place)))
    await remake(source, target, sql`TRIGGER`, trigger.name)
}

/** Creates an object from its printed CREATE statement, with the settings of the session that created the original. */
async function remake(source: Session, target: Session, what: Sql, object: string): Promise<void> {
  const printed = await showCreate(source, what, object)
  const text = withoutDatabase(withoutDefiner(textOf(printed, object)), source.database)
  if (text.includes('\ufffd')) await mustBePrintedWhole(source, object, text)
  await withSettingsOfMaker(target, printed, () => send(target, text))
}

async function send(session: Session, text: string): Promise<void> {
  await session.query(verbatim(text))
}

function textOf(printed: PrintedDefinition | undefined, object: string): string {
  if (printed?.text !== undefined) return printed.text
  throw new InterphaseError('database.privilege', {
    doing: 'copying a scratch database',
    problem: `the definition of ${object} is not shown`,
  })
}

function* hungOn(state: State, table: string): Generator<SchemaObject> {
  yield* state.groups.get(`table:${table}`)?.values() ?? []
}

async function mustEqual(expected: State, target: Session): Promise<void> {
  const { state } = await catalog.read(target, 'whole', { identities: false })
  const found = describeAll(differences(expected, state), (one) =>
    describeMismatch(one, { before: 'in the original', after: 'in the copy' }),
  )
  if (found.length > 0) throw new InterphaseError('record.printed-otherwise', { dialect: target.dialect, differences: found })
}
