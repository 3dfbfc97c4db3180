import type { BatchDeclaration } from '../release/batch.ts'
import type { DialectName } from '../schema/object.ts'
import { blankInsideParentheses, maskSqlLiterals } from './statement-outline.ts'

/**
 * A query that counts rows, in two parts. The engine inserts the condition of a range between the parts. `alias` is the name of
 * the table in the query.
 */
export interface RangedCountQuery {
  readonly parts: readonly [string, string]
  readonly alias: string
}

const NAME = String.raw`[\p{L}\p{N}_$]+`
const HEAD = new RegExp(
  String.raw`^\s*select\s+count\s*\([^)]*\)(?:\s+(?:as\s+)?${NAME})?\s+from\s+(?<table>${NAME}(?:\s*\.\s*${NAME})?)(?:\s+(?:as\s+)?(?<alias>(?!where\b)${NAME}))?\s*(?:(?<where>\bwhere\b)|;?\s*$)`,
  'iu',
)
const OTHER_CLAUSES = /\b(?:group\s+by|having|union|intersect|except|limit|offset|fetch|order\s+by|window|for\s+(?:update|share))\b/i

/**
 * Splits a pending query that counts the rows of one table, so that the query can count the rows of a range. Returns undefined
 * for any other query, because the sum of the counts of its ranges can differ from the count of the whole table.
 */
export function splitQueryForRangeCondition(
  query: string,
  { table }: Pick<BatchDeclaration, 'table'>,
  dialect: DialectName,
): RangedCountQuery | undefined {
  const literals = maskSqlLiterals(query, dialect)
  const found = HEAD.exec(literals)
  const { groups, 0: head = '' } = found ?? {}
  if (!found || OTHER_CLAUSES.test(blankInsideParentheses(literals)) || !/count\s*\(\s*\*\s*\)/i.test(head)) return undefined
  const written = (group: string | undefined, from: number) => {
    const at = group === undefined ? -1 : literals.indexOf(group, from)
    return at < 0 || group === undefined ? undefined : query.slice(at, at + group.length)
  }
  const afterFrom = head.search(/\bfrom\b/i) + 'from'.length
  const name = written(groups?.['table'], afterFrom)
  if (name === undefined || !isTable(name, table, dialect)) return undefined
  const aliasFrom = query.indexOf(name, afterFrom) + name.length
  const alias = unquoted(written(groups?.['alias'], aliasFrom) ?? name).at(-1) ?? table
  const end = literals.replace(/[\s;]+$/, '').length
  if (groups?.['where'] === undefined) return { parts: [`${query.slice(0, end)} WHERE `, ''], alias }
  // The closing parenthesis is on a line of its own, because the author's condition can end with a comment, which would hide a
  // parenthesis on the same line.
  return { parts: [`${query.slice(0, head.length)} `, ` AND (${query.slice(head.length, end)}\n)`], alias }
}

/**
 * Returns true if a name in a query is the name of the declared table. A name without a schema is compared only with the last
 * part of the declared name.
 */
function isTable(written: string, table: string, dialect: DialectName): boolean {
  const fold = (name: string) => (dialect === 'postgres' ? name : name.toLowerCase())
  const parts = unquoted(written).map(fold)
  const wanted = fold(table).split('.')
  return parts.at(-1) === wanted.at(-1) && (parts.length === 1 || wanted.length === 1 || parts[0] === wanted[0])
}

function unquoted(name: string): readonly string[] {
  const parts = name.match(/"(?:[^"]|"")+"|`(?:[^`]|``)+`|[\p{L}\p{N}_$]+/gu) ?? []
  return parts.map((part) => {
    const [mark = ''] = part
    return mark === '"' || mark === '`' ? part.slice(1, -1).replaceAll(mark + mark, mark) : part
  })
}
