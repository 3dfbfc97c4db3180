import type { Dialect } from '../../../dialect/dialect.ts'
import { renderSql, type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'
import type { LiteralValue } from '../../../release/fragment.ts'
import type { ColumnObject } from '../../../schema/object.ts'
import { type DeriveRules, deriveStep, plainLiteral } from '../../derive.ts'
import { sqlNameOfExistingTable } from '../catalog/table-name.ts'
import { postgresNotation } from './notation.ts'

const RULES: DeriveRules = {
  table: sqlNameOfExistingTable,
  literal,
  differs,
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
