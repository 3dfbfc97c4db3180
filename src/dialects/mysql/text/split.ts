import { maskPasswords } from '../../../dialect/excerpt.ts'
import type { SqlFilePurpose } from '../../../dialect/judgement.ts'
import type { FileStatement, SqlScript } from '../../../dialect/statement.ts'
import { InterphaseError } from '../../../error.ts'
import { makeLineFinder } from '../../../release/lines.ts'
import type { SqlText } from '../../../release/migration.ts'
import { removeSequenceDatabaseFromStatement } from '../catalog/default-sequence.ts'
import { replaceAnsiQuotes } from './ansi.ts'
import { BackslashReplacer, restoreBackslashes } from './backslash.ts'
import { endsInsideBody } from './cut-body.ts'
import { cutTokenAtDelimiter, readDelimiterCommand } from './delimiter.ts'
import { type MysqlToken, nextMysqlTokenAt, skipMysqlSpaceAndComments, tokenizeMysql } from './lexer.ts'
import { combineStatementsUnderLockTables } from './locked.ts'
import { isRepeatableMysqlStatement, transactionBehaviourOfMysqlStatement } from './manner.ts'
import { moveMergeTableStatements } from './merge-tables.ts'
import { splitMultipleStatements } from './multiple.ts'
import { removeMysqlTransactionPairs } from './pairs.ts'
import { findMysqlStatementRefusal } from './statements/judge.ts'

/**
 * Splits a SQL file into the statements that the engine sends, and decides whether they can run in one transaction. The function
 * removes the transaction statements of a dump, and combines the statements from LOCK TABLES to UNLOCK TABLES into one statement.
 * Throws `statement.refused` for a statement that is not allowed, and `sql.syntax` for a file that cannot be split.
 */
export function splitMysqlFileIntoScript(
  sql: SqlText,
  transaction: 'auto' | 'off',
  purpose: SqlFilePurpose = 'migration',
  except: 'packages' | 'nothing' = 'nothing',
): SqlScript {
  const written = replaceAnsiQuotes(splitMysqlStatements(sql))
  for (const { text, line } of written) refuseForbiddenMysqlStatement(text, { file: sql.file, line }, purpose, except)
  const { statements: unpaired, transactions } = removeMysqlTransactionPairs(moveMergeTableStatements(written))
  const statements = combineStatementsUnderLockTables(unpaired, (part) => mustSplitAgain(sql, part))
  // A SQL file that commits several transactions cannot run in one transaction of the engine.
  const together = transaction === 'auto' && transactions <= 1 && statements.every((statement) => statement.manner === 'atomic')
  return { statements, path: together ? 'together' : 'stepwise' }
}

/**
 * Throws `statement.refused` for a statement that changes objects outside the database, or whose changes the engine cannot observe.
 * If `except` is 'packages', the function accepts calls such as `p.f()`. The session checks such a call before it sends the
 * statement, and refuses the call unless `p` is a package of the database.
 */
export function refuseForbiddenMysqlStatement(
  text: string,
  at: { readonly file: string; readonly line: number },
  purpose: SqlFilePurpose = 'migration',
  except: 'packages' | 'nothing' = 'packages',
): void {
  const refusal = findMysqlStatementRefusal(text, tokenizeMysql(text), purpose, except)
  if (refusal) throw new InterphaseError('statement.refused', { ...at, ...refusal })
}

/**
 * Throws `sql.syntax` for a statement between LOCK TABLES and UNLOCK TABLES that contains `;`. The engine combines the statements
 * between LOCK TABLES and UNLOCK TABLES into one text, and the session later splits this text at each `;`.
 */
function mustSplitAgain(sql: SqlText, { text, line }: FileStatement): void {
  if (!tokenizeMysql(text).some(({ value }) => value === ';')) return
  throw new InterphaseError('sql.syntax', {
    file: sql.file,
    line,
    column: 1,
    message:
      'a trigger or routine with several statements cannot be created between LOCK TABLES and UNLOCK TABLES; create it after UNLOCK TABLES',
    excerpt: maskPasswords(sql.text).split('\n')[line - 1] ?? '',
  })
}

/**
 * Splits a SQL file by the rules of the `mysql` client. A statement ends at `;`, or at the delimiter that DELIMITER sets, outside
 * quotes and comments. If the delimiter is not `;`, a `;` outside of the body of a routine also ends a statement. Throws
 * `sql.syntax` for a file that cannot be split, such as a file with an open quote or comment, or with a `;` inside the body of a
 * routine.
 */
export function splitMysqlStatements(sql: SqlText): readonly FileStatement[] {
  const reader = new BackslashReplacer(sql.text)
  const lineOf = makeLineFinder(sql.text)
  const found: FileStatement[] = []
  let delimiter = ';'
  let at = 0
  while ((at = skipMysqlSpaceAndComments(reader.text, at)) < sql.text.length) {
    const { text } = reader
    const command = readDelimiterCommand(text, at)
    if (command) {
      if (command.delimiter === '') throw syntax(sql, at, 'DELIMITER must be followed by a delimiter')
      delimiter = command.delimiter
      at = command.end
      continue
    }
    const { tokens, end } = upTo({ ...sql, text }, at, delimiter)
    if (delimiter === ';' && endsInsideBody(tokens)) throw cutInBody(sql, tokens, end - 1)
    at = end
    for (const part of delimiter === ';' ? [tokens] : splitMultipleStatements(tokens)) {
      const statement = made(text, lineOf, part)
      if (statement) found.push(statement)
      reader.passed(part, end)
    }
  }
  return found
}

