import type {
  CatalogReading,
  DatabaseSession,
  MigrationObservation,
  MigrationObserver,
  RunningMigrationObservation,
  SourceLocation,
} from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'
import type { RowWrite } from '../../../effect/row-write.ts'
import type { RenamedObjectIds } from '../../../schema/difference.ts'
import { type SchemaGroupKey, tableGroupKey } from '../../../schema/object.ts'
import { isLedgerTableName } from '../catalog/questions.ts'
import { mysqlFamilyServerOf } from '../session/flavour.ts'
import { findMysqlMigrationFileSetting } from '../session/settings.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { leadingWordsOfStatement } from '../text/manner.ts'
import {
  createdAndDroppedGroups,
  type MysqlObjectNames,
  nameListsChangedByStatement,
  objectNamesInState,
  readCurrentObjectNames,
} from '../text/names.ts'
import { setsOnlyMysqlSessionVariables } from '../text/session-use.ts'
import { splitBodyStatements } from '../text/statements/starts.ts'
import { canNameMysqlTable } from '../text/table-place.ts'
import { findMysqlRowWritesInRoutineBodies, findTablesAlteredOnlyOnTarget } from './body-writes.ts'
import { findCountersSetByStatements } from './counters.ts'
import { addPriceOfNextMysqlStatement, addPriceOfPreviousMysqlStatement, type MysqlMigrationPricing } from './price.ts'
import { findSchemaGroupsWithinReach } from './reach.ts'
import { findColumnsReadByMysqlStatements } from './reads.ts'
import { findRenamesInMysqlStatements, findTablesRenamedByStatements } from './renames.ts'
import { findMysqlRevokedPrivileges } from './revokes.ts'
import {
  findConversionsAndDropsInInnerStatements,
  findMysqlRowWrites,
  findRecreatedColumn,
  type MysqlRowWriteEvidence,
  setsNonStrictSqlMode,
} from './row-writes.ts'
import { findSwitchedOffRowChecks, type MysqlRowCheckSettingName } from './unchecked.ts'

/**
 * Observes a migration on MySQL or MariaDB: the groups that the migration touched, the rows that it wrote, its renames, and the
 * price of each statement. The observer finds the touched groups in the locks of the open transaction, in the list of created and
 * dropped objects, and in the texts of the statements. MariaDB shows no locks, and MySQL shows none after a DDL statement. The
 * observer then uses only the texts and the created and dropped objects.
 */
export const mysqlMigrationObserver: MigrationObserver = {
  reads: (statements, before, writes) => Promise.resolve(findColumnsReadByMysqlStatements(statements, before, writes)),
  // On MySQL and MariaDB, the observer needs no separate transaction for a statement, because it determines the price before the
  // session sends the statement. Besides, a DDL statement would commit the transaction implicitly.
  canStatementRunInOwnTransaction: () => Promise.resolve(false),
  setsSessionOnly: (text) => Promise.resolve(setsOnlyMysqlSessionVariables(tokenizeMysql(text))),
  start: async (session, known) =>
    new MysqlWatch(session, known && { known, prices: [], open: undefined }, {
      ...(await statementsSoFar(session)),
      truncatesValues: fileTruncatesValues(session),
      off: findSwitchedOffRowChecks(session, []),
    }),
}

/**
 * The facts that the observer reads before the first statement of a migration. `writes` and `alterations` count the statements
 * that the session has already executed.
 */
interface Start {
  readonly writes: number
  readonly alterations: number
  readonly truncatesValues: boolean
  readonly off: ReadonlySet<MysqlRowCheckSettingName>
}

class MysqlWatch implements RunningMigrationObservation {
  readonly #session: DatabaseSession
  readonly #pricing: MysqlMigrationPricing | undefined
  readonly #start: Start

  constructor(session: DatabaseSession, pricing: MysqlMigrationPricing | undefined, start: Start) {
    this.#session = session
    this.#pricing = pricing
    this.#start = start
  }

