import type { FragileStatement, FragileStatementsOfFile } from '../../../release/fragile-use.ts'
import type { SqlText } from '../../../release/migration.ts'
import { type MysqlToken, tokenizeMysql, unquoteMysqlString } from './lexer.ts'
import { splitMysqlStatements } from './split.ts'

/**
 * Finds the statements of a SQL file that can have another effect on another database. Such statements are schema changes that
 * depend on `information_schema`, and statements that depend on the current columns of a table. In the result, `uses` contains the
 * names of the indexes and constraints that the file drops, changes or names in a hint. `gives` contains the names that the file
 * gives to new or renamed objects. The function also reads the statements in the bodies of routines.
 */
export function findMysqlFragileStatements(sql: SqlText): FragileStatementsOfFile {
  const statements = splitMysqlStatements(sql).map(({ text, line }) => read(text, line))
  // EXECUTE runs a text that another statement of the SQL file can have built, for example from a query of `information_schema`.
  const isDynamic = statements.some(({ tokens }) =>
    tokens.some(({ kind, value }) => kind === 'word' && /^(?:EXECUTE|PREPARE)$/.test(value)),
  )
  return {
    found: statements.flatMap((one) => [...catalogOf(one, isDynamic), ...allColumns(one)]),
    uses: statements.flatMap(uses),
    gives: new Set(statements.flatMap(gives)),
  }
}

interface Read {
  readonly text: string
  readonly tokens: readonly MysqlToken[]
  readonly lineAt: (token: MysqlToken) => number
}

function read(text: string, line: number): Read {
  return { text, tokens: tokenizeMysql(text), lineAt: ({ start }) => line + text.slice(0, start).split('\n').length - 1 }
}

const SCHEMA_WORDS: ReadonlySet<string> = new Set(['ALTER', 'DROP', 'CREATE', 'RENAME', 'TRUNCATE'])

function catalogOf({ tokens, lineAt }: Read, isDynamic: boolean): readonly FragileStatement[] {
  const asked = tokens.find(({ value }) => value.toUpperCase() === 'INFORMATION_SCHEMA')
  if (!asked) return []
  const acts = isDynamic || tokens.some(({ kind, value }, index) => index > 0 && kind === 'word' && SCHEMA_WORDS.has(value))
  return acts ? [{ kind: 'catalog', line: lineAt(asked), on: 'information_schema' }] : []
}

/**
 * Finds the statements whose result depends on the current columns of a table, such as INSERT … SELECT * or CREATE TABLE … LIKE.
 */
function allColumns({ tokens, text, lineAt }: Read): readonly FragileStatement[] {
  const found: FragileStatement[] = []
  let depth = 0
  // The number of open parentheses at the beginning of the current INSERT, CREATE TABLE or CREATE VIEW. A SELECT with the same
  // number of open parentheses belongs to this statement, and determines its columns.
  let taking: number | undefined
  tokens.forEach((token, index) => {
    if (token.value === '(' && token.kind === 'symbol') depth++
    if (token.value === ')' && token.kind === 'symbol') depth--
    if (token.value === ';' && token.kind === 'symbol') taking = undefined
    if (token.kind !== 'word') return
    if (makesOrWrites(tokens, index)) taking = depth
    if (token.value === 'LIKE' && isCopyOfTable(tokens, index)) {
      found.push({ kind: 'all-columns', line: lineAt(token), on: `LIKE ${nameAt(tokens[index + 1], text) ?? ''}` })
    }
    if (token.value !== 'SELECT' || taking !== depth) return
    if (hasStar(tokens.slice(index + 1))) found.push({ kind: 'all-columns', line: lineAt(token), on: 'SELECT *' })
  })
  return found
}

function makesOrWrites(tokens: readonly MysqlToken[], index: number): boolean {
  const { value } = tokens[index] ?? { value: '' }
  if (value === 'INSERT' || value === 'REPLACE') return tokens[index + 1]?.value !== '(' && tokens[index - 1]?.value !== 'OR'
  if (value !== 'CREATE' && value !== 'ALTER') return false
  const what = tokens.slice(index + 1).find(({ value: word }) => MADE.has(word) || word === ';')?.value
  return what === 'VIEW' || (what === 'TABLE' && value === 'CREATE')
}

