import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'

/**
 * Session variables that only some versions of MySQL and MariaDB have. No result of a migration depends on such a variable: each
 * of them concerns the query cache, the isolation of transactions, time limits, or the work of the server.
 */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'ENGINE_CONDITION_PUSHDOWN',
  'INFORMATION_SCHEMA_STATS_EXPIRY',
  'MAX_EXECUTION_TIME',
  'MAX_STATEMENT_TIME',
  'MAX_TMP_TABLES',
  'MULTI_RANGE_COUNT',
  'NOTE_VERBOSITY',
  'OLD_PASSWORDS',
  'QUERY_CACHE_TYPE',
  'QUERY_CACHE_WLOCK_INVALIDATE',
  'SECURE_AUTH',
  'SESSION_TRACK_GTIDS',
  'SHOW_CREATE_TABLE_SKIP_SECONDARY_ENGINE',
  'SHOW_CREATE_TABLE_VERBOSITY',
  'SHOW_OLD_TEMPORALS',
  'SQL_BIG_TABLES',
  'SQL_LOW_PRIORITY_UPDATES',
  'TIMED_MUTEXES',
  'TRANSACTION_ISOLATION',
  'TRANSACTION_READ_ONLY',
  'TX_ISOLATION',
  'TX_READ_ONLY',
])

/**
 * Old names of the session variable `default_storage_engine`. In every session of the engine, this variable is InnoDB, so an
 * assignment of InnoDB has no effect.
 */
const STORAGE_ENGINE: ReadonlySet<string> = new Set(['STORAGE_ENGINE', 'TABLE_TYPE'])

/**
 * Matches the words that can precede the name of a session variable in SET, such as SESSION in `SET SESSION sql_mode = ''`. Without
 * such a word, SET also assigns the session variable.
 */
const SESSION_WORD = /^(?:SESSION|LOCAL|@@SESSION|@@LOCAL|\.)$/

/**
 * Returns true for a SET statement that a migration does not need, if the server does not know a variable of the statement.
 * Scripts and dumps of another version of the server contain such statements.
 */
export function isUnnecessarySetStatement(text: string): boolean {
  const tokens = tokenizeMysql(text).filter(({ kind, value }) => kind !== 'mark' && value !== ';')
  return tokens[0]?.value === 'SET' && assignmentsIn(tokens.slice(1)).every(isWithoutEffect)
}

function assignmentsIn(tokens: readonly MysqlToken[]): readonly (readonly MysqlToken[])[] {
  const found: MysqlToken[][] = [[]]
  let open = 0
  for (const token of tokens) {
    if (token.value === '(') open += 1
    if (token.value === ')') open -= 1
    if (token.value === ',' && open === 0) found.push([])
    else found.at(-1)?.push(token)
  }
  return found
}

function isWithoutEffect(assignment: readonly MysqlToken[]): boolean {
  const from = assignment.findIndex(({ value }) => !SESSION_WORD.test(value.toUpperCase()))
  const name = assignment[from]?.value.toUpperCase().replace(/^@@/, '') ?? ''
  if (STORAGE_ENGINE.has(name)) return /^(['"]?)innodb\1$/i.test(assignment.at(-1)?.value ?? '')
  return WITHOUT_EFFECT.has(name)
}

// Matches the SQL modes that MySQL 8 removed, and that do not change the meaning of a statement.
const REMOVED_MODE = /^NO_(?:AUTO_CREATE_USER|(?:FIELD|KEY|TABLE)_OPTIONS)$/i

/**
 * Returns a SET statement without the SQL modes that MySQL 8 removed, and that do not change the meaning of a statement. Old
 * versions of MySQL, and MariaDB, write such a mode into a dump before each trigger and routine.
 */
export function withoutRemovedSqlModes(text: string): string {
  if (!/sql_mode/i.test(text)) return text
  const tokens = tokenizeMysql(text)
  if (tokens.find(({ kind }) => kind !== 'mark')?.value !== 'SET') return text
  return tokens.reduceRight((kept, { kind, value, start, end }) => {
    const modes = kind === 'string' ? value.slice(1, -1).split(',') : []
    if (!modes.some((mode) => REMOVED_MODE.test(mode))) return kept
    const [quote] = value
    return `${kept.slice(0, start)}${quote}${modes.filter((mode) => !REMOVED_MODE.test(mode)).join(',')}${quote}${kept.slice(end)}`
  }, text)
}
