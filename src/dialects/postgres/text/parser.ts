import { maskPasswords } from '../../../dialect/excerpt.ts'
import type { SqlFilePurpose } from '../../../dialect/judgement.ts'
import type { FileStatement, SqlScript } from '../../../dialect/statement.ts'
import { errorMessageOf, InterphaseError } from '../../../error.ts'
import { makeLineFinder } from '../../../release/lines.ts'
import type { SqlText } from '../../../release/migration.ts'
import { joinCopyStatementWithRows, separateCopyRows } from './copy-rows.ts'
import {
  addedEnumLabel,
  canStatementWriteRows,
  isCopyFromStdin,
  isRepeatablePostgresStatement,
  transactionBehaviourOfPostgresStatement,
  waitsWithoutLockTimeout,
} from './grammar.ts'
import { removePostgresTransactionPair } from './pairs.ts'
import { formatLineWithCaret, lineAndColumnAt, offsetOfFirstWord } from './place.ts'
import { blankPsqlCommandWithoutEffect, isPsqlContinueAfterErrorsCommand } from './psql-lines.ts'
import type { PostgresGrammarParsers } from './statements/bodies.ts'
import { findPostgresStatementRefusal } from './statements/judge.ts'
import { findStringConstants } from './tree.ts'

/** One SQL statement of a file with its syntax tree. */
export interface ParsedPostgresStatement {
  readonly text: string
  readonly line: number
  /** The name of the top node of the syntax tree. */
  readonly kind: string
  readonly tree: Readonly<Record<string, unknown>>
}

/**
 * Splits a SQL file into statements with the server's grammar, and decides whether they can run in one transaction. Throws
 * `sql.syntax` for a text that the parser rejects, and `statement.refused` for a statement that is not allowed.
 */
export async function splitPostgresFileIntoScript(
  sql: SqlText,
  transaction: 'auto' | 'off',
  purpose: SqlFilePurpose = 'migration',
): Promise<SqlScript> {
  const written = await parsePostgresStatements(sql)
  await refuse(written, sql.file, purpose)
  const steps = (parsed: readonly ParsedPostgresStatement[]) => transaction === 'off' || parsed.some(isBare) || usesNewLabel(parsed)
  // The function does not remove BEGIN and COMMIT from a file that the engine does not run in one transaction. The engine refuses
  // such a file, because the file expects a transaction.
  const parsed = steps(written) ? written : removePostgresTransactionPair(written)
  const statements = parsed.map(({ text, line, kind, tree }): FileStatement => {
    return {
      text,
      line,
      manner: transactionBehaviourOfPostgresStatement(kind, tree),
      repeatable: isRepeatablePostgresStatement(kind, tree),
      waitsWithoutTimeout: waitsWithoutLockTimeout(kind, tree),
    }
  })
  return { statements, path: steps(parsed) ? 'stepwise' : 'together' }
}

function isBare({ kind, tree }: ParsedPostgresStatement): boolean {
  return transactionBehaviourOfPostgresStatement(kind, tree) === 'bare'
}

/**
 * Returns true when the observer can begin a transaction for the statement `text` alone. If the function returns false, the
 * statement is sent without BEGIN, and the server runs the statement in a transaction of its own.
 */
export async function canStatementRunInOwnTransaction(text: string): Promise<boolean> {
  const parsed = await parsePostgresStatements({ file: '', text }).catch((): readonly ParsedPostgresStatement[] => [])
  return (
    parsed.length > 0 &&
    parsed.every(({ kind, tree }) => transactionBehaviourOfPostgresStatement(kind, tree) === 'atomic' && !MAY_COMMIT.has(kind))
  )
}

// The kinds of statements that can end a transaction. A procedure or DO block can commit if the statement is sent outside a
// transaction block.
const MAY_COMMIT: ReadonlySet<string> = new Set(['DoStmt', 'CallStmt'])

/**
 * Throws `statement.refused` for a forbidden statement that a function sends. A text that the parser rejects is accepted, and the
 * server reports the error.
 */
export async function refuseForbiddenPostgresStatement(sql: SqlText, at: number): Promise<void> {
  const parsed = await parsePostgresStatements(sql).catch((): readonly ParsedPostgresStatement[] => [])
  await refuse(
    parsed.map((one) => ({ ...one, line: at })),
    sql.file,
    'migration',
  )
}

/**
 * Throws `statement.refused` for a statement that changes objects outside the database, or whose changes the engine cannot observe.
 */
async function refuse(parsed: readonly ParsedPostgresStatement[], file: string, purpose: SqlFilePurpose): Promise<void> {
  const bodies = await loadPostgresGrammarParsers()
  for (const { kind, tree, text, line } of parsed) {
    const refusal = findPostgresStatementRefusal(kind, tree, text, purpose, bodies)
    if (refusal) throw new InterphaseError('statement.refused', { file, line, ...refusal })
  }
}

/**
 * Parses the statements of a text. The text of COPY … FROM STDIN includes its rows. Throws `sql.syntax` with the position of the
 * error.
 */
