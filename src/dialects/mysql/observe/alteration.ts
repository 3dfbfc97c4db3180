import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'

/**
 * A statement that alters one table, divided into its parts. With the parts, the engine can execute the statement on another
 * table or with another algorithm.
 */
export interface MysqlTableAlteration {
  /** The name of the altered table in the statement. */
  readonly table: string
  /**
   * The algorithm that an ALTER TABLE statement requests. Without a requested algorithm, the server uses the algorithm that
   * blocks the fewest sessions.
   */
  readonly algorithm: string | undefined
  readonly lock: string | undefined
  /**
   * Each action of an ALTER TABLE, such as `ADD COLUMN X INT` or `DROP INDEX .`. An action contains its words in upper case, and
   * a dot instead of every other token. CREATE INDEX and DROP INDEX have one action, which consists of the words before the table
   * name.
   */
  readonly actions: readonly string[]
  /**
   * Returns the ALTER TABLE statement for another table, with the given options instead of the original ALGORITHM and LOCK. The
   * result omits actions that cannot run on a copy of the table, such as DROP FOREIGN KEY.
   */
  readonly on: (table: string, options: readonly string[]) => string
}

/**
 * Parses an ALTER TABLE, CREATE INDEX or DROP INDEX statement. Returns undefined for any other statement, and for a statement
 * that contains an executable comment.
 */
export function parseMysqlTableAlteration(text: string): MysqlTableAlteration | undefined {
  const tokens = tokenizeMysql(text)
  if (tokens.some((token) => token.kind === 'mark')) return undefined
  const found = ALTER.exec(shapeOf(tokens)) ?? INDEX.exec(shapeOf(tokens))
  const head = found?.[0]?.trim().split(' ').length ?? 0
  const name = head === 0 ? undefined : nameAt(text, tokens, head)
  if (!name) return undefined
  const parts: Parts = { text, before: tokens.slice(0, head), table: name.table, after: withoutWait(tokens.slice(name.end)) }
  return parts.before.at(-1)?.value === 'ON' ? indexAlteration(parts) : tableAlteration(parts)
}

const ALTER = /^ALTER (?:ONLINE )?(?:IGNORE )?TABLE (?:IF EXISTS )?/
const INDEX = /^(?:CREATE (?:OR REPLACE )?(?:UNIQUE |FULLTEXT |SPATIAL )?|DROP )INDEX (?:IF (?:NOT )?EXISTS )?\S+ (?:USING \S+ )?ON /

/**
 * Returns the words of a statement in upper case, with a dot instead of every other token. The words are sufficient to recognise
 * the kind of the statement.
 */
function shapeOf(tokens: readonly MysqlToken[]): string {
  return tokens.map((token) => `${token.kind === 'word' ? token.value : '.'} `).join('')
}

interface Parts {
  readonly text: string
  readonly before: readonly MysqlToken[]
  readonly table: string
  readonly after: readonly MysqlToken[]
}

/**
 * Returns the name of the table that begins at a token, and the index of the token after the name. A name such as `d.t` consists
 * of three tokens.
 */
function nameAt(text: string, tokens: readonly MysqlToken[], at: number): { readonly table: string; readonly end: number } | undefined {
  const isQualified = tokens[at + 1]?.value === '.'
  const [token, end] = isQualified ? [tokens[at + 2], at + 3] : [tokens[at], at + 1]
  if (token?.kind === 'name') return { table: token.value, end }
  return token?.kind === 'word' ? { table: text.slice(token.start, token.end), end } : undefined
}

/** Removes the lock timeout that MariaDB allows between the table name and the actions of ALTER TABLE. */
function withoutWait(tokens: readonly MysqlToken[]): readonly MysqlToken[] {
  if (tokens[0]?.value === 'NOWAIT') return tokens.slice(1)
  return tokens[0]?.value === 'WAIT' ? tokens.slice(2) : tokens
}

function tableAlteration({ text, before, table, after }: Parts): MysqlTableAlteration {
  const clauses = splitMysqlAlterTableActions(after)
  const option = (word: string) => clauses.find((clause) => clause[0]?.value === word)?.at(-1)?.value
  const actions = clauses.filter((clause) => !OPTIONS.has(clause[0]?.value ?? ''))
  const tried = actions.filter((clause) => !OF_THE_ORIGINAL.test(shapeOf(clause)))
  return {
    table,
    algorithm: option('ALGORITHM'),
    lock: option('LOCK'),
    actions: actions.map((clause) => shapeOf(clause).trim()),
    on: (other, options) => `${sliceOf(text, before)} ${other} ${[...options, ...tried.map((clause) => sliceOf(text, clause))].join(', ')}`,
  }
}

const OPTIONS: ReadonlySet<string> = new Set(['ALGORITHM', 'LOCK'])

// Matches the actions of ALTER TABLE that the engine cannot execute on a copy of a table. A copy has no foreign keys, the CHECK
// constraints of a copy have other names, and the name of the copy must not change. The server performs all these actions
// instantly, so their price is known without a trial.
const OF_THE_ORIGINAL = /^(?:DROP (?:FOREIGN KEY|CHECK|CONSTRAINT) |RENAME (?!(?:COLUMN|INDEX|KEY) ))/

/** Splits the tokens of an ALTER TABLE into its actions, at the commas outside parentheses. */
export function splitMysqlAlterTableActions(tokens: readonly MysqlToken[]): readonly (readonly MysqlToken[])[] {
  const clauses: MysqlToken[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.value === '(' && token.kind === 'symbol') depth++
    if (token.value === ')' && token.kind === 'symbol') depth--
    if (depth === 0 && token.kind === 'symbol' && token.value === ',') clauses.push([])
    else clauses.at(-1)?.push(token)
  }
  return clauses.filter((clause) => clause.length > 0)
}

function indexAlteration({ text, before, table, after }: Parts): MysqlTableAlteration {
  const end = after.findLastIndex((token) => token.value === ')') + 1
  const option = (word: string) => {
    const at = after.findIndex((token, index) => index >= end && token.value === word)
    return at < 0 ? undefined : after[at + (after[at + 1]?.value === '=' ? 2 : 1)]?.value
  }
  const first = after.findIndex((token, index) => index >= end && OPTIONS.has(token.value))
  const tried = first < 0 ? after : after.slice(0, first)
  const words = before.filter(({ kind }) => kind === 'word').map(({ value }) => value)
  return {
    table,
    algorithm: option('ALGORITHM'),
    lock: option('LOCK'),
    actions: [words.join(' ')],
    on: (other, options) => `${sliceOf(text, before)} ${other} ${sliceOf(text, tried)} ${options.join(' ')}`,
  }
}

function sliceOf(text: string, tokens: readonly MysqlToken[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)]
  return first && last ? text.slice(first.start, last.end) : ''
}
