import type { CatalogReading } from '../../../dialect/dialect.ts'
import { doesWriteRewriteValues, type RowWrite, UNKNOWN_WRITTEN_TABLE } from '../../../effect/row-write.ts'
import { tableGroupKey } from '../../../schema/object.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { leadingWordsOfStatement } from '../text/manner.ts'
import type { MysqlObjectNames } from '../text/names.ts'
import { canNameMysqlTable } from '../text/table-place.ts'
import { parseMysqlTableAlteration } from './alteration.ts'
import { findRulesPossiblyViolatedByRows, type MysqlRowCheckSettingName } from './unchecked.ts'

/** The facts from which the observer determines the rows that statements write. */
export interface MysqlRowWriteEvidence {
  readonly before: CatalogReading
  /** The names of the database's objects before the statements. */
  readonly known: MysqlObjectNames
  /** The names of the database's objects after the statements. */
  readonly now: MysqlObjectNames
  /** True when the server counted a statement that writes rows, or when a DDL statement can have removed rows. */
  readonly wrote: boolean
  /** True when the migration file set a `sql_mode` in which the server truncates values that do not fit. */
  readonly truncatesValues: boolean
  /**
   * The settings that switch off the server's checks of rows and that the migration file has used, such as `foreign_key_checks`.
   */
  readonly off: ReadonlySet<MysqlRowCheckSettingName>
  /** True when the statements only prepare other statements, which run later. */
  readonly isOnlyPrepared: boolean
}

/**
 * Returns the tables and columns whose rows the statements write, according to their texts. The texts do not show the writes of
 * routines and triggers. If the server counted a write that the texts do not show, the result also contains an unknown table.
 */
