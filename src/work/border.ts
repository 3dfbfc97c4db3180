import type { ObjectNamedByStatement, ObjectThatNameResolvesTo, StatementToSend } from '../dialect/border.ts'
import type { DatabaseSession, OutsideObjectDetector, SourceLocation, SqlFileAnalyzer } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import { areStatementsKnownBeforeRun, statementsKnownBeforeRun } from './kinds.ts'
import type { CheckStatementBeforeSending, StatementExecutionContext } from './statement-execution-context.ts'
import type { MigrationWork } from './work.ts'

/** The session, the analyzer of SQL files and the detector of objects outside the project, which the check of a statement needs. */
interface Sender extends Pick<StatementExecutionContext, 'forbiddenRows' | 'changed' | 'shadowState'> {
  readonly session: DatabaseSession
  readonly files: SqlFileAnalyzer
  readonly border: OutsideObjectDetector
}

/**
 * Makes the function that checks each statement of one migration before the engine sends the statement. On a target database, the
 * parameter `known` of the function is the planned state before the statement. On a shadow, `known` is undefined, because the
 * migrations have created every object of the shadow. For a SQL file, `checkScriptBeforeRun` has already compared the statements of
 * the file with the planned state. The function then compares only the statements that a statement executes indirectly, such as
 * dynamic SQL.
 */
export function makeStatementCheckBeforeSending(
  { session, files, border, forbiddenRows, changed, shadowState }: Sender,
  work: MigrationWork,
): CheckStatementBeforeSending {
  const noRows = forbiddenRows?.get(work.migration.id)
  const mayBeVeiled = work.declarations.despite.some(({ effect }) => effect === 'veiled')
  const earlier: string[] = []
  const cleared = new Set<string>()
  return async (text, at, known, inTransaction) => {
    const { texts, buildsSqlAtRuntime } = await border.executed(session, text, inTransaction)
    for (const inner of texts) await files.judge({ file: at.file, text: inner }, at.line)
    if (buildsSqlAtRuntime && !mayBeVeiled) throw new InterphaseError('statement.veiled', { ...at, statement: firstLine(text) })
    for (const one of [text, ...texts]) {
      const refusal = await border.refusalInDatabase(session, one)
      if (refusal) throw new InterphaseError('statement.refused', { ...at, ...refusal })
    }
    const unseen = areStatementsKnownBeforeRun(work) ? texts : [text, ...texts]
    if (known && unseen.length > 0) await refuseStrangers({ session, border }, { texts: unseen, earlier, cleared, at, known })
    const state = known ?? shadowState
    if (state) {
      const isComparedBeforeCommit = inTransaction && work.path === 'together'
      const sending = { text, inner: texts, earlier, known: state, isComparedBeforeCommit, isOfFile: areStatementsKnownBeforeRun(work) }
      await refuseUnrecordedChanges(border, work, sending, { at, changed, mayBeVeiled })
    }
    // The recording of a SQL file contains all rows that its statements, routines and blocks write. Only a SQL text that the file
    // prepares at run time can write other rows on the target database. For a SQL file, the engine therefore checks only such
    // texts.
    if (
      noRows !== undefined &&
      (!areStatementsKnownBeforeRun(work) || (PREPARES.test(text) && (await reachesOthers(border, texts, earlier))))
    )
      await refuseRows({ files, border }, work, { text, inner: texts, earlier, at, known, inTransaction, reason: noRows })
    earlier.push(text, ...texts)
  }
}

const PREPARES = /^\s*(?:\/\*[^]*?\*\/\s*)?(?:prepare|execute\s+immediate)\b/i

/** Returns true if the SQL texts change an object that the earlier statements of the migration did not create. */
async function reachesOthers(border: OutsideObjectDetector, texts: readonly string[], earlier: readonly string[]): Promise<boolean> {
  const own = new Set((await namesIn(border, earlier)).filter(({ isMade }) => isMade).map(keyOf))
  return (await namesIn(border, texts)).some((one) => one.kind === 'relation' && !one.isMade && !own.has(keyOf(one)))
}

