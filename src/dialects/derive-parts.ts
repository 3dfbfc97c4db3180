import type { UnfitDeclaration } from '../dialect/derive.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../dialect/sql.ts'
import { type LiteralValue, piecesOfFragment, type SqlFragment } from '../release/fragment.ts'
import { type ColumnObject, tableGroupKey } from '../schema/object.ts'
import { findColumn, partitionedTablesAbove } from '../schema/partition.ts'
import type { SchemaState } from '../schema/state.ts'

/** How a dialect writes the parts of derived statements. */
export interface DeriveRules {
  /** Writes the SQL name of a table, from the name in a schema state. */
  readonly table: (name: string) => SqlStatement
  readonly literal: (value: LiteralValue) => SqlStatement
  /** The condition that a column does not have this value yet. NULL is a value like any other. */
  readonly differs: (column: ColumnObject, own: SqlStatement, value: SqlStatement) => SqlStatement
  /** The condition that a column of a unique key has this value. The server can find the row with an index. */
  readonly matches: (column: ColumnObject, own: SqlStatement, value: SqlStatement) => SqlStatement
  /** The value of a column in a list of selected values. A literal has no type of its own there. */
  readonly selected: (column: ColumnObject, value: SqlStatement, isLiteral: boolean) => SqlStatement
  /** The columns of each unique key of a table in which every column is NOT NULL, the primary key first. */
  readonly uniqueKeys: (state: SchemaState, table: string) => readonly (readonly string[])[]
  /** The number of all unique keys of a table, with those that have nullable columns. */
  readonly countUniqueKeys: (state: SchemaState, table: string) => number
  /** The clause at the end of a SELECT that locks its rows against changes. */
  readonly lockRows: SqlStatement
  /** The clause at the end of an INSERT which skips a row whose key was added meanwhile. Empty if the server has no safe clause. */
  readonly skipPresent: (table: SqlStatement, key: readonly string[], isOnlyUniqueKey: boolean) => SqlStatement
  /** A column as code receives it: a value that JavaScript does not hold exactly becomes a text. */
  readonly exact: (column: ColumnObject, own: SqlStatement) => SqlStatement
  readonly isSameName: (one: string, other: string) => boolean
  /** The text of a statement without values. */
  readonly text: (statement: SqlStatement) => string
}

/** A column, and the SQL of the value that a declaration gives it. */
export interface Assignment {
  readonly column: ColumnObject
  readonly value: SqlStatement
  readonly isLiteral: boolean
}

/** Finds the columns of a declaration. */
export function assignColumns(
  table: string,
  set: Readonly<Record<string, SqlFragment>>,
  state: SchemaState,
  rules: DeriveRules,
): { readonly pairs: readonly Assignment[] } | UnfitDeclaration {
  const pairs: Assignment[] = []
  for (const [name, fragment] of Object.entries(set)) {
    const column = findColumn(state, table, name) ?? columnsOf(state, table).find((one) => rules.isSameName(one.name, name))
    if (!column) return { problem: `the table ${table} has no column ${name} when the step runs`, fragment }
    if (column.generated) return { problem: `the server computes the column ${name} of ${table}, so it cannot be set`, fragment }
    pairs.push({ column, value: inParentheses(fragment, rules), isLiteral: isLiteral(fragment) })
  }
  return { pairs }
}

/** True if the schema has a table or a partition of this name. */
export function hasTable(state: SchemaState, table: string): boolean {
  const group = state.groups.get(tableGroupKey(table))
  return [...(group?.values() ?? [])].some(({ kind }) => kind === 'table' || kind === 'partition')
}

/** The columns of a table, with those that a partition has from its partitioned tables. */
export function columnsOf(state: SchemaState, table: string): readonly ColumnObject[] {
  return [table, ...partitionedTablesAbove(state, table)].flatMap((one) =>
    [...(state.groups.get(tableGroupKey(one))?.values() ?? [])].filter((object) => object.kind === 'column'),
  )
}

/** The condition that at least one of the conditions holds. */
export function anyOf(conditions: readonly SqlStatement[]): SqlStatement {
  const [first, ...rest] = conditions
  return first && rest.length === 0 ? first : sql`(${joinSql(conditions, sql`\n    OR `)})`
}

/** Puts the text of the author in parentheses. The closing parenthesis stands on its own line, because the text can end with a comment. */
export function inParentheses(fragment: SqlFragment, rules: DeriveRules): SqlStatement {
  const pieces = piecesOfFragment(fragment).map((piece): SqlStatement => {
    if (piece.kind === 'name') return sqlName(...piece.path)
    if (piece.kind === 'literal') return rules.literal(piece.value)
    // The loader of the module has refused invalid pieces already, so none arrives here.
    return sqlVerbatim(piece.kind === 'text' ? piece.text : '')
  })
  const isCommented = piecesOfFragment(fragment).some((piece) => piece.kind === 'text' && /--|#/.test(piece.text))
  return sql`(${joinSql(pieces, sql``)}${isCommented ? sql`\n` : sql``})`
}

// Matches a text or NULL, written in the SQL of an author.
const LITERAL = /^\s*(?:'(?:[^']|'')*'|null)\s*$/i

function isLiteral(fragment: SqlFragment): boolean {
  const [piece, ...rest] = piecesOfFragment(fragment)
  if (!piece || rest.length > 0) return false
  return piece.kind === 'literal'
    ? piece.value === null || typeof piece.value === 'string'
    : piece.kind === 'text' && LITERAL.test(piece.text)
}