export async function parsePostgresStatements({ file, text }: SqlText): Promise<readonly ParsedPostgresStatement[]> {
  const { text: bare, rows } = separateCopyRows(text.replace(/^\uFEFF/, ''))
  const { sql, statements } = await treesOf({ file, text: withoutWrapping(bare) })
  const bytes = Buffer.from(sql.text)
  const lineOf = makeLineFinder(sql.text)
  const read = { bytes: 0, characters: 0 }
  return statements.map(({ stmt, stmt_location: start = 0, stmt_len: length = 0 }) => {
    // The parser reports a statement length of 0 for a statement that extends to the end of the text. The statement then consists
    // of all remaining text.
    const whole = bytes.subarray(start, length === 0 ? bytes.length : start + length).toString()
    // The grammar reports the statements in order, and their positions in bytes. To save time, the number of characters is
    // counted from the previous statement instead of from the beginning of the file.
    read.characters += bytes.subarray(read.bytes, start).toString().length
    read.bytes = start
    const first = offsetOfFirstWord(whole)
    const from = read.characters + first
    const [kind = '', tree = {}] = Object.entries(stmt ?? {})[0] ?? []
    const statement = whole.slice(first).trimEnd()
    if (!isCopyFromStdin(kind, tree)) return { text: statement, line: lineOf(from), kind, tree }
    const data = rows.get(lineOf(from))
    if (data === undefined) throw syntax(sql, from, COPY)
    return { text: joinCopyStatementWithRows(statement, data), line: lineOf(from), kind, tree }
  })
}

/**
 * Replaces the two psql commands that surround the output of pg_dump (`\restrict`, `\unrestrict`) by spaces, so that all
 * positions stay the same.
 */
function withoutWrapping(text: string): string {
  return text
    .replace(/^((?:\s|--[^\n]*\n)*)(\\restrict \w+)/, (_, before: string, command: string) => before + blank(command))
    .replace(/\\unrestrict \w+(?=\s*(?:--[^\n]*(?:\n\s*|$))*$)/, blank)
}

function blank(text: string): string {
  return ' '.repeat(text.length)
}

/**
 * Returns true when one of the statements can write rows, according to its SQL text. DO, CALL and EXECUTE count as writes. A text
 * that the parser rejects also counts as a write. A function call in a query does not count.
 */
export async function canStatementsWriteRows(statements: readonly string[]): Promise<boolean> {
  const parsed = await Promise.all(statements.map((text) => parsePostgresStatements({ file: '', text }).catch(() => undefined)))
  return parsed.some((list) => list === undefined || list.some(({ kind, tree }) => canStatementWriteRows(kind, tree)))
}

/** Returns true when one of the statements is a CREATE TABLE AS or a SELECT INTO that writes rows into a new table. */
export async function canStatementsFillNewTable(statements: readonly string[]): Promise<boolean> {
  const parsed = await Promise.all(statements.map((text) => parsePostgresStatements({ file: '', text }).catch(() => [])))
  return parsed.flat().some(doesStatementFillNewTable)
}

/** Returns true for a CREATE TABLE AS or a SELECT INTO that writes rows into a new table. */
export function doesStatementFillNewTable({ kind, tree }: Pick<ParsedPostgresStatement, 'kind' | 'tree'>): boolean {
  return FILLS.has(kind) && canStatementWriteRows(kind, tree)
}

const FILLS: ReadonlySet<string> = new Set(['CreateTableAsStmt', 'SelectStmt'])

/**
 * Returns true when the SQL text of a statement writes rows, also in a WITH clause or in a PREPARE. DO, CALL and EXECUTE do not
 * count, because only the code that they run can write rows.
 */
export async function doesPostgresStatementItselfWriteRows(text: string): Promise<boolean> {
  const parsed = await parsePostgresStatements({ file: '', text }).catch((): readonly ParsedPostgresStatement[] => [])
  return parsed.some(({ kind, tree }) => !DEFINES_OR_CALLS.has(kind) && canStatementWriteRows(kind, tree))
}

const DEFINES_OR_CALLS: ReadonlySet<string> = new Set(['CallStmt', 'CreateFunctionStmt', 'DoStmt', 'ExecuteStmt', 'RuleStmt'])

/**
 * Returns true for TRUNCATE. The observer must know TRUNCATE by its text, because TRUNCATE acquires the same lock as ALTER TABLE
 * and also creates a new file for the table.
 */
export async function isTruncateStatement(text: string): Promise<boolean> {
  if (!/\btruncate\b/i.test(text)) return false
  const parsed = await parsePostgresStatements({ file: '', text }).catch((): readonly ParsedPostgresStatement[] => [])
  return parsed.some(({ kind }) => kind === 'TruncateStmt')
}

interface RawStatement {
  readonly stmt?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly stmt_location?: number
  readonly stmt_len?: number
}