  async beforeStatement(text: string, at: SourceLocation): Promise<void> {
    if (this.#pricing) await addPriceOfNextMysqlStatement(this.#session, this.#pricing, text, at)
  }

  afterStatementAlone(): Promise<void> {
    return Promise.resolve()
  }

  async finish(statements: readonly string[], before: CatalogReading, inner: readonly string[] = []): Promise<MigrationObservation> {
    const session = this.#session
    const pricing = this.#pricing
    // The observer reads the locks before it sends other queries. These queries touch no table of the migration, but they acquire
    // locks that the list would then contain.
    const locked = await lockedNow(session)
    const known = objectNamesInState(before.state)
    const hidden = [...inner, ...statements.filter(holdsStatements)].flatMap(splitBodyStatements)
    const all = [...statements, ...hidden]
    const words = all.map(tokenizeMysql)
    const now = await readCurrentObjectNames(session, known, new Set(words.flatMap(nameListsChangedByStatement)))
    const isOnlyPrepared = statements.some((text) => firstWord(text) === 'PREPARE') && !statements.some(changesTables)
    const soFar = await statementsSoFar(session)
    const wrote =
      soFar.writes > this.#start.writes ||
      (!isOnlyPrepared && words.some((tokens) => removesRows(tokens, known, now) || fillsNewTable(tokens)))
    if (pricing) await addPriceOfPreviousMysqlStatement(session, pricing)
    const truncatesValues = this.#start.truncatesValues || fileTruncatesValues(session) || words.some(setsNonStrictSqlMode)
    const off = new Set([...this.#start.off, ...findSwitchedOffRowChecks(session, words)])
    const facts = { before, known, now, wrote, truncatesValues, off, isOnlyPrepared }
    const renames = findRenamesInMysqlStatements(all, before.state)
    const touched = touchedBy(statements, before, { known, now }, locked)
    const sets = findCountersSetByStatements(all, before)
    const revokes = findMysqlRevokedPrivileges(all, known)
    const inBodies = isOnlyPrepared ? [] : findMysqlRowWritesInRoutineBodies(statements, hidden, facts)
    const written = findMysqlRowWrites(statements, facts)
    return {
      touched: touched === 'all' ? touched : [...new Set([...touched, ...inBodies.map(({ table }) => tableGroupKey(table))])].sort(),
      wrote: wrote || inBodies.length > 0,
      ...(sets.length > 0 && { sets }),
      ...(revokes.length > 0 && { revokes }),
      writes: [
        ...written,
        ...inBodies.filter(({ table }) => !written.some((one) => one.table === table)),
        ...findConversionsAndDropsInInnerStatements(hidden, facts),
        ...(isOnlyPrepared ? [] : findTablesAlteredOnlyOnTarget(statements, hidden, soFar.alterations - this.#start.alterations, known)),
        ...replaced(all, facts, renames),
      ],
      prices: pricing?.prices ?? [],
      renames,
    }
  }
}

/**
 * Returns the tables that a statement renamed and whose old name another table now has, except for the certain renames in
 * `renames`. The other renamed tables count as rewritten, because a later statement can have dropped them, and the schema does not
 * show this.
 */
function replaced(statements: readonly string[], { known, now }: MysqlRowWriteEvidence, renames: RenamedObjectIds): readonly RowWrite[] {
  if (statements.length < 2) return []
  const isTable = (name: string, names: MysqlObjectNames) => names.groups.get(name)?.has(tableGroupKey(name)) === true
  return [...new Set(findTablesRenamedByStatements(statements))]
    .filter((table) => isTable(table, known) && isTable(table, now) && !renames.has(tableGroupKey(table)))
    .map((table) => ({ table, rewrites: 'renamed, and another table has its name' }))
}

function touchedBy(
  statements: readonly string[],
  before: CatalogReading,
  { known: names, now }: Pick<MysqlRowWriteEvidence, 'known' | 'now'>,
  locked: ReadonlySet<SchemaGroupKey> | undefined,
): MigrationObservation['touched'] {
  const found = new Set<SchemaGroupKey>([...createdAndDroppedGroups(names, now), ...(locked ?? [])])
  for (const tokens of statements.map(tokenizeMysql)) {
    if (!locked && touchesUnnamedObjects(tokens, names, now)) return 'all'
    const named = groupsNamed(tokens, names, now)
    const reached = locked || !readsOrWritesRows(tokens) ? named : findSchemaGroupsWithinReach(named, before.state, names)
    if (reached === 'all') return 'all'
    for (const group of reached) found.add(group)
  }
  return [...found].sort()
}

/**
 * Returns true for a DDL statement that can remove rows without a change of the schema. Such a statement drops, truncates or
 * exchanges a partition, or it drops a table or a column and creates it again.
 */
function removesRows(tokens: readonly MysqlToken[], known: MysqlObjectNames, now: MysqlObjectNames): boolean {
  const words = leadingWordsOfStatement(tokens).join(' ')
  if (words.startsWith('ALTER')) {
    const ofPartition = ({ value }: MysqlToken, index: number) =>
      /^(?:DROP|TRUNCATE|EXCHANGE)$/.test(value) && tokens[index + 1]?.value === 'PARTITION'
    return tokens.some(ofPartition) || findRecreatedColumn(tokens) !== undefined
  }
  if (!/^(?:DROP TABLE|CREATE OR REPLACE TABLE)/.test(words)) return false
  return groupsNamed(tokens, known).some((group) => groupsNamed(tokens, now).includes(group))
}

/**
 * Returns true for a CREATE TABLE that fills the new table with the rows of a query. On a shadow without rows, the counters of the
 * server do not show such a statement. A temporary table does not count, because it ends with the session.
 */
function fillsNewTable(tokens: readonly MysqlToken[]): boolean {
  if (!/^CREATE (?:OR REPLACE )?TABLE\b/.test(leadingWordsOfStatement(tokens).join(' '))) return false
  const words = tokens.filter(({ kind }) => kind === 'word').map(({ value }) => value)
  // A query with a condition that is always false, or with LIMIT 0, returns no rows. Such a CREATE TABLE copies only the columns.
  if (/ (?:WHERE (?:FALSE|0|1 = [02-9])|LIMIT 0)$/.test(tokens.map(({ value }) => value).join(' '))) return false
  return words.includes('SELECT') || words.filter((word) => word === 'TABLE').length > 1
}

/**
 * Returns true for a statement that reads or writes rows, including a DDL statement with a SELECT. Every other DDL statement
 * touches only the tables that the statement names.
 */
function readsOrWritesRows(tokens: readonly MysqlToken[]): boolean {
  return !isSchemaStatement(tokens) || tokens.some((token) => token.value === 'SELECT')
}

function isSchemaStatement(tokens: readonly MysqlToken[]): boolean {
  return /^(?:CREATE|DROP|ALTER|RENAME|TRUNCATE)$/.test(leadingWordsOfStatement(tokens)[0] ?? '')
}

/**
 * Returns true for a DDL statement, a block, CALL and EXECUTE, because they can change tables. PREPARE alone changes no table.
 */
function changesTables(text: string): boolean {
  return holdsStatements(text) || /^(?:EXECUTE|CALL|CREATE|DROP|ALTER|RENAME)$/.test(firstWord(text))
}

function firstWord(text: string): string {
  return leadingWordsOfStatement(tokenizeMysql(text))[0] ?? ''
}

/**
 * Returns true for a block of MariaDB, such as BEGIN … END, IF or LOOP, and for SET STATEMENT. These statements contain other
 * statements, which the server executes.
 */
function holdsStatements(text: string): boolean {
  const [first = '', second = ''] = leadingWordsOfStatement(tokenizeMysql(text))
  return /^(?:BEGIN|IF|CASE|LOOP|WHILE|REPEAT|FOR)$/.test(first) || (first === 'SET' && second === 'STATEMENT')
}

const RUNS_OTHER_CODE: ReadonlySet<string> = new Set(['CALL', 'EXECUTE', 'PREPARE', 'DO'])

/**
 * Returns true when a statement can touch objects that the statement does not name. Such a statement calls a routine or executes
 * a text from a variable.
 */
function touchesUnnamedObjects(tokens: readonly MysqlToken[], ...lists: readonly MysqlObjectNames[]): boolean {
  const [first = '', second = ''] = leadingWordsOfStatement(tokens)
  if (RUNS_OTHER_CODE.has(first) || (first === 'BEGIN' && second === 'NOT')) return true
  // A DDL statement that names a routine only creates or drops the routine, and does not run it.
  if (isSchemaStatement(tokens)) return false
  return tokens.some((token, index) => lists.some((names) => isCall(tokens, index, nameOf(token, names) ?? '', names)))
}

function groupsNamed(tokens: readonly MysqlToken[], ...lists: readonly MysqlObjectNames[]): readonly SchemaGroupKey[] {
  return lists.flatMap((names) =>
    tokens.flatMap((token, index) => {
      const name = nameOf(token, names)
      const counts = name !== undefined && (canNameMysqlTable(tokens, index) || isCall(tokens, index, name, names))
      return counts ? [...(names.groups.get(name) ?? [])] : []
    }),
  )
}

function isCall(tokens: readonly MysqlToken[], index: number, name: string, names: MysqlObjectNames): boolean {
  return tokens[index + 1]?.value === '(' && names.routines.has(name)
}

/** Returns the name in `names` to which a token can refer. Returns undefined if `names` contains no such name. */
function nameOf(token: MysqlToken, names: MysqlObjectNames): string | undefined {
  if (token.kind === 'name') return names.groups.has(token.value) ? token.value : undefined
  return token.kind === 'word' ? names.byWord.get(token.value) : undefined
}

/**
 * Returns the groups of schema objects that the open transaction has locked. Returns undefined if the server does not show locks.
 */
async function lockedNow(session: DatabaseSession): Promise<ReadonlySet<SchemaGroupKey> | undefined> {
  const question = mysqlFamilyServerOf(session.dialect).lockedObjects
  if (!question) return undefined
  const rows = await session.query<{ kind: string; base: string; name: string }>(question)
  if (rows.length === 0) return undefined
  const own = rows.filter((row) => row.base === session.database && !isLedgerTableName(row.name))
  return new Set(own.flatMap(({ kind, name }) => (kind === 'TABLE' ? [`table:${name}`, `view:${name}`] : [routineKey(kind, name)])))
}

function routineKey(kind: string, name: string): SchemaGroupKey {
  return `function:${kind === 'PROCEDURE' ? `${name}()` : name}`
}

/**
 * Reads how many statements the session has executed: `writes` counts the statements that write rows, and `alterations` counts
 * ALTER TABLE and RENAME TABLE. Both numbers include statements in procedures and triggers.
 */
async function statementsSoFar(session: DatabaseSession): Promise<{ readonly writes: number; readonly alterations: number }> {
  const rows = await session.query<{
    Variable_name: string
    Value: string
  }>(sql`SHOW SESSION STATUS WHERE variable_name IN ('Com_insert', 'Com_update',
    'Com_delete', 'Com_replace', 'Com_load', 'Com_insert_select', 'Com_update_multi', 'Com_delete_multi', 'Com_replace_select',
    'Com_truncate', 'Com_alter_table', 'Com_rename_table')`)
  const sum = (counts: (name: string) => boolean) =>
    rows.filter(({ Variable_name: name }) => counts(name)).reduce((total, { Value: count }) => total + Number(count), 0)
  const alters = (name: string) => /_(?:alter|rename)_table$/i.test(name)
  return { writes: sum((name) => !alters(name)), alterations: sum(alters) }
}

/**
 * Returns true when the migration file has set a `sql_mode` that is not strict. In a mode that is not strict, the server
 * truncates values that do not fit. The engine's own `sql_mode` is strict.
 */
function fileTruncatesValues(session: DatabaseSession): boolean {
  const mode = findMysqlMigrationFileSetting(session, 'sql_mode')
  return mode !== undefined && !/STRICT_(?:TRANS|ALL)_TABLES/.test(mode)
}
