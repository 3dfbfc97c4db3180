import type { ReasonDeclarationDoesNotFitSchema } from '../dialect/derive.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../dialect/sql.ts'
import { type LiteralValue, piecesOfFragment, type SqlFragment } from '../release/fragment.ts'
import { type ColumnObject, tableGroupKey } from '../schema/object.ts'
import { findColumnInState, partitionedTablesAbove } from '../schema/partition.ts'
import type { SchemaState } from '../schema/state.ts'

/** The SQL that differs between the servers when the engine derives statements from the declaration of a data step. */
export interface StatementDerivationRules {
  /** Writes the SQL name of a table. `name` is the name of the table in a schema state. */
  readonly table: (name: string) => SqlStatement
  readonly literal: (value: LiteralValue) => SqlStatement
  /** Writes the condition that the value of the column `own` differs from `value`. The condition treats NULL as a value. */
  readonly differs: (column: ColumnObject, own: SqlStatement, value: SqlStatement) => SqlStatement
  /**
   * Writes the condition that the key column `own` equals `value`. The condition has a form for which the server can use the
   * index of the key.
   */
  readonly matches: (column: ColumnObject, own: SqlStatement, value: SqlStatement) => SqlStatement
  /**
   * Writes `value` for a SELECT list. If the server cannot derive the type of a literal, the result casts the literal to the type
   * of `column`.
   */
  readonly selected: (column: ColumnObject, value: SqlStatement, isLiteral: boolean) => SqlStatement
  /**
   * Returns the unique keys of a table that contain only NOT NULL columns, each as a list of its columns. The primary key is
   * first.
   */
  readonly uniqueKeys: (state: SchemaState, table: string) => readonly (readonly string[])[]
  /** Returns the number of all unique keys of a table, including the keys with nullable columns. */
  readonly countUniqueKeys: (state: SchemaState, table: string) => number
  /** The clause at the end of a SELECT that locks the selected rows against changes. */
  readonly lockRows: SqlStatement
  /**
   * Writes the clause at the end of an INSERT that skips a row if another transaction has added a row with the same key. Returns
   * empty SQL if the server has no clause that skips only rows with this key.
   */
  readonly skipPresent: (table: SqlStatement, key: readonly string[], isOnlyUniqueKey: boolean) => SqlStatement
  /**
   * Writes the column `own` for a query whose rows JavaScript code receives. If the driver would lose digits of the value, the
   * SQL converts the value to text.
   */
  readonly exact: (column: ColumnObject, own: SqlStatement) => SqlStatement
  readonly isSameName: (one: string, other: string) => boolean
  /** Returns the text of a statement that contains no values. */
  readonly text: (statement: SqlStatement) => string
}

/** A column, and the SQL of the value that a declaration assigns to the column. */
export interface ColumnAssignment {
  readonly column: ColumnObject
  readonly value: SqlStatement
  /**
   * True for a string literal and for NULL. In a SELECT list, the server cannot derive the type of a string literal or of NULL.
   */
  readonly isLiteral: boolean
}

/**
 * Returns the columns to which a declaration assigns values, each with the SQL of its value. Returns a problem if a column does
 * not exist or is a generated column.
 */
export function resolveColumnAssignments(
  table: string,
  set: Readonly<Record<string, SqlFragment>>,
  state: SchemaState,
  rules: StatementDerivationRules,
): { readonly pairs: readonly ColumnAssignment[] } | ReasonDeclarationDoesNotFitSchema {
  const pairs: ColumnAssignment[] = []
  for (const [name, fragment] of Object.entries(set)) {
    const column = findColumnInState(state, table, name) ?? columnsOfTable(state, table).find((one) => rules.isSameName(one.name, name))
    if (!column) return { problem: `the table ${table} has no column ${name} when the step runs`, fragment }
    if (column.generated) return { problem: `the server computes the column ${name} of ${table}, so it cannot be set`, fragment }
    pairs.push({ column, value: inParentheses(fragment, rules), isLiteral: isLiteral(fragment) })
  }
  return { pairs }
}

/** Returns true if the schema has a table or a partition with the given name. */
export function stateHasTable(state: SchemaState, table: string): boolean {
  const group = state.groups.get(tableGroupKey(table))
  return [...(group?.values() ?? [])].some(({ kind }) => kind === 'table' || kind === 'partition')
}

/**
 * Returns the columns of a table. For a partition, the result includes the columns of the partitioned tables above the partition.
 */
export function columnsOfTable(state: SchemaState, table: string): readonly ColumnObject[] {
  return [table, ...partitionedTablesAbove(state, table)].flatMap((one) =>
    [...(state.groups.get(tableGroupKey(one))?.values() ?? [])].filter((object) => object.kind === 'column'),
  )
}

/** Returns the condition that at least one of the given conditions is true. */
export function joinSqlConditionsWithOr(conditions: readonly SqlStatement[]): SqlStatement {
  const [first, ...rest] = conditions
  return first && rest.length === 0 ? first : sql`(${joinSql(conditions, sql`\n    OR `)})`
}

/**
 * Returns the author's SQL in parentheses. If the SQL can contain a comment, the closing parenthesis is on a line of its own, so
 * that it is not part of the comment.
 */
export function inParentheses(fragment: SqlFragment, rules: StatementDerivationRules): SqlStatement {
  const pieces = piecesOfFragment(fragment).map((piece): SqlStatement => {
    if (piece.kind === 'name') return sqlName(...piece.path)
    if (piece.kind === 'literal') return rules.literal(piece.value)
    // A piece of a SQL fragment cannot be invalid here, because the engine refuses invalid pieces when it loads the migration
    // module.
    return sqlVerbatim(piece.kind === 'text' ? piece.text : '')
  })
  const isCommented = piecesOfFragment(fragment).some((piece) => piece.kind === 'text' && /--|#/.test(piece.text))
  return sql`(${joinSql(pieces, sql``)}${isCommented ? sql`\n` : sql``})`
}

// Matches SQL of an author that consists only of a string literal or NULL.
const LITERAL = /^\s*(?:'(?:[^']|'')*'|null)\s*$/i

function isLiteral(fragment: SqlFragment): boolean {
  const [piece, ...rest] = piecesOfFragment(fragment)
  if (!piece || rest.length > 0) return false
  return piece.kind === 'literal'
    ? piece.value === null || typeof piece.value === 'string'
    : piece.kind === 'text' && LITERAL.test(piece.text)
}
