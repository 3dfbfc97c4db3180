import type { DialectName } from '../schema/object.ts'
import { blankInsideParentheses, maskSqlLiterals } from './statement-outline.ts'

/**
 * The template of a data step that runs in batches: the comment with the declaration `batch`, and the statement with `:batch`. The
 * statement is absent if the author must write it.
 */
export interface BatchedDataStepTemplate {
  readonly frontMatter: string
  readonly statement?: string
}

/**
 * Returns the template of a data step that runs in batches. `statement` is the only statement of the data step, or undefined if
 * the data step has several statements or is a function. The engine adds the placeholder `:batch` only to an UPDATE or DELETE of
 * one table without ORDER BY or LIMIT. In every other statement, the author must add the placeholder.
 */
export function makeBatchedDataStepTemplate(table: string, statement: string | undefined, dialect: DialectName): BatchedDataStepTemplate {
  const written = statement === undefined ? undefined : limitToBatch(statement, dialect)
  const alias = written?.alias === undefined ? '' : ` as ${written.alias}`
  return { frontMatter: `-- interphase: batch ${quoted(table)}${alias}`, ...(written && { statement: written.text }) }
}

interface LimitedStatement {
  readonly text: string
  readonly alias?: string
}

const TARGET =
  /^\s*(?:update|delete\s+from)\s+(?:only\s+)?(?:[\p{L}\p{N}_$]+(?:\s*\.\s*[\p{L}\p{N}_$]+)?)(?:\s+as)?(?<alias>\s+(?!set\b|where\b|using\b|returning\b)[\p{L}\p{N}_$]+)?\s*(?=set\b|where\b|using\b|returning\b|;|$)/iu

/**
 * Adds the placeholder `:batch` to the WHERE clause of an UPDATE or DELETE of one table. Returns undefined for any other
 * statement, and for a statement with ORDER BY, LIMIT or CURRENT OF.
 */
function limitToBatch(statement: string, dialect: DialectName): LimitedStatement | undefined {
  const code = blankInsideParentheses(maskSqlLiterals(statement, dialect))
  const head = TARGET.exec(code)
  if (!head || /\b(?:order\s+by|limit|current\s+of)\b/i.test(code)) return undefined
  const end = /\breturning\b|;|\s*$/i.exec(code)?.index ?? code.length
  const where = /\bwhere\b/i.exec(code)
  const tail = statement.slice(end).replace(/[\s;]+$/, '')
  const rest = tail === '' ? '' : `\n${tail}`
  const alias = aliasIn(statement, head)
  return {
    text: where ? withCondition(statement, where.index, end, rest) : withoutCondition(statement, end, rest),
    ...(alias && { alias }),
  }
}

function aliasIn(statement: string, { 0: head, groups }: RegExpExecArray): string | undefined {
  const length = groups?.['alias']?.trim().length ?? 0
  const end = head.trimEnd().length
  return length === 0 ? undefined : statement.slice(end - length, end)
}

function withCondition(statement: string, where: number, end: number, rest: string): string {
  const from = where + 'where'.length
  const condition = statement.slice(from, end).trim()
  // If the condition contains a comment mark, the closing parenthesis is on its own line. Otherwise it could become a part of the
  // comment.
  const close = /--|#/.test(condition) ? '\n)' : ')'
  return `${statement.slice(0, from).trimStart()} :batch AND (${condition}${close}${rest};`
}

function withoutCondition(statement: string, end: number, rest: string): string {
  return `${statement.slice(0, end).trim()}\nWHERE :batch${rest};`
}

function quoted(table: string): string {
  return table
    .split('.')
    .map((part) => (/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join('.')
}
