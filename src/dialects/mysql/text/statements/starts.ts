import { type MysqlToken, tokenizeMysql } from '../lexer.ts'

// The words after which a new statement can begin inside a block of SQL, such as THEN.
const BEFORE: ReadonlySet<string> = new Set([
  'BEGIN',
  'ATOMIC',
  'THEN',
  'ELSE',
  'DO',
  'LOOP',
  'REPEAT',
  'SQLEXCEPTION',
  'SQLWARNING',
  'FOUND',
])
const STORED: ReadonlySet<string> = new Set(['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT', 'PACKAGE'])
// Matches the first word of a statement that can be the whole body of a routine.
const ALONE =
  /^(?:ALTER|CALL|CREATE|DELETE|DO|DROP|EXECUTE|FLUSH|GRANT|IF|INSERT|KILL|LOAD|PREPARE|RENAME|REPLACE|RESET|RETURN|REVOKE|SELECT|SET|TRUNCATE|UPDATE|VALUES|WITH|CASE|BEGIN)$/

/** Returns the statements of a text, including the statements in the body of a routine or block. */
export function splitBodyStatements(text: string): readonly string[] {
  const tokens = tokenizeMysql(text).filter(({ kind }) => kind !== 'mark')
  const starts = findStatementStarts(tokens)
  return starts.map((start, index) => {
    const end = starts[index + 1]
    return text.slice(tokens[start]?.start, end === undefined ? text.length : tokens[end]?.start).replace(/[\s;]+$/, '')
  })
}

/**
 * Returns the indexes of the tokens at which statements begin, in order. The result contains the first token, and the first token
 * of each statement in the body of a routine, trigger, event or block.
 */
export function findStatementStarts(tokens: readonly MysqlToken[]): readonly number[] {
  const found = new Set<number>([0])
  tokens.forEach(({ kind, value }, index) => {
    const isEnd = kind === 'symbol' && value === ';'
    // A statement can begin after the word LOOP, but not after END LOOP. The word after END LOOP can be the name of a label, and a
    // label can be any word.
    const isBlock = kind === 'word' && BEFORE.has(value) && tokens[index - 1]?.value !== 'END'
    if ((isEnd || isBlock) && tokens[index + 2]?.value !== ':') found.add(index + 1)
    if (kind === 'word' && value === 'ROW' && tokens[index - 1]?.value === 'EACH') found.add(index + 1)
    if (kind === 'word' && value === 'FOR' && isSetStatement(tokens)) found.add(index + 1)
  })
  const alone = definesStoredProgram(tokens) ? bodyAlone(tokens) : -1
  if (alone > 0) found.add(alone)
  return [...found].filter((at) => at < tokens.length).sort((a, b) => a - b)
}

/**
 * Returns the index of the token with which a routine's body without BEGIN can begin. The search starts after the parameters of the
 * procedure or function. Returns -1 if the text contains no such token.
 */
function bodyAlone(tokens: readonly MysqlToken[]): number {
  const routine = tokens.findIndex(({ kind, value }) => kind === 'word' && /^(?:PROCEDURE|FUNCTION)$/.test(value))
  let depth = 0
  let isBehind = false
  return tokens.findIndex(({ kind, value }, index) => {
    if (routine < 0 || index < routine) return false
    if (kind === 'symbol' && value === '(') depth++
    if (kind === 'symbol' && value === ')') isBehind = --depth === 0 || isBehind
    return isBehind && depth === 0 && kind === 'word' && ALONE.test(value) && tokens[index - 1]?.value !== 'RETURNS'
  })
}

/** Returns true for CREATE or ALTER of a routine, trigger, event or package. */
export function definesStoredProgram(tokens: readonly MysqlToken[]): boolean {
  if (!/^(?:CREATE|ALTER)$/.test(tokens.find(({ kind }) => kind === 'word')?.value ?? '')) return false
  const head = tokens.slice(0, 24)
  const table = head.findIndex(({ kind, value }) => kind === 'word' && /^(?:TABLE|VIEW|INDEX)$/.test(value))
  const stored = head.findIndex(({ kind, value }) => kind === 'word' && STORED.has(value))
  return stored > 0 && (table < 0 || stored < table)
}

function isSetStatement(tokens: readonly MysqlToken[]): boolean {
  return tokens[0]?.value === 'SET' && tokens[1]?.value === 'STATEMENT'
}
