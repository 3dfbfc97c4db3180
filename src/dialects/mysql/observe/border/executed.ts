import type { ExecutedSqlTexts } from '../../../../dialect/border.ts'
import type { DatabaseSession } from '../../../../dialect/dialect.ts'
import { sql, sqlValue, sqlVerbatim } from '../../../../dialect/sql.ts'
import { replaceBackslashes } from '../../text/backslash.ts'
import { type MysqlToken, tokenizeMysql, unquoteMysqlString } from '../../text/lexer.ts'
import { quoteMysqlStringLiteral } from '../../text/notation.ts'
import { isNameToken } from '../../text/statements/name-chain.ts'
import { findObjectNameOccurrences } from '../../text/statements/places.ts'

const NOTHING: ExecutedSqlTexts = { texts: [], buildsSqlAtRuntime: false }
const UNREADABLE: ExecutedSqlTexts = { texts: [], buildsSqlAtRuntime: true }

/**
 * Returns the SQL texts that a statement executes: the text of PREPARE or EXECUTE IMMEDIATE, and the bodies of called procedures
 * with the texts that they prepare. For a block, the result contains the texts that the block prepares.
 */
export async function findSqlTextsExecutedByMysqlStatement(session: DatabaseSession, text: string): Promise<ExecutedSqlTexts> {
  if (!/\b(?:prepare|execute|call)\b/i.test(text)) return NOTHING
  const tokens = tokenizeMysql(text).filter(({ kind }) => kind !== 'mark')
  const [first, second, third] = tokens
  if (first?.value === 'CALL') return ofCalled(session, text, tokens)
  if (first?.value === 'EXECUTE' && second?.value === 'IMMEDIATE') return ofExpression(session, text, tokens.slice(2))
  if (first?.value === 'PREPARE' && third?.value === 'FROM') return ofExpression(session, text, tokens.slice(3))
  return /^(?:BEGIN|IF|CASE|LOOP|WHILE|REPEAT|FOR)$/.test(first?.value ?? '') ? ofBody(tokens) : NOTHING
}

// Matches the tokens of a SQL expression without side effects, which the engine may therefore evaluate on the server.
const PLAIN =
  /^(?:CONCAT|CONCAT_WS|IF|IFNULL|COALESCE|REPLACE|QUOTE|LOWER|UPPER|LCASE|UCASE|TRIM|CAST|AS|CHAR|NULL|AND|OR|NOT|IS|IN|EXISTS|LIKE)$/

/**
 * Evaluates an expression on the server, and returns the resulting SQL text. The function evaluates only an expression that has
 * no side effects and returns the same value each time.
 */
async function ofExpression(session: DatabaseSession, text: string, tokens: readonly MysqlToken[]): Promise<ExecutedSqlTexts> {
  const expression = untilUsing(tokens)
  const [first, last] = [expression[0], expression.at(-1)]
  if (!first || !last) return NOTHING
  if (expression.length === 1 && first.kind === 'string') return { texts: [unquoteMysqlString(first.value)], buildsSqlAtRuntime: false }
  const isPlain = expression.every(({ kind, value: word }) => {
    if (kind === 'word') return PLAIN.test(word) || /^@[\w$]+$/.test(word) || /^\d+$/.test(word)
    return kind === 'string' || (kind === 'symbol' && /^[(),=<>|]$/.test(word))
  })
  if (!isPlain) return UNREADABLE
  const [row] = await session.query<{ text: unknown }>(sql`SELECT ${sqlVerbatim(text.slice(first.start, last.end))} AS text`)
  return typeof row?.text === 'string' ? { texts: [row.text], buildsSqlAtRuntime: false } : NOTHING
}

function untilUsing(tokens: readonly MysqlToken[]): readonly MysqlToken[] {
  const using = tokens.findIndex(({ kind, value: word }) => kind === 'word' && word === 'USING')
  return using < 0 ? tokens : tokens.slice(0, using)
}

