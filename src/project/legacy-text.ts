import { cutTokenAtDelimiter, readDelimiterCommand } from '../dialects/mysql/text/delimiter.ts'
import { type MysqlToken, nextMysqlTokenAt, skipMysqlSpaceAndComments } from '../dialects/mysql/text/lexer.ts'
import { splitMultipleStatements } from '../dialects/mysql/text/multiple.ts'
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
 * psql or mysql.
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
  mysql: statementsThatBegin(
    /(?:DROP|CREATE|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:DATABASE|SCHEMA|USER|ROLE)\b/,
    /(?:USE\b|\\u\s)/,
    /(?:GRANT|REVOKE|FLUSH)\s/,
    /SET\s+(?:GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD|ROLE|DEFAULT\s+ROLE)\b/,
    /SET\s+(?:@@GLOBAL\.|(?:SESSION\s+|@@(?:SESSION\.)?)?sql_log_bin\b)/,
  ),
  postgres: statementsThatBegin(
    /\\(?:connect|c|restrict|unrestrict|encoding|echo|timing|set|unset|pset|prompt)\b/,
    /(?:DROP|CREATE|ALTER)\s+(?:DATABASE|ROLE|USER|GROUP|TABLESPACE)\b(?!\s+MAPPING)/,
    /COMMENT\s+ON\s+(?:DATABASE|ROLE|TABLESPACE)\b/,
    /(?:GRANT|REVOKE)\s/,
    /(?:SET\s+(?:SESSION\s+|LOCAL\s+)?|RESET\s+)(?:SESSION\s+AUTHORIZATION|ROLE)\b/,
    /REASSIGN\s+OWNED\b/,
    /ALTER\s+(?:DEFAULT\s+PRIVILEGES|SYSTEM)\b/,
    // One ALTER TABLE can contain several changes. If it changes more than the owner, it stays in the script.
    /ALTER\s+(?:(?:FOREIGN\s+)?TABLE|MATERIALIZED\s+VIEW)\s[^,;]*\sOWNER\s+TO\s[^,;]*;?$/,
    /ALTER\s+(?!TABLE\b|FOREIGN\s+TABLE\b|MATERIALIZED\b)[^;]*\sOWNER\s+TO\s/,
    // Every PostgreSQL database contains the language plpgsql. Old versions of pg_dump write a CREATE LANGUAGE without IF NOT
    // EXISTS, which would fail.
    /CREATE\s+(?:OR\s+REPLACE\s+)?(?:TRUSTED\s+)?(?:PROCEDURAL\s+)?LANGUAGE\s+'?plpgsql\b/,
  ),
} as const

function statementsThatBegin(...beginnings: readonly RegExp[]): RegExp {
  return new RegExp(`^(?:${beginnings.map(({ source }) => source).join('|')})`, 'i')
}

interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Returns the place of each statement in a text of MySQL or MariaDB, by the rules of the client `mysql`: DELIMITER changes the
 * delimiter, and the command `use` ends at the end of its line if the line does not contain the delimiter.
 */
function mysqlStatements(text: string): readonly Span[] {
  const spans: Span[] = []
  let delimiter = ';'
  for (let at = 0; (at = skipMysqlSpaceAndComments(text, at)) < text.length; ) {
    const command = readDelimiterCommand(text, at)
    if (command && command.delimiter !== '') {
      delimiter = command.delimiter
      at = command.end
      continue
    }
    const line = text.slice(at, endOfLine(text, at))
    if (/^(?:use|\\u)\s/i.test(line) && !line.includes(delimiter)) {
      spans.push({ start: at, end: at + line.length })
      at += line.length
      continue
    }
    const { tokens, end } = readToDelimiter(text, at, delimiter)
    const parts = delimiter === ';' ? [tokens] : splitMultipleStatements(tokens)
    for (const [index, part] of parts.entries()) {
      const [first, last] = [part[0], part.at(-1)]
      if (first && last) spans.push({ start: first.start, end: index === parts.length - 1 ? end : last.end })
    }
    at = end
  }
  return spans
}

interface MysqlTextToDelimiter {
  readonly tokens: readonly MysqlToken[]
  /** The position in the text after the delimiter, or the end of a text without a delimiter. */
  readonly end: number
}

function readToDelimiter(text: string, from: number, delimiter: string): MysqlTextToDelimiter {
  const tokens: MysqlToken[] = []
  for (let at = from; (at = skipMysqlSpaceAndComments(text, at)) < text.length; ) {
    if (text.startsWith(delimiter, at)) return { tokens, end: at + delimiter.length }
    const token = nextMysqlTokenAt(text, at)
    if (!token) break
    const cut = cutTokenAtDelimiter(text, token, delimiter)
    tokens.push(cut)
    at = cut.end
  }
  return { tokens, end: text.length }
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
