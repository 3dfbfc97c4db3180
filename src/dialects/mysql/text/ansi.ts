import type { FileStatement } from '../../../dialect/statement.ts'
import { type MysqlToken, tokenizeMysql } from './lexer.ts'
import { leadingWordsOf } from './manner.ts'
import { quoteIdentifier } from './notation.ts'
import { createsRoutineOrTrigger } from './statements/starts.ts'

/**
 * Replaces double quotes around names by backticks, which mean the same in every SQL mode. The parser would read double quotes as
 * strings. The body of a routine is not changed, because the server stores its text.
 */
export function replaceAnsiQuotes(statements: readonly FileStatement[]): readonly FileStatement[] {
  let isAnsi = false
  const saved = new Map<string, boolean>()
  return statements.map((statement) => {
    if (!isAnsi && !CAN_CHANGE.test(statement.text)) return statement
    const tokens = tokenizeMysql(statement.text)
    isAnsi = ansiAfter(tokens, isAnsi, saved)
    return isAnsi && !createsRoutineOrTrigger(tokens) ? { ...statement, text: requoted(statement.text, tokens) } : statement
  })
}

// Matches ANSI_QUOTES, and the modes that contain it. The modes that imitate other servers exist only on MariaDB.
const MENTIONS = /ansi|oracle|mssql|db2|maxdb|postgresql/i
const CAN_CHANGE = /ansi|sql_mode/i

/** True when a text contains a name in double quotes and the SQL mode ANSI_QUOTES is active. */
export function hasDoubleQuotedName(mode: string, text: string): boolean {
  if (!ANSI_QUOTES.test(mode) || !text.includes('"')) return false
  const tokens = tokenizeMysql(text)
  return !createsRoutineOrTrigger(tokens) && !setsMode(tokens) && tokens.some(isDoubleQuoted)
}

const ANSI_QUOTES = /\bANSI_QUOTES\b/

function setsMode(tokens: readonly MysqlToken[]): boolean {
  return leadingWordsOf(tokens)[0] === 'SET' && tokens.some(({ kind, value }) => kind === 'word' && /^(?:@@)?SQL_MODE$/.test(value))
}

/** True if ANSI_QUOTES is active after a statement. `saved` holds the variables in which the file has saved a mode. */
function ansiAfter(tokens: readonly MysqlToken[], isAnsi: boolean, saved: Map<string, boolean>): boolean {
  if (leadingWordsOf(tokens)[0] !== 'SET') return isAnsi
  let after = isAnsi
  for (const { target, value } of assignmentsIn(tokens)) {
    const [first] = value
    if (/^@[^@]/.test(target)) saved.set(target, value.length === 1 && isMode(first?.value) && after)
    else if (isMode(target)) after = isAnsiValue(value, after, saved)
  }
  return after
}

function isAnsiValue(value: readonly MysqlToken[], isAnsi: boolean, saved: ReadonlyMap<string, boolean>): boolean {
  if (value.some((token) => MENTIONS.test(token.value))) return true
  // `SET sql_mode = concat(@@sql_mode, ',…')` extends the current mode, so ANSI_QUOTES stays active.
  return value.some((token) => saved.get(token.value) ?? (isAnsi && isMode(token.value)))
}

function isMode(word: string | undefined): boolean {
  return word !== undefined && /^(?:@@)?SQL_MODE$/.test(word)
}

interface Assignment {
  readonly target: string
  readonly value: readonly MysqlToken[]
}

/** Returns the assignments of a SET: `SESSION a = 1, @b := 2`. A comma in parentheses belongs to a value. */
function assignmentsIn(tokens: readonly MysqlToken[]): readonly Assignment[] {
  const found: { target: string; value: MysqlToken[] }[] = []
  let depth = 0
  let isStart = true
  tokens.forEach((token, index) => {
    if (token.kind === 'mark') return
    if (token.value === '(') depth++
    if (token.value === ')') depth--
    if (token.value === ',' && depth === 0) isStart = true
    else if (isStart && token.value === '=') {
      const before = tokens[index - 1]?.value === ':' ? index - 2 : index - 1
      found.push({ target: tokens[before]?.value.toUpperCase() ?? '', value: [] })
      isStart = false
    } else if (!isStart) found.at(-1)?.value.push(token)
  })
  return found
}

function isDoubleQuoted({ kind, value }: MysqlToken): boolean {
  return kind === 'string' && value.startsWith('"')
}

function requoted(text: string, tokens: readonly MysqlToken[]): string {
  // The value of SET sql_mode may itself stand in double quotes.
  if (setsMode(tokens)) return text
  let result = ''
  let at = 0
  for (const token of tokens.filter(isDoubleQuoted)) {
    result += text.slice(at, token.start) + quoteIdentifier(token.value.slice(1, -1).replaceAll('""', '"'))
    at = token.end
  }
  return result + text.slice(at)
}
