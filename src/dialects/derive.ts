import type { DerivedStep, UnfitDeclaration } from '../dialect/derive.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../dialect/sql.ts'
import type { DeclaredStep, DeclaredUpdate } from '../release/declared.ts'
import { type LiteralValue, piecesOfFragment, type SqlFragment } from '../release/fragment.ts'
import { type ColumnObject, tableGroupKey } from '../schema/object.ts'
import { findColumn, partitionedTablesAbove } from '../schema/partition.ts'
import type { SchemaState } from '../schema/state.ts'

/** How a dialect writes the parts of derived statements. */
export interface DeriveRules {
  /** A table, from its name in a state. */
  readonly table: (name: string) => SqlStatement
  readonly literal: (value: LiteralValue) => SqlStatement
  /** The condition that a column does not have this value yet. NULL is a value like any other. */
  readonly differs: (column: ColumnObject, own: SqlStatement, value: SqlStatement) => SqlStatement
  readonly isSameName: (one: string, other: string) => boolean
  /** The text of a statement without values. */
  readonly text: (statement: SqlStatement) => string
}

/** Derives the statement and the pending query of a declared data step. See `Dialect.derive`. */
export function deriveStep(step: DeclaredStep, state: SchemaState, rules: DeriveRules): DerivedStep | UnfitDeclaration {
  if (!hasTable(state, step.table)) return { problem: `the table ${step.table} does not exist when the step runs` }
  return DERIVE[step.kind](step, state, rules)
}

const DERIVE: { readonly [K in DeclaredStep['kind']]: Derive<Extract<DeclaredStep, { readonly kind: K }>> } = { update: deriveUpdate }

type Derive<Step> = (step: Step, state: SchemaState, rules: DeriveRules) => DerivedStep | UnfitDeclaration

function deriveUpdate({ table, set, where }: DeclaredUpdate, state: SchemaState, rules: DeriveRules): DerivedStep | UnfitDeclaration {
  const assigned = assignments(table, set, state, rules)
  if ('problem' in assigned) return assigned
  const { pairs } = assigned
  const written = pairs.map(({ column, value }) => sql`${sqlName(column.name)} = ${value}`)
  const differs = pairs.map(({ column, value }) => rules.differs(column, sqlName(column.name), value))
  const left = [...(where ? [inParentheses(where, rules)] : []), anyOf(differs)]
  const target = rules.table(table)
  const head = sql`UPDATE ${target} SET\n  ${joinSql([...written, ...unchanged(table, pairs, state)], sql`,\n  `)}\nWHERE `
  const tail = sql`\n  AND ${joinSql(left, sql`\n  AND `)}`
  const pending = sql`SELECT count(*) FROM ${target}\nWHERE ${joinSql(left, sql`\n  AND `)}`
  return { parts: [rules.text(head), rules.text(tail)], pending: rules.text(pending) }
}

interface Assignment {
  readonly column: ColumnObject
  readonly value: SqlStatement
}

function assignments(
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
    pairs.push({ column, value: inParentheses(fragment, rules) })
  }
  return { pairs }
}

/** Assignments that keep the columns which the server would set to the current time. */
function unchanged(table: string, assigned: readonly Assignment[], state: SchemaState): readonly SqlStatement[] {
  const set = new Set(assigned.map(({ column }) => column.name))
  const kept = columnsOf(state, table).filter(({ onUpdate, name }) => onUpdate !== undefined && !set.has(name))
  return kept.map(({ name }) => sql`${sqlName(name)} = ${sqlName(name)}`)
}

function hasTable(state: SchemaState, table: string): boolean {
  const group = state.groups.get(tableGroupKey(table))
  return [...(group?.values() ?? [])].some(({ kind }) => kind === 'table' || kind === 'partition')
}

function columnsOf(state: SchemaState, table: string): readonly ColumnObject[] {
  return [table, ...partitionedTablesAbove(state, table)].flatMap((one) =>
    [...(state.groups.get(tableGroupKey(one))?.values() ?? [])].filter((object) => object.kind === 'column'),
  )
}

function anyOf(conditions: readonly SqlStatement[]): SqlStatement {
  const [first, ...rest] = conditions
  return first && rest.length === 0 ? first : sql`(${joinSql(conditions, sql`\n    OR `)})`
}

/** The text of the author in parentheses. A comment at its end must not hide the closing one. */
function inParentheses(fragment: SqlFragment, rules: DeriveRules): SqlStatement {
  const pieces = piecesOfFragment(fragment).map((piece): SqlStatement => {
    if (piece.kind === 'name') return sqlName(...piece.path)
    if (piece.kind === 'literal') return rules.literal(piece.value)
    // An invalid piece was refused when the module was loaded.
    return sqlVerbatim(piece.kind === 'text' ? piece.text : '')
  })
  const isCommented = piecesOfFragment(fragment).some((piece) => piece.kind === 'text' && /--|#/.test(piece.text))
  return sql`(${joinSql(pieces, sql``)}${isCommented ? sql`\n` : sql``})`
}

/** A number, a truth value or NULL. All servers write them alike. */
export function plainLiteral(value: Exclude<LiteralValue, string>): SqlStatement {
  if (value === null) return sql`NULL`
  if (typeof value === 'boolean') return value ? sql`TRUE` : sql`FALSE`
  // Two minus signs would begin a comment.
  return value < 0 ? sql`(${sqlVerbatim(String(value))})` : sqlVerbatim(String(value))
}
