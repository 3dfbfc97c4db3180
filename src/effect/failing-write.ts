import type { ColumnObject, IndexObject, SchemaObject } from '../schema/object.ts'
import { analyseExpression } from './expression/analyse-expression.ts'
import { doesColumnTypeHoldEveryValue } from './expression/safe-operations.ts'
import { columnOfIndexKey } from './index-key.ts'
import { reasonPartitionRefusesRows } from './new-partition.ts'
import { doesCheckAcceptNullRow } from './null-safe.ts'
import type { EffectContext } from './surroundings.ts'

/**
 * Returns a phrase that states why a new column, index or partition can make a write of running code fail. Examples are a default
 * that can fail, and a check of the partition that can refuse a row. Returns undefined if no write can fail, and for other kinds
 * of objects.
 */
export function reasonWritesOfRunningCodeFail(object: SchemaObject, at: EffectContext): string | undefined {
  if (object.kind === 'index') return reasonOfIndex(object, at)
  if (object.kind === 'partition') return reasonPartitionRefusesRows(object, at)
  return object.kind === 'column' ? reasonOfColumn(object, at) : undefined
}

function reasonOfIndex({ table, method, keys, predicate }: IndexObject, at: EffectContext): string | undefined {
  const long = method === 'btree' ? keys.find((key) => HOLDS_DOCUMENTS.test(at.column(table, key)?.type ?? '')) : undefined
  if (long !== undefined && !at.leftNull(table, long)) return `its row for a long value of ${long} can be too large`
  // A key of an index of MySQL or MariaDB can be the beginning of a column, such as `name(20)`. Such a key is no expression,
  // although it looks like a function call.
  const expressions = keys.filter((key) => at.column(table, columnOfIndexKey(key) ?? '') === undefined)
  return [...expressions, ...(predicate === undefined ? [] : [predicate])].map((part) => reasonOfExpression(part, table, at)).find(isFound)
}

// Matches the types of PostgreSQL whose values are often longer than 2704 bytes, the longest row of a B-tree index.
const HOLDS_DOCUMENTS = /^(?:jsonb|tsvector)$|\[\]$/

function reasonOfColumn(column: ColumnObject, at: EffectContext): string | undefined {
  if (column.generated) return reasonOfGenerated(column, column.generated.expression, at)
  if (column.default !== undefined) {
    const fails = reasonOfExpression(column.default, column.table, at)
    if (fails !== undefined) return fails
    const isRequired = !column.nullable || domainRefusesNull(column, at)
    return isRequired && analyseExpression(column.default, () => undefined).nullable ? 'its default can be NULL' : undefined
  }
  return column.identity === undefined && domainRefusesNull(column, at) ? `its domain ${column.type} can refuse NULL` : undefined
}

function reasonOfGenerated(column: ColumnObject, expression: string, at: EffectContext): string | undefined {
  const fails = reasonOfExpression(expression, column.table, at)
  if (fails !== undefined) return fails
  const { type, nullable, columns } = analyseExpression(expression, (name) => at.column(column.table, name))
  if (nullable && (!column.nullable || domainRefusesNull(column, at))) return 'its expression can be NULL'
  if (isLeftNull(expression, column.table, columns, at)) return undefined
  const charset = narrowCharsetOf(column)
  if (charset !== undefined && columns.some((name) => hasOtherCharset(at.column(column.table, name), charset)))
    return `its character set ${charset} lacks some characters`
  const domain = at.domain(column.type)
  if (domain && domain.checks.length > 0) return `its domain ${column.type} can refuse a value`
  return doesColumnTypeHoldEveryValue(domain?.type ?? column.type, type)
    ? undefined
    : `its type ${column.type} can be too small for a value`
}

/** Returns the character set of a column of MySQL or MariaDB, if the character set does not contain every Unicode character. */
function narrowCharsetOf({ collation = '' }: ColumnObject): string | undefined {
  return NARROW_CHARSET.exec(collation)?.[1]
}

// Matches the collations of all character sets that do not contain every Unicode character: all sets except binary, utf8mb4,
// utf16, utf16le, utf32 and gb18030.
const NARROW_CHARSET =
  /^(armscii8|ascii|big5|cp\d+|dec8|eucjpms|euckr|gb2312|gbk|geostd8|greek|hebrew|hp8|keybcs2|koi8[ru]|latin[1257]|mac(?:ce|roman)|sjis|swe7|tis620|ucs2|ujis|utf8|utf8mb3)_/

function hasOtherCharset(column: ColumnObject | undefined, charset: string): boolean {
  return column?.collation !== undefined && !column.collation.startsWith(`${charset}_`)
}

function reasonOfExpression(expression: string, table: string, at: EffectContext): string | undefined {
  const { fails, columns } = analyseExpression(expression, (name) => at.column(table, name))
  if (fails === undefined || isLeftNull(expression, table, columns, at)) return undefined
  return `${fails} can fail`
}

/**
 * Returns true if an expression is NULL in every row that running code writes, because running code leaves all columns of the
 * expression NULL.
 */
function isLeftNull(expression: string, table: string, columns: readonly string[], at: EffectContext): boolean {
  return columns.length > 0 && columns.every((name) => at.leftNull(table, name)) && doesCheckAcceptNullRow(expression)
}

/** Returns true if the type of a column is a domain that can refuse NULL, or a domain over such a domain. */
function domainRefusesNull({ type }: ColumnObject, at: EffectContext): boolean {
  for (let domain = at.domain(type); domain; domain = at.domain(domain.type)) {
    if (!domain.nullable || domain.checks.some(({ expression }) => !doesCheckAcceptNullRow(expression))) return true
  }
  return false
}

function isFound(reason: string | undefined): reason is string {
  return reason !== undefined
}
