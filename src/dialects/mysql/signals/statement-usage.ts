import { ENGINE_COUNT_COLUMN_ALIAS, type ObjectUsageEntry } from '../../../dialect/usage.ts'
import type { SqlText } from '../../../release/migration.ts'
import { objectIdOf, type SchemaObject } from '../../../schema/object.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'

/** A row of `performance_schema.events_statements_summary_by_digest`. */
export interface StatementDigestInStatistics {
  readonly id: string
  /** The database that was current when the application executed the statement. */
  readonly base: string
  /** The text of the statement, with `?` instead of each value. */
  readonly text: string
  readonly calls: number
  readonly last_at: string
}

/**
 * Returns which statements use which of the objects, according to the names in the statements. A column counts as used if a
 * statement on its table contains the name of the column or reads all columns. The kind of a use is 'other' for a statement of a
 * backup or of the engine, and for a query of the project in `own`, which the engine itself sends. The kind is 'unclear' for a
 * statement whose text the server cut.
 */
export function findObjectUsesInDigests(
  digests: readonly StatementDigestInStatistics[],
  objects: readonly SchemaObject[],
  database: string,
  own: readonly SqlText[],
): readonly ObjectUsageEntry[] {
  const mine = new Set(own.map(({ text }) => shapeOf(tokenizeMysql(text))))
  return digests.flatMap(({ id: key, base, text, calls: count, last_at: lastAt }): readonly ObjectUsageEntry[] => {
    const tokens = withoutExecute(tokenizeMysql(text))
    if (!USING.has(tokens[0]?.value ?? '')) return []
    const isOther = isBackup(tokens) || isOfEngine(tokens) || mine.has(shapeOf(tokens))
    const isHome = base.toUpperCase() === database.toUpperCase()
    const used = objects.filter((object) => uses(tokens, object, isHome, database, isOther))
    const entry = { key, count, what: text.trim().slice(0, LONGEST_STATEMENT), lastAt }
    if (used.length > 0) return [{ ...entry, kind: isOther ? 'other' : 'statement', objects: used.map(objectIdOf) }]
    const isCut = text.trimEnd().endsWith('...') && isHome && !isOther
    return isCut
      ? [{ ...entry, kind: 'unclear', objects: objects.map(objectIdOf), what: `statements whose text the server cut: ${entry.what}` }]
      : []
  })
}

const LONGEST_STATEMENT = 160
const USING: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'REPLACE',
  'WITH',
  'CALL',
  'DO',
  'SET',
  'LOAD',
  'TABLE',
  '(',
  'HANDLER',
])

/** Returns the tokens of a statement without EXECUTE, because MySQL writes EXECUTE before the text of a prepared statement. */
function withoutExecute(tokens: readonly MysqlToken[]): readonly MysqlToken[] {
  return tokens[0]?.value === 'EXECUTE' && USING.has(tokens[1]?.value ?? '') ? tokens.slice(1) : tokens
}

/**
 * Returns true if a statement uses the schema object. Most statements do not contain the names of indexes. With `withIndexes`, a
 * statement that names a table therefore counts as a use of each index of the table.
 */
function uses(tokens: readonly MysqlToken[], object: SchemaObject, isHome: boolean, database: string, withIndexes: boolean): boolean {
  if (object.kind === 'index')
    return withIndexes && tokens.some((token, at) => isNamed(token, object.table) && isRelation(tokens, at, isHome, database))
  if (object.kind === 'function') return tokens.some((token, at) => isNamed(token, object.name) && tokens[at + 1]?.value === '(')
  const relation = object.kind === 'column' ? object.table : object.name
  if (!tokens.some((token, at) => isNamed(token, relation) && isRelation(tokens, at, isHome, database))) return false
  if (object.kind !== 'column') return true
  return tokens.some((token) => isNamed(token, object.name)) || tokens.some((_, at) => isStar(tokens, at)) || takesAllColumns(tokens)
}

/** Returns true if the name at position `at` refers to a table or a view of the database, and not to a column or an alias. */
function isRelation(tokens: readonly MysqlToken[], at: number, isHome: boolean, database: string): boolean {
  const qualifier = tokens[at - 1]?.value === '.' ? tokens[at - 2] : undefined
  if (qualifier ? !isNamed(qualifier, database) : !isHome) return false
  const before = tokens[qualifier ? at - 3 : at - 1]
  if (before?.kind === 'word' && BEFORE_RELATION.test(before.value)) return true
  if (before?.value !== ',' && before?.value !== '(') return false
  const clause = tokens.slice(0, at).findLast(({ kind, value }) => kind === 'word' && CLAUSE.test(value))
  return clause !== undefined && BEFORE_RELATION.test(clause.value)
}

const BEFORE_RELATION =
  /^(?:FROM|(?:STRAIGHT_)?JOIN|INTO|UPDATE|TABLE|HANDLER|USING|DELETE|LOW_PRIORITY|HIGH_PRIORITY|DELAYED|QUICK|IGNORE|INSERT|REPLACE)$/
const CLAUSE =
  /^(?:SELECT|FROM|(?:STRAIGHT_)?JOIN|INTO|UPDATE|TABLE|USING|DELETE|WHERE|SET|ON|VALUES?|GROUP|ORDER|HAVING|LIMIT|WINDOW|RETURNING|FOR)$/

function isNamed({ kind, value }: MysqlToken, name: string): boolean {
  return (kind === 'word' || kind === 'name') && value.toUpperCase() === name.toUpperCase()
}

/** Returns true for a `*` that means all columns. Returns false for `count(*)` and for a multiplication. */
function isStar(tokens: readonly MysqlToken[], at: number): boolean {
  return tokens[at]?.value === '*' && /^(?:SELECT|DISTINCT|ALL|SQL_\w+|\.|,)$/.test(tokens[at - 1]?.value ?? '')
}

/**
 * Returns true for an INSERT or REPLACE statement without a list of columns, and for a TABLE statement, because they use all
 * columns of the table.
 */
function takesAllColumns(tokens: readonly MysqlToken[]): boolean {
  if (tokens[0]?.value !== 'INSERT' && tokens[0]?.value !== 'REPLACE') return tokens[0]?.value === 'TABLE'
  const at = tokens.findIndex(({ value }) => /^(?:VALUES?|SELECT|SET)$/.test(value))
  return tokens[at]?.value !== 'SET' && tokens[at - 1]?.value !== ')'
}

/** Returns true for a statement with which mysqldump or mariadb-dump reads a table. */
function isBackup(tokens: readonly MysqlToken[]): boolean {
  return tokens[0]?.value === 'SELECT' && tokens.some(({ value }) => value === 'SQL_NO_CACHE') && tokens.some((_, at) => isStar(tokens, at))
}

function isOfEngine(tokens: readonly MysqlToken[]): boolean {
  return tokens.some((token) => isNamed(token, ENGINE_COUNT_COLUMN_ALIAS))
}

/**
 * Returns the text of a statement with `?` instead of its values. The result for a statement is the same as for its digest in the
 * performance schema, so the engine can find a known statement among the digests.
 */
function shapeOf(tokens: readonly MysqlToken[]): string {
  const words = tokens.map(({ kind, value }) =>
    kind === 'string' || /^(?:[\d.].*|NULL|TRUE|FALSE)$/.test(value) ? '?' : value.toUpperCase(),
  )
  return words
    .join(' ')
    .replaceAll(/\? (?:, \? )+/g, '? ')
    .replaceAll(/(?:\? )+/g, '? ')
    .replace(/ ;$/, '')
}
