import type { MysqlToken } from './lexer.ts'

// The words and the symbol directly before the name of a table, a view, a sequence, an event or a routine.
const BEFORE_TABLE = setOf(`. FROM JOIN STRAIGHT_JOIN OJ USING UPDATE INTO INSERT REPLACE DELETE TRUNCATE HANDLER TABLE TABLES VIEW SEQUENCE
  EVENT FUNCTION PROCEDURE TRIGGER CALL REFERENCES ON LIKE TO EXISTS IGNORE LOW_PRIORITY HIGH_PRIORITY DELAYED QUICK DESC DESCRIBE
  EXPLAIN FOR OF FOLLOWS PRECEDES`)

// The words directly before a parenthesis that contains names of tables, such as FROM in `FROM (a, b)`.
const BEFORE_TABLES_IN_PARENTHESES = setOf('FROM JOIN STRAIGHT_JOIN OJ NEXTVAL SETVAL LASTVAL')

// The words that begin a list of tables, such as FROM, and the words that begin a list of something else, such as SELECT.
const BEFORE_TABLE_LIST = setOf('FROM JOIN STRAIGHT_JOIN USING UPDATE DELETE TABLE TABLES VIEW')
const BEFORE_OTHER_LIST = setOf('SELECT DISTINCT SET WHERE BY HAVING VALUES VALUE RETURNING ADD DROP MODIFY CHANGE ALTER DECLARE')

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/))
}

/**
 * Returns true if the token at `index` can be the name of a table, a view, a sequence, an event or a routine. The token alone does
 * not show this, because a column or a word of SQL, such as COMMENT, STATUS or DATE, can have the same name. The function therefore
 * looks at the tokens around the name. If these tokens do not decide, the result is true.
 */
export function canNameMysqlTable(tokens: readonly MysqlToken[], index: number): boolean {
  const next = tokens[after(tokens, index)]
  if (next?.value === '.') return true
  if (next?.value === '=' || (next?.kind === 'string' && tokens[index]?.kind === 'word')) return false
  const at = before(tokens, index)
  const previous = tokens[at]
  if (previous === undefined) return true
  if (previous.value === ',') return isListOfTables(tokens, at)
  if (previous.value === '(') return holdsTables(tokens, at)
  return previous.kind !== 'name' && BEFORE_TABLE.has(previous.value) && !isAssignment(tokens, at)
}

/** Returns true if the token at `comma`, which is a comma, can separate two tables, as in `FROM a, b`. */
function isListOfTables(tokens: readonly MysqlToken[], comma: number): boolean {
  let depth = 0
  for (let at = comma - 1; at >= 0; at--) {
    const { kind = 'symbol', value = '' } = tokens[at] ?? {}
    if (value === ')') depth += 1
    if (value === '(' && depth === 0) return holdsTables(tokens, at)
    if (value === '(') depth -= 1
    if (depth > 0 || kind !== 'word') continue
    if (BEFORE_OTHER_LIST.has(value)) return false
    if (BEFORE_TABLE_LIST.has(value) && tokens[before(tokens, at)]?.value !== 'ON') return !isAssignment(tokens, at)
  }
  return true
}

function holdsTables(tokens: readonly MysqlToken[], parenthesis: number): boolean {
  const at = before(tokens, parenthesis)
  const { kind, value = '' } = tokens[at] ?? {}
  if (value === ',') return isListOfTables(tokens, at)
  if (value === '(') return holdsTables(tokens, at)
  if (value === '=') return tokens[before(tokens, at)]?.value === 'UNION'
  return kind === 'word' && BEFORE_TABLES_IN_PARENTHESES.has(value)
}

/** Returns true for the UPDATE of `ON DUPLICATE KEY UPDATE a = 1`. */
function isAssignment(tokens: readonly MysqlToken[], at: number): boolean {
  return tokens[at]?.value === 'UPDATE' && tokens[before(tokens, at)]?.value === 'KEY'
}

function before(tokens: readonly MysqlToken[], index: number): number {
  let at = index - 1
  while (tokens[at]?.kind === 'mark') at -= 1
  return at
}

function after(tokens: readonly MysqlToken[], index: number): number {
  let at = index + 1
  while (tokens[at]?.kind === 'mark') at += 1
  return at
}