// The maximum depth of nested calls that the engine follows. A limit is needed because a routine can call itself.
const DEEPEST = 20

async function ofCalled(session: DatabaseSession, text: string, tokens: readonly MysqlToken[], depth = 0): Promise<ExecutedSqlTexts> {
  if (depth > DEEPEST) return UNREADABLE
  const texts: string[] = []
  let buildsSqlAtRuntime = false
  for (const { name } of findObjectNameOccurrences(text, tokens).filter(({ kind }) => kind === 'routine')) {
    const [routine] = await session.query<{ body: string | null; mode: string }>(sql`SELECT routine_definition AS body, sql_mode AS mode
      FROM information_schema.routines WHERE routine_schema = DATABASE() AND routine_name = ${sqlValue(name)} AND routine_type = 'PROCEDURE'`)
    // A missing routine needs no check, because the server itself refuses to call a missing routine.
    if (!routine) continue
    if (routine.body === null) return UNREADABLE
    const body = replaceBackslashes(routine.body, routine.mode)
    const inner = tokenizeMysql(body).filter(({ kind }) => kind !== 'mark')
    const nested = await ofCalled(session, body, inner, depth + 1)
    const own = ofBody(inner)
    // A routine runs in the SQL mode of the session that created the routine, so SET sql_mode precedes the body in the result.
    texts.push(`SET sql_mode = ${quoteMysqlStringLiteral(routine.mode)}`, body, ...own.texts, ...nested.texts)
    buildsSqlAtRuntime ||= nested.buildsSqlAtRuntime || own.buildsSqlAtRuntime
  }
  return { texts, buildsSqlAtRuntime }
}

/**
 * Returns the SQL texts that the body of a routine prepares. If the body prepares a variable, the result contains every literal
 * of the body that is a statement, because the variable can contain each of them. If the body computes a text, or if none of its
 * literals is a statement, `buildsSqlAtRuntime` is true.
 */
function ofBody(tokens: readonly MysqlToken[]): ExecutedSqlTexts {
  const prepared = tokens.flatMap((token, index) => {
    if (token.kind !== 'word') return []
    if (token.value === 'EXECUTE' && tokens[index + 1]?.value === 'IMMEDIATE') return [tokens[index + 2]]
    return token.value === 'PREPARE' && tokens[index + 2]?.value === 'FROM' ? [tokens[index + 3]] : []
  })
  const literals = prepared.flatMap((token) => (token?.kind === 'string' ? [unquoteMysqlString(token.value)] : []))
  if (literals.length === prepared.length) return literals.length === 0 ? NOTHING : { texts: literals, buildsSqlAtRuntime: false }
  const texts = tokens
    .flatMap(({ kind, value: word }) => (kind === 'string' ? [unquoteMysqlString(word)] : []))
    .filter((text) => STATEMENT.test(text))
  return texts.length === 0 || tokens.some((_, index) => putsTogether(tokens, index)) ? UNREADABLE : { texts, buildsSqlAtRuntime: false }
}

const STATEMENT = /^\s*(?:alter|analyze|call|create|delete|do|drop|insert|rename|replace|select|set|truncate|update|with)\b/i

/** Returns true at a token that computes a SQL text at run time: with CONCAT, from a parameter, or from a row of a table. */
function putsTogether(tokens: readonly MysqlToken[], index: number): boolean {
  const [token, next, value, end] = tokens.slice(index, index + 4)
  if (token?.kind === 'symbol') return token.value === '|' && next?.value === '|'
  if (token?.kind !== 'word') return false
  if (/^(?:CONCAT|CONCAT_WS|REPLACE|INSERT|FORMAT|ELT|EXPORT_SET|MAKE_SET)$/.test(token.value) && next?.value === '(') return true
  if (token.value === 'INTO' && next?.value.startsWith('@')) return true
  return token.value.startsWith('@') && next?.value === '=' && isNameToken(value) && value?.value !== 'NULL' && end?.value !== '('
}
