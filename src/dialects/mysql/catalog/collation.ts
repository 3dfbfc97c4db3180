import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import type { MysqlDatabaseFacts } from './surroundings.ts'

/**
 * Returns the name of a character set or a collation, with `utf8mb3` instead of `utf8`, which is the older name of the same
 * character set.
 */
export function normalizeMysqlCollationName(name: string): string {
  return name.replace(/^utf8(?=_|$)/, 'utf8mb3')
}

/** Reads the default collation of the database. */
export async function readMysqlDefaultCollation(session: DatabaseSession): Promise<string> {
  const [row] = await session.query<{ collation: string }>(sql`SELECT @@collation_database AS collation`)
  return normalizeMysqlCollationName(row?.collation ?? '')
}

/** The collation of a schema object as a schema state contains it. */
export interface MysqlObjectCollation {
  readonly collation: string
  /** True if the collation is the default collation of the database. */
  readonly ofDatabase?: true
}

export function makeMysqlObjectCollation(
  printed: string,
  { databaseCollation }: Pick<MysqlDatabaseFacts, 'databaseCollation'>,
): MysqlObjectCollation {
  const collation = normalizeMysqlCollationName(printed)
  return { collation, ...(collation === normalizeMysqlCollationName(databaseCollation) ? { ofDatabase: true } : {}) }
}

/** Returns true when the values of the column type are text. */
export function isMysqlTextType(type: string): boolean {
  return /^(?:char|varchar|tinytext|text|mediumtext|longtext|enum|set)\b/.test(type)
}

/**
 * Returns true when the definition of a routine, a trigger or an event names a text type. In this case, the default collation of
 * the database can change the meaning of the definition.
 */
export function mentionsMysqlTextType(definition: string): boolean {
  const tokens = tokenizeMysql(definition)
  return tokens.some(
    ({ kind, value }, index) => kind === 'word' && (TEXTS.has(value) || (value === 'SET' && tokens[index + 1]?.value === '(')),
  )
}

const TEXTS: ReadonlySet<string> = new Set(
  'CHAR CHARACTER VARCHAR NCHAR NVARCHAR NATIONAL TINYTEXT TEXT MEDIUMTEXT LONGTEXT LONG ENUM CLOB VARCHAR2'.split(' '),
)

/**
 * Removes the character set and the collation after RETURNS from the definition of a function, and returns the collation
 * separately. Returns the definition unchanged if RETURNS has no character set.
 */
export function separateMysqlReturnCollation(
  definition: string,
  facts: MysqlDatabaseFacts,
): { readonly definition: string; readonly returnsCollation?: string } {
  const tokens = tokenizeMysql(definition)
  const returns = afterParameters(tokens)
  if (tokens[returns]?.value !== 'RETURNS') return { definition }
  const at = tokens.findIndex((token, index) => index > returns && token.kind === 'word' && token.value === 'CHARSET')
  const [set, collate, collation] = [tokens[at + 1], tokens[at + 2], tokens[at + 3]]
  // The server prints the character set of a function on the same line as the return type. The word CHARSET on a later line
  // therefore belongs to the body of the function.
  const line = definition.slice(tokens[returns]?.end, tokens[at]?.start)
  if (at < 0 || !set || line.replaceAll(/'(?:[^']|'')*'/g, '').includes('\n')) return { definition }
  const named = collate?.value === 'COLLATE' && collation ? collation : undefined
  const word = (token: MysqlToken) => (token.kind === 'name' ? token.value : definition.slice(token.start, token.end))
  return {
    definition: definition.slice(0, tokens[at - 1]?.end) + definition.slice((named ?? set).end),
    returnsCollation: normalizeMysqlCollationName(named ? word(named) : facts.collationOf(word(set))),
  }
}

/** Returns the index of the token after the parameter list of a function. */
function afterParameters(tokens: readonly MysqlToken[]): number {
  let depth = 0
  return (
    tokens.findIndex(({ kind, value }) => {
      if (kind !== 'symbol') return false
      if (value === '(') depth += 1
      return value === ')' && --depth === 0
    }) + 1
  )
}