export function findMysqlRowWrites(statements: readonly string[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const found = statements.flatMap((text) => writesIn(text, tokenizeMysql(text), facts))
  const isTold = found.some(({ table }) => !hasTriggers(table, facts) && table !== UNKNOWN_WRITTEN_TABLE)
  const beside = facts.wrote && (!isTold || found.some(({ table }) => hasTriggers(table, facts))) ? [{ table: UNKNOWN_WRITTEN_TABLE }] : []
  return [...found, ...beside]
}

/**
 * Returns the conversions of column types and the dropped columns of statements that run inside other statements: in a called
 * routine, or as a prepared statement. The function reads the texts of these statements, because the schema after all statements
 * does not show a column that a statement dropped and added again.
 */
export function findConversionsAndDropsInInnerStatements(statements: readonly string[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const rewrites = statements.flatMap((text) => writesIn(text, tokenizeMysql(text), facts)).filter(doesWriteRewriteValues)
  const gone = statements.flatMap((text) => columnsGone(text, facts))
  const isNew = ({ table, columns }: RowWrite) => !rewrites.some((one) => one.table === table && String(one.columns) === String(columns))
  return [...rewrites, ...gone.filter(isNew)]
}

/** Returns the existing columns that an ALTER TABLE drops. */
function columnsGone(text: string, { before }: MysqlRowWriteEvidence): readonly RowWrite[] {
  const alteration = /\bdrop\b/i.test(text) ? parseMysqlTableAlteration(text) : undefined
  if (!alteration) return []
  const columns = [...(before.state.groups.get(tableGroupKey(alteration.table))?.values() ?? [])].filter(({ kind }) => kind === 'column')
  const tokens = tokenizeMysql(text)
  return tokens.flatMap((token, index) => {
    const going = token.value === 'DROP' && token.kind === 'word' ? tokens[afterWords(tokens, index + 1, OF_A_COLUMN)] : undefined
    const column = columns.find(({ name }) => going && name.toUpperCase() === going.value.toUpperCase() && !NO_COLUMN.has(going.value))
    return column
      ? [{ table: alteration.table, columns: [column.name], rewrites: 'dropped inside another statement, its values are lost' }]
      : []
  })
}

function hasTriggers(table: string, { before }: MysqlRowWriteEvidence): boolean {
  return [...(before.state.groups.get(tableGroupKey(table))?.values() ?? [])].some(({ kind }) => kind === 'trigger')
}

function writesIn(text: string, tokens: readonly MysqlToken[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const written = writesByWord(text, tokens, facts)
  return facts.off.size === 0 ? written : [...written, ...unchecked(text, tokens, facts)]
}

const WRITING: ReadonlySet<string> = new Set('INSERT UPDATE REPLACE LOAD DELETE TRUNCATE WITH'.split(' '))

/** Returns the rules that the rows of a statement can violate, because the migration has switched off the server's check. */
function unchecked(text: string, tokens: readonly MysqlToken[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const [verb = '', second = ''] = leadingWordsOfStatement(tokens)
  if (!WRITING.has(verb) && !(verb === 'DROP' && /^TABLES?$/.test(second))) return []
  const named = verb === 'UPDATE' ? tablesNamed(tokens.slice(0, setAt(tokens)), facts) : tablesNamed(tokens, facts)
  const tables = verb === 'INSERT' || verb === 'REPLACE' || verb === 'LOAD' ? named.slice(0, 1) : named
  const columns = verb === 'UPDATE' && tables.length === 1 ? { columns: assigned(text, tokens) } : {}
  const isThere = ({ table }: RowWrite) => facts.now.groups.has(table)
  return findRulesPossiblyViolatedByRows({ verb, tables, ...columns }, facts.off, facts.before.state).filter(isThere)
}

function writesByWord(text: string, tokens: readonly MysqlToken[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const [first = '', second = ''] = leadingWordsOfStatement(tokens)
  switch (first) {
    case 'UPDATE':
      return updated(text, tokens, facts)
    case 'INSERT':
    case 'REPLACE':
    case 'LOAD':
      return inserted(tokens, facts)
    case 'DELETE':
      return tablesNamed(tokens, facts).map((table) => ({ table }))
    case 'TRUNCATE':
      return tablesNamed(tokens, facts).map((table) => ({ table }))
    case 'ALTER':
      return altered(text, tokens, facts)
    case 'WITH':
      return facts.wrote ? tablesNamed(tokens, facts).map((table) => ({ table })) : []
    case 'CREATE':
    case 'DROP':
      return second === 'TABLE' || second === 'OR' ? madeAnew(tokens, facts) : []
    default:
      return []
  }
}

const CUT = 'values that do not fit are truncated'

/**
 * Returns the columns after SET if an UPDATE statement writes one table. Returns only the tables if the statement writes several
 * tables, or reads the default of another column with `DEFAULT(column)`.
 */
function updated(text: string, tokens: readonly MysqlToken[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const tables = tablesNamed(tokens.slice(0, setAt(tokens)), facts)
  const [table] = tables
  const how = isIgnoring(tokens)
    ? { rewrites: `UPDATE IGNORE: ${CUT}` }
    : facts.truncatesValues
      ? { rewrites: `UPDATE under a lax sql_mode: ${CUT}` }
      : {}
  if (table === undefined || tables.length > 1 || callsDefault(tokens)) return tables.map((one) => ({ table: one, ...how }))
  return [{ table, columns: assigned(text, tokens), ...how }]
}

function callsDefault(tokens: readonly MysqlToken[]): boolean {
  return tokens.some(({ kind, value }, index) => kind === 'word' && value === 'DEFAULT' && tokens[index + 1]?.value === '(')
}

function setAt(tokens: readonly MysqlToken[]): number {
  const at = tokens.findIndex(({ kind, value }) => kind === 'word' && value === 'SET')
  return at < 0 ? tokens.length : at
}

/** Returns the columns after SET to which an UPDATE statement assigns values, sorted by name. */
function assigned(text: string, tokens: readonly MysqlToken[]): readonly string[] {
  const found = new Set<string>()
  let depth = 0
  let isBegin = true
  for (const [index, token] of tokens.entries()) {
    if (index <= setAt(tokens)) continue
    if (token.kind === 'symbol' && token.value === '(') depth++
    if (token.kind === 'symbol' && token.value === ')') depth--
    if (depth === 0 && token.kind === 'word' && /^(?:WHERE|ORDER|LIMIT)$/.test(token.value)) break
    if (isBegin && tokens[index + 1]?.value === '=') found.add(nameOf(text, token))
    // In an assignment such as `t.a = 1`, the name of the column stands after the name of the table and the dot. The search for
    // the written column therefore continues after the dot.
    if (!(isBegin && tokens[index + 1]?.value === '.') && token.value !== '.') isBegin = depth === 0 && token.value === ','
  }
  return [...found].sort()
}

function nameOf(text: string, token: MysqlToken): string {
  return token.kind === 'name' ? token.value : text.slice(token.start, token.end)
}

/**
 * Returns the table into which a statement inserts rows. For INSERT … SELECT and LOAD DATA, the result states whether the server
 * can truncate or omit values without an error. The function does not check literal values in an INSERT.
 */
function inserted(tokens: readonly MysqlToken[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const into = tokens.findIndex(({ value, kind }) => kind === 'word' && (value === 'INTO' || value === 'TABLE'))
  const head = tokens.slice(into < 0 ? 0 : into + 1)
  const [table] = tablesOf(
    head.find((token) => tablesOf(token, facts).length > 0),
    facts,
  )
  if (table === undefined) return []
  const copies = tokens.some(({ value, kind }) => kind === 'word' && (value === 'SELECT' || value === 'INFILE'))
  if (copies && isIgnoring(tokens)) return [{ table, rewrites: `INSERT IGNORE: ${CUT} or left out` }]
  return [{ table, ...(copies && facts.truncatesValues && { rewrites: `INSERT under a lax sql_mode: ${CUT}` }) }]
}

function isIgnoring(tokens: readonly MysqlToken[]): boolean {
  return (
    leadingWordsOfStatement(tokens).includes('IGNORE') ||
    tokens.some(({ kind, value }, index) => kind === 'word' && value === 'IGNORE' && tokens[index + 1]?.value === 'INTO')
  )
}

function altered(text: string, tokens: readonly MysqlToken[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const alteration = parseMysqlTableAlteration(text)
  const tables = alteration ? [alteration.table] : tablesNamed(tokens, facts).slice(0, 1)
  const [table] = tables
  if (table === undefined) return []
  const isIgnore = leadingWordsOfStatement(tokens).includes('IGNORE')
  const reforms = tokens.some(({ kind, value }) => kind === 'word' && /^(?:MODIFY|CHANGE|CONVERT)$/.test(value))
  const anew = findRecreatedColumn(tokens)
  return [
    ...(isIgnore
      ? [{ table, rewrites: 'ALTER IGNORE: rows that break a rule are deleted, and values that do not fit are truncated' }]
      : []),
    ...(facts.truncatesValues && reforms ? [{ table, rewrites: `ALTER TABLE under a lax sql_mode: ${CUT}` }] : []),
    ...(anew === undefined ? [] : [{ table, columns: [nameOf(text, anew)], rewrites: 'dropped and created again, its values are lost' }]),
    ...(tokens.some(ofPartition) ? [{ table }] : []),
  ]
}

function ofPartition({ value }: MysqlToken, index: number, tokens: readonly MysqlToken[]): boolean {
  return /^(?:DROP|TRUNCATE|EXCHANGE)$/.test(value) && tokens[index + 1]?.value === 'PARTITION'
}

/** Returns the tables that a statement drops and creates again. Such a table exists before and after the statement. */
function madeAnew(tokens: readonly MysqlToken[], facts: MysqlRowWriteEvidence): readonly RowWrite[] {
  const [first = '', second = ''] = leadingWordsOfStatement(tokens)
  const replaces = first === 'CREATE' && second === 'OR' && leadingWordsOfStatement(tokens).includes('TABLE')
  // If a DROP was only prepared and has not run yet, the table still exists, so it was not dropped and created again.
  if (first === 'CREATE' ? !replaces : facts.isOnlyPrepared) return []
  const upTo = tokens.findIndex(({ value }) => value === '(' || value === 'AS' || value === 'LIKE' || value === 'SELECT')
  const named = tablesNamed(first === 'CREATE' && upTo > 0 ? tokens.slice(0, upTo) : tokens, facts)
  const again = named.filter(
    (table) => facts.now.groups.get(table)?.has(tableGroupKey(table)) && facts.known.groups.get(table)?.has(tableGroupKey(table)),
  )
  return again.map((table) => ({ table, rewrites: 'dropped and created again, its rows are lost' }))
}

/**
 * Returns true for `SET sql_mode = …`, unless the value is DEFAULT or a literal that names a strict mode. A computed value counts
 * as not strict.
 */
export function setsNonStrictSqlMode(tokens: readonly MysqlToken[]): boolean {
  if (leadingWordsOfStatement(tokens)[0] !== 'SET') return false
  const at = tokens.findIndex(({ kind, value }) => kind === 'word' && /^(?:@@)?SQL_MODE$/.test(value))
  if (at < 0) return false
  const to = tokens.slice(at + 1).find(({ value }) => value !== ':' && value !== '=')
  if (to?.kind === 'word') return !/^(?:DEFAULT|TRADITIONAL|STRICT_\w+)$/.test(to.value)
  return to?.kind !== 'string' || !/STRICT_(?:TRANS|ALL)_TABLES|TRADITIONAL/i.test(to.value)
}

function tablesNamed(tokens: readonly MysqlToken[], facts: MysqlRowWriteEvidence): readonly string[] {
  return [...new Set(tokens.flatMap((token, index) => (canNameMysqlTable(tokens, index) ? tablesOf(token, facts) : [])))]
}

/** Returns the table or view to which a token can refer. */
function tablesOf(token: MysqlToken | undefined, { known, now }: MysqlRowWriteEvidence): readonly string[] {
  if (token === undefined) return []
  return [known, now]
    .flatMap((names) => {
      const name = token.kind === 'name' ? token.value : token.kind === 'word' ? names.byWord.get(token.value) : undefined
      if (name === undefined) return []
      const groups = names.groups.get(name)
      return groups?.has(tableGroupKey(name)) || groups?.has(`view:${name}`) ? [name] : []
    })
    .slice(0, 1)
}

/**
 * Returns the column that one ALTER TABLE drops and adds again, as in `DROP COLUMN a, ADD COLUMN a …`. Returns undefined if the
 * statement does not drop and add the same column.
 */
export function findRecreatedColumn(tokens: readonly MysqlToken[]): MysqlToken | undefined {
  if (!tokens.some(({ value }) => value === 'ADD')) return undefined
  const going = tokens.flatMap(({ value }, index) => (value === 'DROP' ? [afterWords(tokens, index + 1, OF_A_COLUMN)] : []))
  const found = going.find((at) =>
    tokens.some((token, index) => {
      return index !== at && isSameName(token, tokens[at]) && !PARTS.has(tokens[index - 1]?.value ?? '')
    }),
  )
  return found === undefined ? undefined : tokens[found]
}

const OF_A_COLUMN: ReadonlySet<string> = new Set(['COLUMN', 'IF', 'EXISTS'])
const PARTS: ReadonlySet<string> = new Set(['INDEX', 'KEY', 'CONSTRAINT', 'CHECK', 'TABLE'])

function afterWords(tokens: readonly MysqlToken[], from: number, words: ReadonlySet<string>): number {
  let at = from
  while (tokens[at]?.kind === 'word' && words.has(tokens[at]?.value ?? '')) at += 1
  return at
}

function isSameName(one: MysqlToken, other: MysqlToken | undefined): boolean {
  const isName = one.kind === 'name' || one.kind === 'word'
  return isName && one.value.toUpperCase() === other?.value.toUpperCase() && !NO_COLUMN.has(one.value)
}

// The words after DROP that show that an ALTER TABLE drops something other than a column.
const NO_COLUMN: ReadonlySet<string> = new Set([
  'INDEX',
  'KEY',
  'CONSTRAINT',
  'CHECK',
  'FOREIGN',
  'PRIMARY',
  'PARTITION',
  'SYSTEM',
  'PERIOD',
  'DEFAULT',
])
