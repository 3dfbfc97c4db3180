import type { Observation, Observer, Reading, Session, SourceLocation, Watch } from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'
import type { RowWrite } from '../../../effect/row-write.ts'
import type { RenamedIds } from '../../../schema/difference.ts'
import { type GroupKey, tableGroup } from '../../../schema/object.ts'
import { isEngineTable } from '../catalog/questions.ts'
import { flavour } from '../session/flavour.ts'
import { madeSetting } from '../session/settings.ts'
import { type Token, tokensOf } from '../text/lexer.ts'
import { leadingWords } from '../text/manner.ts'
import { comeAndGone, type Names, namesIn, namesNow } from '../text/names.ts'
import { statementsIn } from '../text/statements/starts.ts'
import { countersSet } from './counters.ts'
import { closePricing, type PriceMeasurement, priceNext } from './price.ts'
import { reachableGroups } from './reach.ts'
import { readsOf } from './reads.ts'
import { renamesOf, tablesRenamed } from './renames.ts'
import { columnMadeAnew, hiddenRewrites, rowWrites, setsLax, type WriteFacts } from './row-writes.ts'
import { type CheckSetting, checksSwitchedOff } from './unchecked.ts'

/**
 * Determines which objects a migration touched. The sources are the locks of an open transaction, if the server shows them; the tables
 * that appeared or disappeared; and the text of the statements. After a DDL statement the server shows no locks, so only the text
 * decides.
 */
export const observer: Observer = {
  reads: (statements, before, writes) => Promise.resolve(readsOf(statements, before, writes)),
  // No statement runs in a transaction of its own here: a DDL statement commits implicitly, and the price of a statement is
  // determined before the statement is sent.
  standsAlone: () => Promise.resolve(false),
  start: async (session, known) =>
    new MysqlWatch(session, known && { known, prices: [], open: undefined }, {
      writes: await writesSoFar(session),
      isLax: isLax(session),
      off: checksSwitchedOff(session, []),
    }),
}

/** The facts that the observer reads before the first statement of a migration. */
interface Start {
  readonly writes: number
  readonly isLax: boolean
  readonly off: ReadonlySet<CheckSetting>
}

class MysqlWatch implements Watch {
  readonly #session: Session
  readonly #pricing: PriceMeasurement | undefined
  readonly #start: Start

  constructor(session: Session, pricing: PriceMeasurement | undefined, start: Start) {
    this.#session = session
    this.#pricing = pricing
    this.#start = start
  }