const COPY =
  'the rows that COPY … FROM STDIN reads do not follow it, up to a line of \\.; dump with --inserts or --schema-only, or write INSERT'
const CONNECTS = /^\\c(?:onnect)?\b/m
const CONNECT =
  '\\connect goes to another database, and a migration stays in its own; dump without -C (--create), and one database with pg_dump instead of pg_dumpall'
const BACKSLASH =
  'this is a command of psql, and not SQL; only the server sees a migration, so delete the line, or replace it by SQL statements'
const CONTINUES =
  'psql continues after an error here, and a migration stops at its first error; delete the line, and add IF EXISTS or IF NOT EXISTS to the statements that can fail'

// The grammar is loaded once, because the import takes longer than parsing a file with one statement.
let grammar: ReturnType<typeof loadGrammar> | undefined

function loadGrammar() {
  return import('libpg-query')
}

/**
 * Returns a fingerprint of a SQL statement that does not depend on the literals in the statement. Returns an empty text for a
 * text that the parser rejects.
 */
export async function fingerprintPostgresStatement(text: string): Promise<string> {
  const { fingerprint } = await (grammar ??= loadGrammar())
  return fingerprint(text).catch(() => '')
}

/** Loads the server's grammar, and returns a synchronous parser. The parser returns undefined for a text that it rejects. */
export async function loadSyntaxTreeParser(): Promise<(text: string) => unknown> {
  return (await loadPostgresGrammarParsers()).parse
}

/** Loads the server's grammar, and returns its parsers for statements and for the bodies of functions. */
export async function loadPostgresGrammarParsers(): Promise<PostgresGrammarParsers> {
  const { loadModule, parsePlPgSQLSync, parseSync } = await (grammar ??= loadGrammar())
  await loadModule()
  return { parse: (text) => tried(() => parseSync(text).stmts), parseBody: (text) => tried(() => parsePlPgSQLSync(text)) }
}

function tried(parse: () => unknown): unknown {
  try {
    return parse()
  } catch {
    return undefined
  }
}

/** A SQL text with its syntax trees. In the text, spaces replace the psql commands that have no effect on a migration. */
interface ParsedText {
  readonly sql: SqlText
  readonly statements: readonly RawStatement[]
}

async function treesOf(sql: SqlText): Promise<ParsedText> {
  // For an empty text, the library of the grammar would report an error, so the function does not call the library.
  if (offsetOfFirstWord(sql.text) >= sql.text.length) return { sql, statements: [] }
  const { hasSqlDetails, parse } = await (grammar ??= loadGrammar())
  try {
    // The types of the parser library describe a node as a union, and code cannot read a union by key. The result therefore gets
    // a simpler type.
    const result: { readonly stmts?: unknown } = await parse(sql.text)
    return { sql, statements: (result.stmts ?? []) as readonly RawStatement[] }
  } catch (error) {
    const found = hasSqlDetails(error) ? error.sqlDetails?.cursorPosition : undefined
    const at = Math.min(Math.max(found ?? 0, 0), sql.text.length)
    // Outside of literals and bodies, the PostgreSQL parser stops at a command of psql, such as `\set`. If such a command has no
    // effect, the text is parsed again without the command.
    const text = blankPsqlCommandWithoutEffect(sql.text, at)
    if (text !== undefined) return treesOf({ file: sql.file, text })
    const connect = sql.text.charAt(at) === '\\' ? CONNECTS.exec(sql.text) : null
    throw connect ? syntax(sql, connect.index, CONNECT) : syntax(sql, at, wordsFor(sql.text, at, errorMessageOf(error)))
  }
}

function wordsFor(text: string, at: number, message: string): string {
  if (text.charAt(at) === '\\') return isPsqlContinueAfterErrorsCommand(text.slice(at)) ? CONTINUES : BACKSLASH
  return /\bcopy\b[^;]*\bfrom\s+stdin\b[^;]*;[^;]*$/i.test(text.slice(0, at)) ? COPY : message
}

function syntax(sql: SqlText, at: number, message: string): InterphaseError<'sql.syntax'> {
  const place = lineAndColumnAt(sql.text, at)
  return new InterphaseError('sql.syntax', {
    file: sql.file,
    ...place,
    message,
    excerpt: formatLineWithCaret(maskPasswords(sql.text), place),
  })
}

// Returns true when a SQL file uses an enum label that the same file adds. PostgreSQL refuses the use of a new enum label in the
// transaction that added the label.
function usesNewLabel(parsed: readonly ParsedPostgresStatement[]): boolean {
  return parsed.some(({ kind, tree }, index) => {
    const label = addedEnumLabel(kind, tree)
    return (
      label !== undefined &&
      parsed.slice(index + 1).some((later) => findStringConstants(later.tree).some((literal) => names(literal, label)))
    )
  })
}

// Returns true when the text of a function or DO block contains the enum label in quotes.
function names(literal: string, label: string): boolean {
  return literal === label || literal.includes(`'${label.replaceAll("'", "''")}'`)
}