interface Chunk {
  readonly tokens: readonly MysqlToken[]
  readonly end: number
}

function upTo(sql: SqlText, from: number, delimiter: string): Chunk {
  const { text } = sql
  const tokens: MysqlToken[] = []
  let at = from
  while (true) {
    const passed = at
    at = skipMysqlSpaceAndComments(text, passed)
    if (delimiter !== ';' && at - passed > delimiter.length) mustNotHide(sql, text.slice(passed, at), passed, delimiter)
    if (at >= text.length) break
    if (text.startsWith(delimiter, at)) return { tokens, end: at + delimiter.length }
    const token = nextMysqlTokenAt(text, at)
    if (!token) break
    if (token.kind === 'broken') throw syntax(sql, token.start, `${token.value} without its end`)
    if (/^\\[gG]/.test(text.slice(token.start, token.start + 2))) return { tokens, end: token.start + 2 }
    if (isClientCommand(text, token)) throw syntax(sql, token.start, CLIENT_COMMAND)
    const cut = cutTokenAtDelimiter(text, token, delimiter)
    tokens.push(cut)
    at = cut.end
  }
  return { tokens, end: text.length }
}

/**
 * Throws `sql.syntax` if a comment ends with the delimiter, and DELIMITER or the end of the file follows the comment. mysqldump and
 * mariadb-dump write such a text if the last line of a routine is a comment: the delimiter then becomes a part of the comment. The
 * clients `mysql` and `mariadb` would read the next statements as a part of the routine.
 */
function mustNotHide(sql: SqlText, between: string, start: number, delimiter: string): void {
  const comment = /(?:#|--(?=\s))([^\n]*)\s*$/.exec(between)
  if (!comment?.[1]?.trimEnd().endsWith(delimiter)) return
  const follows = sql.text.slice(start + between.length, start + between.length + 'delimiter '.length)
  if (follows !== '' && !/^delimiter\s/i.test(follows)) return
  const at = start + comment.index
  throw syntax(
    sql,
    at,
    `the delimiter ${delimiter} is inside this comment, so the statement does not end here; put it on a line of its own`,
  )
}

const CLIENT_COMMAND = 'this is a command of the client mysql, and not SQL; replace \\. by the statements of the file that it names'

/** Returns true for a backslash command of the client, such as `\.` or `\u`. The text `\N` is no command, but the value NULL. */
function isClientCommand(text: string, { value, start }: MysqlToken): boolean {
  return value === '\\' && /[^N\s]/.test(text[start + 1] ?? ' ')
}

/**
 * Removes each backslash at the end of a line outside of quotes and comments, as the clients `mysql` and `mariadb` do. Returns
 * undefined if the text has no such backslash.
 */
function removeLineEndBackslashes(text: string, tokens: readonly MysqlToken[]): string | undefined {
  const removed = tokens.filter(({ kind, value, end }) => kind === 'symbol' && value === '\\' && /\s/.test(text[end] ?? '\n'))
  if (removed.length === 0) return undefined
  let kept = ''
  let from = tokens[0]?.start ?? 0
  for (const { start, end } of removed) {
    kept += text.slice(from, start)
    from = end
  }
  return kept + text.slice(from, tokens.at(-1)?.end)
}

function made(text: string, lineOf: (offset: number) => number, tokens: readonly MysqlToken[]): FileStatement | undefined {
  const [first, last] = [tokens[0], tokens.at(-1)]
  if (!first || !last || tokens.every((token) => token.kind === 'mark')) return undefined
  const joined = removeLineEndBackslashes(text, tokens)
  if (joined !== undefined) return made(joined, () => lineOf(first.start), tokenizeMysql(joined))
  const read = removeSequenceDatabaseFromStatement(text, tokens)
  const written = restoreBackslashes(read)
  return {
    text: read,
    ...(written !== read && { written }),
    line: lineOf(first.start),
    manner: transactionBehaviourOfMysqlStatement(tokens),
    repeatable: isRepeatableMysqlStatement(tokens),
    waitsWithoutTimeout: false,
  }
}

function cutInBody(sql: SqlText, tokens: readonly MysqlToken[], at: number): InterphaseError {
  const line = makeLineFinder(sql.text)(tokens[0]?.start ?? 0)
  return syntax(
    sql,
    at,
    `this ; ends the statement of line ${line} inside its body; write DELIMITER // on a line above the statement, // behind its last END, and DELIMITER ; on a line below`,
  )
}

function syntax(sql: SqlText, at: number, message: string): InterphaseError {
  const start = sql.text.lastIndexOf('\n', at - 1) + 1
  const end = sql.text.indexOf('\n', at)
  const excerpt = maskPasswords(sql.text).slice(start, end < 0 ? undefined : end)
  const column = at - start + 1
  return new InterphaseError('sql.syntax', {
    file: sql.file,
    line: makeLineFinder(sql.text)(at),
    column,
    message,
    excerpt: `${excerpt}\n${' '.repeat(column - 1)}^`,
  })
}