const MADE: ReadonlySet<string> = new Set(['TABLE', 'VIEW', 'PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT', 'INDEX', 'USER', 'DATABASE'])

/**
 * Returns true for the LIKE of CREATE TABLE a LIKE b, with or without parentheses. In every other statement, LIKE is a
 * comparison.
 */
function isCopyOfTable(tokens: readonly MysqlToken[], index: number): boolean {
  return endsWith(tokens, index, COPIES)
}

const COPIES = /(?:^| )TABLE(?: IF NOT EXISTS)? \S+(?: \( ?)?$/

/** Returns true when a SELECT contains `*` as a column, outside the parentheses of a function. */
function hasStar(tokens: readonly MysqlToken[]): boolean {
  let depth = 0
  for (const [index, { kind, value }] of tokens.entries()) {
    if (kind === 'symbol' && value === '(') depth++
    if (kind === 'symbol' && value === ')') depth--
    if (depth < 0 || (depth === 0 && (value === ';' || (kind === 'word' && value === 'FROM')))) return false
    const before = tokens[index - 1]?.value ?? 'SELECT'
    if (depth === 0 && kind === 'symbol' && value === '*' && /^(?:SELECT|DISTINCT|ALL|,|\.)$/.test(before)) return true
  }
  return false
}

const USED_AFTER =
  /^(?:(?:DROP|RENAME|ALTER|USE|FORCE|IGNORE) (?:INDEX|KEY|CONSTRAINT|CHECK)|DROP FOREIGN KEY)(?: IF EXISTS)?(?: FOR (?:JOIN|ORDER BY|GROUP BY))?(?: \()?$/

function uses({ text, tokens, lineAt }: Read): FragileStatementsOfFile['uses'] {
  const plain = tokens.flatMap((token, index) => {
    const name = nameAt(token, text)
    if (name === undefined || token.value === 'IF' || !endsWith(tokens, index, USED_AFTER)) return []
    return [{ name, line: lineAt(token) }]
  })
  return [...plain, ...hidden(tokens).flatMap(({ token, inner }) => uses(inner).map(({ name }) => ({ name, line: lineAt(token) })))]
}

// Matches the words before a name that a SQL file gives to an index or a constraint, as in ADD INDEX name or RENAME KEY a TO name.
const GIVEN_AFTER = /(?:^| )(?:CONSTRAINT|INDEX|KEY|UNIQUE|TO)(?: IF NOT EXISTS)?$/

function gives({ text, tokens }: Read): readonly string[] {
  const plain = tokens.flatMap((token, index) => {
    const name = nameAt(token, text)
    return name !== undefined && endsWith(tokens, index, GIVEN_AFTER) && !endsWith(tokens, index, USED_AFTER) ? [name] : []
  })
  return [...plain, ...hidden(tokens).flatMap(({ inner }) => gives(inner))]
}

/**
 * Returns true when the words before the token at `index` match the pattern. The function looks at seven words, which is enough
 * for every pattern.
 */
function endsWith(tokens: readonly MysqlToken[], index: number, pattern: RegExp): boolean {
  const words = tokens.slice(Math.max(0, index - 7), index).map(({ kind, value }) => (kind === 'word' || kind === 'symbol' ? value : '.'))
  return words.some((_, from) => pattern.test(words.slice(from).join(' ')))
}

function nameAt(token: MysqlToken | undefined, text: string): string | undefined {
  if (token?.kind === 'name') return token.value
  return token?.kind === 'word' ? text.slice(token.start, token.end) : undefined
}

/** Returns the strings that contain ALTER TABLE, with the statements in the strings. EXECUTE can run these statements. */
function hidden(tokens: readonly MysqlToken[]): readonly { readonly token: MysqlToken; readonly inner: Read }[] {
  return tokens.flatMap((token) =>
    token.kind === 'string' && /\balter\s+table\b/i.test(token.value) ? [{ token, inner: read(unquoteMysqlString(token.value), 1) }] : [],
  )
}
