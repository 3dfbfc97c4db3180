import { type MysqlToken, tokenizeMysql } from '../dialects/mysql/text/lexer.ts'
import { endOfPostgresToken } from '../dialects/postgres/text/batch.ts'
import type { DialectName } from '../schema/object.ts'

/**
 * A statement of a legacy script that the engine does not execute, because the statement concerns the server and not the schema.
 */
export interface LeftOutLegacyStatement {
  readonly line: number
  readonly statement: string
}

/**
 * The text of a legacy script with spaces instead of the statements that the engine does not execute. Line numbers stay the same.
 */
export interface LegacyScriptText {
  readonly text: string
  readonly leftOut: readonly LeftOutLegacyStatement[]
}

/**
 * Replaces by spaces the statements of a legacy script that concern the server and not the schema. Such a statement creates,
 * drops or selects a database, concerns users, owners or privileges, sets a variable of the server, or is a command of the client
 * psql.
 */
export function blankServerStatements(text: string, dialect: DialectName): LegacyScriptText {
  const statements = dialect === 'postgres' ? postgresStatements(text) : mysqlStatements(text)
  const leftOut: LeftOutLegacyStatement[] = []
  let kept = ''
  let from = 0
  for (const { start, end } of statements) {
    const statement = text.slice(start, end)
    const words = statement.replace(/^\/\*!\d*\s*/, '')
    if (!SERVER_STATEMENTS[dialect === 'postgres' ? 'postgres' : 'mysql'].test(words)) continue
    kept += text.slice(from, start) + statement.replaceAll(/[^\n]/g, ' ')
    from = end
    const line = text.slice(0, start).split('\n').length
    leftOut.push({
      line,
      statement:
        words
          .split('\n')[0]
          ?.replace(/IDENTIFIED\s.*|PASSWORD\s.*/i, '…')
          .slice(0, 80) ?? '',
    })
  }
  return { text: kept + text.slice(from), leftOut }
}

const SERVER_STATEMENTS = {
  mysql:
    /^(?:(?:DROP|CREATE|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:DATABASE|SCHEMA|USER|ROLE)\b|USE\s|GRANT\s|REVOKE\s|FLUSH\s|SET\s+(?:GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD|DEFAULT\s+ROLE)\b|SET\s+(?:@@GLOBAL\.|(?:SESSION\s+|@@(?:SESSION\.)?)?sql_log_bin\b))/i,
  postgres:
    /^(?:\\(?:connect|c|restrict|unrestrict|encoding|echo|timing|set|unset|pset|prompt)\b|(?:DROP|CREATE|ALTER)\s+(?:DATABASE|ROLE|USER|GROUP)\b(?!\s+MAPPING)|GRANT\s|REVOKE\s|ALTER\s+DEFAULT\s+PRIVILEGES\b|ALTER\s[^;]*\sOWNER\s+TO\s|ALTER\s+SYSTEM\b)/i,
} as const

interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Returns the place of each statement in a text of MySQL or MariaDB. A statement ends at a semicolon, so a routine with
 * semicolons in its body is several statements. These statements stay in the script, because they do not begin like a statement
 * about the server.
 */
function mysqlStatements(text: string): readonly Span[] {
  const spans: Span[] = []
  let first: MysqlToken | undefined
  for (const token of tokenizeMysql(text)) {
    first ??= token
    if (token.value !== ';') continue
    spans.push({ start: first.start, end: token.end })
    first = undefined
  }
  return spans
}

function postgresStatements(text: string): readonly Span[] {
  const spans: Span[] = []
  let start: number | undefined
  for (let at = 0; at < text.length; ) {
    if (start === undefined) {
      const next = skipSpace(text, at)
      if (next > at) {
        at = next
        continue
      }
      if (text[at] === '\\') {
        const end = endOfLine(text, at)
        spans.push({ start: at, end })
        at = end
        continue
      }
      start = at
    }
    const end = endOfPostgresToken(text, at)
    if (text.slice(at, end) === ';') {
      spans.push({ start, end })
      at = /^COPY\s[^;]*\sFROM\s+stdin/i.test(text.slice(start, end)) ? endOfRows(text, end) : end
      start = undefined
    } else at = end
  }
  return spans
}

function skipSpace(text: string, from: number): number {
  const space = /(?:\s|--[^\n]*|\/\*[^]*?\*\/)*/y
  space.lastIndex = from
  space.exec(text)
  return space.lastIndex
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

function endOfRows(text: string, from: number): number {
  const end = /\n\\\.[ \t\r]*(?=\n|$)/g
  end.lastIndex = from
  return end.test(text) ? end.lastIndex : text.length
}
