import type { Dialect } from '../../../dialect/dialect.ts'
import { joinSql, renderSql, type SqlStatement, sql, sqlName, sqlTableName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { LiteralValue } from '../../../release/fragment.ts'
import type { ColumnObject } from '../../../schema/object.ts'
import { deriveDataStepStatement, nonTextLiteralSql } from '../../derive.ts'
import type { StatementDerivationRules } from '../../derive-parts.ts'
import { countUniqueKeys } from '../../walk-key.ts'
import { listPostgresUniqueNotNullKeys } from '../ranges/key.ts'
import { postgresSqlNotation } from './notation.ts'

const RULES: StatementDerivationRules = {
  table: sqlTableName,
  literal,
  differs,
  matches,
  // Without the cast to text, the driver would remove the microseconds of a timestamp.
  exact: ({ type }, own) => (/^timestamp\b[^[]*$/.test(type) ? sql`${own}::text` : own),
  selected,
  uniqueKeys: listPostgresUniqueNotNullKeys,
  countUniqueKeys,
  lockRows: sql`FOR SHARE`,
  skipPresent: (_, key) => sql`\nON CONFLICT (${joinSql(key.map((name) => sqlName(name)))}) DO NOTHING`,
  isSameName: (one, other) => one === other,
  text: (statement) => renderSql(statement, postgresSqlNotation).text,
}

export const derivePostgresDataStepStatement: Dialect['derive'] = (step, state) => deriveDataStepStatement(step, state, RULES)

function literal(value: LiteralValue): SqlStatement {
  if (typeof value !== 'string') return nonTextLiteralSql(value)
  const quoted = value.replaceAll("'", "''")
  // A literal of the form E'…' has the same meaning with every value of the setting standard_conforming_strings.
  return sqlVerbatim(value.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`)
}

// Matches the types without an equality operator, and the types whose operator ignores differences: citext ignores case, and box
// and circle compare areas.
const AS_TEXT = /^(?:json|xml|point|line|lseg|box|path|polygon|circle|(?:.*\.)?"?citext"?)(?:\[\])*$/
// Matches the types for which an assignment rounds the value. The comparison of the old and the new value therefore converts the
// value in the same way.
const CONVERTED = /^(?:smallint|integer|bigint|real|double precision|numeric|date|time|timestamp|interval)\b/

function differs({ type, collation }: ColumnObject, own: SqlStatement, value: SqlStatement): SqlStatement {
  if (AS_TEXT.test(type)) return sql`${own}::text IS DISTINCT FROM ${value}::text`
  // Two different texts can be equal in a collation. The collation "C" compares bytes, so only the same text is equal.
  if (collation !== undefined) return sql`${own} COLLATE "C" IS DISTINCT FROM ${value}`
  if (CONVERTED.test(type)) return sql`${own} IS DISTINCT FROM ${value}::${sqlVerbatim(type)}`
  return sql`${own} IS DISTINCT FROM ${value}`
}

// A cast to a text type with a length would truncate a text. The condition therefore compares the present value and the new value
// of a column as texts of any length.
const TEXTS: readonly { readonly type: RegExp; readonly compared: SqlStatement }[] = [
  { type: /^(?:text|character varying(?:\(\d+\))?)$/, compared: sql`text` },
  { type: /^character(?:\(\d+\))?$/, compared: sql`bpchar` },
]

function matches({ type, collation }: ColumnObject, own: SqlStatement, value: SqlStatement): SqlStatement {
  const text = TEXTS.find((one) => one.type.test(type))
  if (!text) return sql`${own} = ${value}::${sqlVerbatim(type)}`
  // A comparison with a text column contains the collation of the column. With this collation, the server can use the index, and
  // reports no conflict between two collations.
  const named = collation === undefined ? sql`pg_catalog."default"` : sqlVerbatim(collation)
  return sql`${own} = ${value}::${text.compared} COLLATE ${named}`
}

/**
 * Returns a value with a cast to the type of the column, if the value is a literal. In a subquery, a text literal has the type
 * text, and the server does not assign a text to a column of another type.
 */
function selected({ type }: ColumnObject, value: SqlStatement, isLiteral: boolean): SqlStatement {
  return isLiteral && !TEXTS.some((one) => one.type.test(type)) ? sql`${value}::${sqlVerbatim(type)}` : value
}
