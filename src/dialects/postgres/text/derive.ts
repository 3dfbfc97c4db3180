import type { Dialect } from '../../../dialect/dialect.ts'
import { joinSql, renderSql, type SqlStatement, sql, sqlName, sqlTableName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { LiteralValue } from '../../../release/fragment.ts'
import type { ColumnObject } from '../../../schema/object.ts'
import { deriveStep, plainLiteral } from '../../derive.ts'
import type { DeriveRules } from '../../derive-parts.ts'
import { countUniqueKeys } from '../../walk-key.ts'
import { listPostgresUniqueKeys } from '../ranges/key.ts'
import { postgresNotation } from './notation.ts'

const RULES: DeriveRules = {
  table: sqlTableName,
  literal,
  differs,
  matches,
  // The driver would cut the microseconds.
  exact: ({ type }, own) => (/^timestamp\b[^[]*$/.test(type) ? sql`${own}::text` : own),
  selected,
  uniqueKeys: listPostgresUniqueKeys,
  countUniqueKeys,
  lockRows: sql`FOR SHARE`,
  skipPresent: (_, key) => sql`\nON CONFLICT (${joinSql(key.map((name) => sqlName(name)))}) DO NOTHING`,
  isSameName: (one, other) => one === other,
  text: (statement) => renderSql(statement, postgresNotation).text,
}

export const derivePostgresStep: Dialect['derive'] = (step, state) => deriveStep(step, state, RULES)

function literal(value: LiteralValue): SqlStatement {
  if (typeof value !== 'string') return plainLiteral(value)
  const quoted = value.replaceAll("'", "''")
  // The form E'…' does not depend on the setting standard_conforming_strings.
  return sqlVerbatim(value.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`)
}

// The types without an equality, or with one that ignores differences: citext ignores case, and box and circle compare areas.
const AS_TEXT = /^(?:json|xml|point|line|lseg|box|path|polygon|circle|(?:.*\.)?"?citext"?)(?:\[\])*$/
// An assignment rounds to these types, so the value is compared after the same conversion.
const CONVERTED = /^(?:smallint|integer|bigint|real|double precision|numeric|date|time|timestamp|interval)\b/

function differs({ type, collation }: ColumnObject, own: SqlStatement, value: SqlStatement): SqlStatement {
  if (AS_TEXT.test(type)) return sql`${own}::text IS DISTINCT FROM ${value}::text`
  // A collation can hold texts for equal that differ. The collation "C" compares bytes.
  if (collation !== undefined) return sql`${own} COLLATE "C" IS DISTINCT FROM ${value}`
  if (CONVERTED.test(type)) return sql`${own} IS DISTINCT FROM ${value}::${sqlVerbatim(type)}`
  return sql`${own} IS DISTINCT FROM ${value}`
}

// A cast to a type with a length would cut a text, so it is compared as a text of any length.
const TEXTS: readonly { readonly type: RegExp; readonly compared: SqlStatement }[] = [
  { type: /^(?:text|character varying(?:\(\d+\))?)$/, compared: sql`text` },
  { type: /^character(?:\(\d+\))?$/, compared: sql`bpchar` },
]

function matches({ type, collation }: ColumnObject, own: SqlStatement, value: SqlStatement): SqlStatement {
  const text = TEXTS.find((one) => one.type.test(type))
  if (!text) return sql`${own} = ${value}::${sqlVerbatim(type)}`
  // The collation of the column, so that the server can use the index and does not find two collations.
  const named = collation === undefined ? sql`pg_catalog."default"` : sqlVerbatim(collation)
  return sql`${own} = ${value}::${text.compared} COLLATE ${named}`
}

/** A text literal in a subquery has the type text, which is not assigned to a column of another type. */
function selected({ type }: ColumnObject, value: SqlStatement, isLiteral: boolean): SqlStatement {
  return isLiteral && !TEXTS.some((one) => one.type.test(type)) ? sql`${value}::${sqlVerbatim(type)}` : value
}