/**
 * Throws `statement.rows` if a statement writes rows in a phase whose policy forbids row writes. The result of the shadow is not
 * sufficient: the shadow has few rows or none, so a function can write rows on a target database although it wrote none on the
 * shadow. A SQL text that a file prepares at run time can also write such rows.
 */
async function refuseRows(
  { files, border }: Pick<Sender, 'files' | 'border'>,
  { migration, path }: MigrationWork,
  { text, inner, earlier, at, known, inTransaction, reason }: StatementThatMayWrite,
): Promise<void> {
  const isWriting =
    (await files.writesRows(text)) || (known !== undefined && (await border.doRoutineBodiesWriteRows(text, inner, earlier, known)))
  if (!isWriting) return
  const committed = inTransaction && path === 'together' ? [] : earlier.map(firstLine)
  throw new InterphaseError('statement.rows', { ...at, statement: firstLine(text), migration: migration.id, reason, committed })
}

interface StatementThatMayWrite extends StatementOfFunction {
  readonly inner: readonly string[]
  readonly inTransaction: boolean
  /** The reason why the policy of the phase forbids writing rows. */
  readonly reason: string
}

interface StatementOfFunction {
  readonly text: string
  readonly earlier: readonly string[]
  readonly at: SourceLocation
  readonly known: SchemaState | undefined
}

/**
 * Throws `statement.unrecorded` if a statement drops or redefines an existing table that the recording of the migration does not
 * list as changed. Throws `statement.veiled` if the statement can drop or redefine any table. The function checks only changes
 * that a rollback does not undo.
 */
async function refuseUnrecordedChanges(
  border: OutsideObjectDetector,
  { migration }: MigrationWork,
  sending: StatementToSend,
  {
    at,
    changed,
    mayBeVeiled,
  }: { readonly at: SourceLocation; readonly changed: Sender['changed'] | undefined; readonly mayBeVeiled: boolean },
): Promise<void> {
  const { tables, mayConcernOtherTables } = await border.redefined(sending)
  const statement = firstLine(sending.text)
  const objects = changed ? tables.filter((key) => !changed.has(key)).map((key) => key.replace(':', ' ')) : []
  if (objects.length > 0) throw new InterphaseError('statement.unrecorded', { ...at, statement, migration: migration.id, objects })
  if (mayConcernOtherTables && !mayBeVeiled) throw new InterphaseError('statement.veiled', { ...at, statement })
}

/**
 * Checks the statements of a SQL file before the engine sends the first of them. The function checks only statements that can
 * affect other objects on the target database than on the shadow. Throws `statement.stranger` if such a statement names an object
 * that exists in the database and not in the planned state. `present` is the planned state before the first statement of the
 * phase. An object of this state still exists, although an earlier statement of the phase will drop it.
 */
export async function checkScriptBeforeRun(
  { session, border }: Pick<Sender, 'session' | 'border'>,
  work: MigrationWork,
  known: (index: number) => SchemaState | undefined,
  present: SchemaState | undefined,
): Promise<void> {
  const statements = await Promise.all(
    [...statementsKnownBeforeRun(work).entries()].map(async ([index, { text, line }]) => {
      const state = TOLERANT.test(text) ? known(index) : undefined
      const unknown = state ? (await border.named(text)).filter((one) => !isKnown(one, state)) : []
      return { text, line, state, unknown }
    }),
  )
  // A look-up of the names in the database can take a second if the database has thousands of tables. No statement is sent
  // between the checks, so one look-up gives the answer for all statements.
  const asked = new Map(statements.flatMap(({ unknown }) => unknown).map((one) => [wholeKeyOf(one), one]))
  const found = new Map<string, ObjectThatNameResolvesTo[]>()
  for (const one of asked.size === 0 ? [] : await border.find(session, [...asked.values()])) {
    const key = wholeKeyOf(one.named)
    found.set(key, [...(found.get(key) ?? []), one])
  }
  for (const { text, line, state, unknown } of statements) {
    const named = unknown.flatMap((one) => found.get(wholeKeyOf(one)) ?? [])
    if (state) refuseFound(named, { text, at: { file: work.migration.file, line } }, (key) => isOfStates(key, state, present))
  }
}