  async next(text: string, at: SourceLocation): Promise<void> {
    if (this.#pricing) await priceNext(this.#session, this.#pricing, text, at)
  }

  done(): Promise<void> {
    return Promise.resolve()
  }

  async seen(statements: readonly string[], before: Reading, inner: readonly string[] = []): Promise<Observation> {
    const session = this.#session
    const pricing = this.#pricing
    // The locks are read first. The queries below touch no table of the migration, but they take locks of their own, which would
    // appear in the list.
    const locked = await lockedNow(session)
    const now = await namesNow(session)
    const known = namesIn(before.state)
    const hidden = [...inner, ...statements.filter(holdsStatements)].flatMap(statementsIn)
    const all = [...statements, ...hidden]
    const words = all.map(tokensOf)
    const isOnlyPrepared = statements.some((text) => firstWord(text) === 'PREPARE') && !statements.some(changesTables)
    const wrote =
      (await writesSoFar(session)) > this.#start.writes || (!isOnlyPrepared && words.some((tokens) => takesRows(tokens, known, now)))
    if (pricing) await closePricing(session, pricing)
    const isCutting = this.#start.isLax || isLax(session) || words.some(setsLax)
    const off = new Set([...this.#start.off, ...checksSwitchedOff(session, words)])
    const facts = { before, known, now, wrote, isLax: isCutting, off, isOnlyPrepared }
    const renames = renamesOf(all, before.state)
    const touched = touchedBy(statements, before, now, locked)
    const sets = countersSet(all, before)
    return {
      touched,
      wrote,
      ...(sets.length > 0 && { sets }),
      writes: [...rowWrites(statements, facts), ...hiddenRewrites(hidden, facts), ...replaced(all, facts, renames)],
      prices: pricing?.prices ?? [],
      renames,
    }
  }
}

/**
 * Lists the renamed tables whose old names now belong to other tables. If such a table is dropped afterwards, neither the recorded
 * renames nor the schema show it.
 */
function replaced(statements: readonly string[], { known, now }: WriteFacts, renames: RenamedIds): readonly RowWrite[] {
  if (statements.length < 2) return []
  const isTable = (name: string, names: Names) => names.groups.get(name)?.has(tableGroup(name)) === true
  return [...new Set(tablesRenamed(statements))]
    .filter((table) => isTable(table, known) && isTable(table, now) && !renames.has(tableGroup(table)))
    .map((table) => ({ table, rewrites: 'renamed, and another table has its name' }))
}

function touchedBy(
  statements: readonly string[],
  before: Reading,
  now: Names,
  locked: ReadonlySet<GroupKey> | undefined,
): Observation['touched'] {
  const names = namesIn(before.state)
  const found = new Set<GroupKey>([...comeAndGone(names, now), ...(locked ?? [])])
  for (const tokens of statements.map(tokensOf)) {
    if (!locked && isVeiled(tokens, names, now)) return 'all'
    const named = groupsNamed(tokens, names, now)
    const reached = locked || !movesRows(tokens) ? named : reachableGroups(named, before.state, names)
    if (reached === 'all') return 'all'
    for (const group of reached) found.add(group)
  }
  return [...found].sort()
}

/**
 * True for a DDL statement that removes rows and may leave the schema unchanged. Such a statement drops a partition, or drops a table
 * and creates it again.
 */
function takesRows(tokens: readonly Token[], known: Names, now: Names): boolean {
  const words = leadingWords(tokens).join(' ')
  if (words.startsWith('ALTER')) {
    const ofPartition = ({ value }: Token, index: number) =>
      /^(?:DROP|TRUNCATE|EXCHANGE)$/.test(value) && tokens[index + 1]?.value === 'PARTITION'
    return tokens.some(ofPartition) || columnMadeAnew(tokens) !== undefined
  }
  if (!/^(?:DROP TABLE|CREATE OR REPLACE TABLE)/.test(words)) return false
  return groupsNamed(tokens, known).some((group) => groupsNamed(tokens, now).includes(group))
}

/**
 * True for a statement that reads or writes rows, including a DDL statement with a SELECT. Other DDL statements touch only the tables
 * that they name.
 */
function movesRows(tokens: readonly Token[]): boolean {
  return !isSchemaStatement(tokens) || tokens.some((token) => token.value === 'SELECT')
}

function isSchemaStatement(tokens: readonly Token[]): boolean {
  return /^(?:CREATE|DROP|ALTER|RENAME|TRUNCATE)$/.test(leadingWords(tokens)[0] ?? '')
}

/**
 * True when the statement itself creates or drops tables, or executes a prepared statement. Preparing a statement has no effect on
 * tables.
 */
function changesTables(text: string): boolean {
  return holdsStatements(text) || /^(?:EXECUTE|CALL|CREATE|DROP|ALTER|RENAME)$/.test(firstWord(text))
}

function firstWord(text: string): string {
  return leadingWords(tokensOf(text))[0] ?? ''
}

/** True for a BEGIN … END block of MariaDB and for SET STATEMENT. The statements inside are executed with it. */
function holdsStatements(text: string): boolean {
  const [first = '', second = ''] = leadingWords(tokensOf(text))
  return /^(?:BEGIN|IF|CASE|LOOP|WHILE|REPEAT|FOR)$/.test(first) || (first === 'SET' && second === 'STATEMENT')
}

const VEILED: ReadonlySet<string> = new Set(['CALL', 'EXECUTE', 'PREPARE', 'DO'])

/** True when the statement touches objects that it does not name: it calls a routine, or executes text from a variable. */
function isVeiled(tokens: readonly Token[], ...lists: readonly Names[]): boolean {
  const [first = '', second = ''] = leadingWords(tokens)
  if (VEILED.has(first) || (first === 'BEGIN' && second === 'NOT')) return true
  // A DDL statement that names a routine creates or drops the routine and does not run it.
  if (isSchemaStatement(tokens)) return false
  return tokens.some(
    (token, index) => tokens[index + 1]?.value === '(' && lists.some((names) => names.routines.has(nameOf(token, names) ?? '')),
  )
}

function groupsNamed(tokens: readonly Token[], ...lists: readonly Names[]): readonly GroupKey[] {
  return lists.flatMap((names) =>
    tokens.flatMap((token) => {
      const name = nameOf(token, names)
      return name === undefined ? [] : [...(names.groups.get(name) ?? [])]
    }),
  )
}

/** Returns the table or other known name that a token can refer to. */
function nameOf(token: Token, names: Names): string | undefined {
  if (token.kind === 'name') return names.groups.has(token.value) ? token.value : undefined
  return token.kind === 'word' ? names.byWord.get(token.value) : undefined
}

/**
 * Returns the groups of schema objects that the open transaction has locked. Undefined without a transaction, or if the server does
 * not show the locks.
 */
async function lockedNow(session: Session): Promise<ReadonlySet<GroupKey> | undefined> {
  const question = flavour(session.dialect).touched
  if (!question) return undefined
  const rows = await session.query<{ kind: string; base: string; name: string }>(question)
  if (rows.length === 0) return undefined
  const own = rows.filter((row) => row.base === session.database && !isEngineTable(row.name))
  return new Set(own.flatMap(({ kind, name }) => (kind === 'TABLE' ? [`table:${name}`, `view:${name}`] : [routineKey(kind, name)])))
}

function routineKey(kind: string, name: string): GroupKey {
  return `function:${kind === 'PROCEDURE' ? `${name}()` : name}`
}

/** Reads how many row-writing statements this connection has executed, including those in procedures and triggers. */
async function writesSoFar(session: Session): Promise<number> {
  const rows = await session.query<{ Value: string }>(sql`SHOW SESSION STATUS WHERE variable_name IN ('Com_insert', 'Com_update',
    'Com_delete', 'Com_replace', 'Com_load', 'Com_insert_select', 'Com_update_multi', 'Com_delete_multi', 'Com_replace_select',
    'Com_truncate')`)
  return rows.reduce((sum, row) => sum + Number(row.Value), 0)
}

/**
 * True when the session truncates values that do not fit instead of refusing them. The engine's settings are strict, so only a
 * migration file can have changed this.
 */
function isLax(session: Session): boolean {
  const mode = madeSetting(session, 'sql_mode')
  return mode !== undefined && !/STRICT_(?:TRANS|ALL)_TABLES/.test(mode)
}
