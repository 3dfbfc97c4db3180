import type { FileStatement } from '../../../dialect/statement.ts'
import { type MysqlToken, tokenizeMysql } from './lexer.ts'
import { leadingWordsOfStatement } from './manner.ts'
import { isSqlModeActiveAfterStatement } from './mode.ts'
import { quoteMysqlIdentifier } from './notation.ts'
import { definesStoredProgram } from './statements/starts.ts'

/**
 * Replaces the double quotes around names by backticks in the statements for which a file has set the SQL mode ANSI_QUOTES.
 * Without the replacement, the engine's tokenizer would read names in double quotes as strings. Definitions of routines, triggers
 * and events stay unchanged, because the server stores their texts.
 */
export function replaceAnsiQuotes(statements: readonly FileStatement[]): readonly FileStatement[] {
  let isAnsi = false
  const saved = new Map<string, boolean>()
  return statements.map((statement) => {
    if (!isAnsi && !CAN_CHANGE.test(statement.text)) return statement
    const tokens = tokenizeMysql(statement.text)
    isAnsi = isSqlModeActiveAfterStatement(tokens, MENTIONS, isAnsi, saved)
    return isAnsi && !definesStoredProgram(tokens) ? { ...statement, text: requoted(statement.text, tokens) } : statement
  })
}

// Matches ANSI_QUOTES, and the names of the SQL modes that contain ANSI_QUOTES. The modes that imitate other servers, such as
// ORACLE, exist only on MariaDB.
const MENTIONS = /ansi|oracle|mssql|db2|maxdb|postgresql/i
const CAN_CHANGE = /ansi|sql_mode/i

/**
 * Returns true when the SQL mode contains ANSI_QUOTES and the text contains double quotes. Returns false for the definition of a
 * routine, trigger or event, and for a statement that sets the SQL mode.
 */
export function hasDoubleQuotedName(mode: string, text: string): boolean {
  if (!ANSI_QUOTES.test(mode) || !text.includes('"')) return false
  const tokens = tokenizeMysql(text)
  return !definesStoredProgram(tokens) && !setsMode(tokens) && tokens.some(isDoubleQuoted)
}

const ANSI_QUOTES = /\bANSI_QUOTES\b/

function setsMode(tokens: readonly MysqlToken[]): boolean {
  return (
    leadingWordsOfStatement(tokens)[0] === 'SET' && tokens.some(({ kind, value }) => kind === 'word' && /^(?:@@)?SQL_MODE$/.test(value))
  )
}

function isDoubleQuoted({ kind, value }: MysqlToken): boolean {
  return kind === 'string' && value.startsWith('"')
}

function requoted(text: string, tokens: readonly MysqlToken[]): string {
  // The value of SET sql_mode can itself be in double quotes, so the text of such a statement stays unchanged.
  if (setsMode(tokens)) return text
  let result = ''
  let at = 0
  for (const token of tokens.filter(isDoubleQuoted)) {
    result += text.slice(at, token.start) + quoteMysqlIdentifier(token.value.slice(1, -1).replaceAll('""', '"'))
    at = token.end
  }
  return result + text.slice(at)
}