function isOfStates(key: SchemaGroupKey, known: SchemaState, present: SchemaState | undefined): boolean {
  return known.groups.has(key) || present?.groups.has(key) === true
}

// Matches the words of statements that can affect other objects on the target database than on the shadow. For example, DELETE and
// UPDATE can change rows of another table through a foreign key. A statement without any of these words affects the same objects on
// both databases, or fails.
const TOLERANT = /\bif\b|\breplace\b|\bcascade\b|\bdo\b|\bcall\b|\bexecute\b|\bbegin\b|\bdelete\b|\bupdate\b/i

interface Question {
  readonly texts: readonly string[]
  /** The statements that the migration has already sent. Objects that these statements created belong to the project. */
  readonly earlier: readonly string[]
  /**
   * The keys of tables that the check has already found to belong to the project. A function can send a thousand statements, and
   * each look-up of a table is a query, so the keys save time.
   */
  readonly cleared: Set<string>
  readonly at: SourceLocation
  readonly known: SchemaState
}

/**
 * Throws `statement.stranger` if one of the SQL texts names an object that exists in the database and not in the planned state.
 * Such an object belongs to another application.
 */
async function refuseStrangers(
  { session, border }: Pick<Sender, 'session' | 'border'>,
  { texts, earlier, cleared, at, known }: Question,
): Promise<void> {
  const named = await namesIn(border, texts)
  const unknown = named.filter((one) => !isKnown(one, known) && !cleared.has(keyOf(one)))
  if (unknown.length === 0) return
  const made = (await namesIn(border, earlier)).filter(({ isMade }) => isMade)
  const own = new Set(made.map(keyOf))
  const asked = unknown.filter((one) => !own.has(keyOf(one)))
  const ours = new Set(made.flatMap(groupsOf))
  const found = asked.length === 0 ? [] : await border.find(session, asked)
  refuseFound(found, { text: texts[0] ?? '', at }, (key) => known.groups.has(key) || ours.has(key))
  for (const one of asked) if (one.kind === 'referrers') cleared.add(keyOf(one))
}

/** Throws `statement.stranger` if one of the found objects does not belong to the project. */
function refuseFound(
  found: readonly ObjectThatNameResolvesTo[],
  { text, at }: { readonly text: string; readonly at: SourceLocation },
  isOurs: (key: SchemaGroupKey) => boolean,
): void {
  const objects = [...new Set(found.filter(({ groups }) => !groups.some(isOurs)).map(({ says }) => says))]
  if (objects.length > 0) throw new InterphaseError('statement.stranger', { ...at, statement: firstLine(text), objects })
}

async function namesIn(border: OutsideObjectDetector, texts: readonly string[]): Promise<readonly ObjectNamedByStatement[]> {
  return (await Promise.all(texts.map((one) => border.named(one)))).flat()
}

/**
 * Returns true if the planned state contains the table, view or sequence that a statement names. The check then needs no query to
 * the database.
 */
function isKnown({ kind, schema, name }: ObjectNamedByStatement, { groups }: SchemaState): boolean {
  return kind === 'relation' && schema === undefined && (['table', 'view', 'sequence'] as const).some((one) => groups.has(`${one}:${name}`))
}

function groupsOf({ kind, name }: ObjectNamedByStatement): readonly SchemaGroupKey[] {
  return kind === 'relation' ? [`table:${name}`, `view:${name}`, `sequence:${name}`] : []
}

function keyOf({ kind, schema = '', name, columns = [] }: ObjectNamedByStatement): string {
  return [kind, schema, name, ...columns].join(' ')
}

/**
 * Returns a text for a name that a statement contains. Two names have the same text only if they always mean the same object of the
 * database.
 */
function wholeKeyOf(named: ObjectNamedByStatement): string {
  return `${keyOf(named)} ${named.what ?? ''} ${named.parameters ?? ''}`
}

function firstLine(text: string): string {
  const line = text
    .replace(/^\/\*.*?\*\/\s*/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > 80 ? `${line.slice(0, 77)}...` : line
}
