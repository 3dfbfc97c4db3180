import type { DeclaredReading, DerivedStep, StepToDerive, UnfitDeclaration } from '../dialect/derive.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../dialect/sql.ts'
import type { DeclaredUpdate } from '../release/declared.ts'
import type { LiteralValue } from '../release/fragment.ts'
import type { ColumnObject } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import { deriveCopy } from './derive-copy.ts'
import { type Assignment, anyOf, assignColumns, columnsOf, type DeriveRules, hasTable, inParentheses } from './derive-parts.ts'

/** Derives the statement and the pending query of a declared data step. See `Dialect.derive`. */
export function deriveStep(step: StepToDerive, state: SchemaState, rules: DeriveRules): DerivedStep | UnfitDeclaration {
  for (const table of step.kind === 'copy' ? [step.from, step.into] : [step.table]) {
    if (!hasTable(state, table)) return { problem: `the table ${table} does not exist when the step runs` }
  }
  if (step.kind === 'code') return deriveReading(step, state, rules)
  return step.kind === 'copy' ? deriveCopy(step, state, rules) : deriveUpdate(step, state, rules)
}

function deriveUpdate({ table, set, where }: DeclaredUpdate, state: SchemaState, rules: DeriveRules): DerivedStep | UnfitDeclaration {
  const assigned = assignColumns(table, set, state, rules)
  if ('problem' in assigned) return assigned
  const { pairs } = assigned
  const written = pairs.map(({ column, value }) => sql`${sqlName(column.name)} = ${value}`)
  const differs = pairs.map(({ column, value }) => rules.differs(column, sqlName(column.name), value))
  const left = [...(where ? [inParentheses(where, rules)] : []), anyOf(differs)]
  const target = rules.table(table)
  const head = sql`UPDATE ${target} SET\n  ${joinSql([...written, ...unchanged(table, pairs, state)], sql`,\n  `)}\nWHERE `
  const tail = sql`\n  AND ${joinSql(left, sql`\n  AND `)}`
  const counting = sql`SELECT count(*) FROM ${target}\nWHERE `
  const pending = sql`${counting}${joinSql(left, sql`\n  AND `)}`
  return { parts: [rules.text(head), rules.text(tail)], pending: rules.text(pending), counted: [rules.text(counting), rules.text(tail)] }
}

/** Derives the query that reads and locks the rows of a batch for the code of the author. */
function deriveReading(
  { table, columns, where, key = [] }: DeclaredReading,
  state: SchemaState,
  rules: DeriveRules,
): DerivedStep | UnfitDeclaration {
  const all = columnsOf(state, table)
  const names = columns ? [...key, ...columns] : all.map(({ name }) => name)
  const read = new Set<ColumnObject>()
  for (const name of names) {
    const column = all.find((one) => rules.isSameName(one.name, name))
    if (!column) return { problem: `the table ${table} has no column ${name} when the step runs` }
    read.add(column)
  }
  const alias = table.slice(table.indexOf('.') + 1)
  const values = [...read].map((column) => sql`${rules.exact(column, sqlName(alias, column.name))} AS ${sqlName(column.name)}`)
  const head = sql`SELECT ${joinSql(values)}\nFROM ${rules.table(table)}\nWHERE `
  const order = key.length === 0 ? sql`` : sql`\nORDER BY ${joinSql(key.map((name) => sqlName(alias, name)))}`
  const tail = sql`${where ? sql`\n  AND ${inParentheses(where, rules)}` : sql``}${order}\nFOR UPDATE`
  return { parts: [rules.text(head), rules.text(tail)] }
}

/** Assignments that keep the columns which the server would set to the current time. */
function unchanged(table: string, assigned: readonly Assignment[], state: SchemaState): readonly SqlStatement[] {
  const set = new Set(assigned.map(({ column }) => column.name))
  const kept = columnsOf(state, table).filter(({ onUpdate, name }) => onUpdate !== undefined && !set.has(name))
  return kept.map(({ name }) => sql`${sqlName(name)} = ${sqlName(name)}`)
}

/** Writes a number, a truth value or NULL as SQL, in the form that all servers accept. */
export function plainLiteral(value: Exclude<LiteralValue, string>): SqlStatement {
  if (value === null) return sql`NULL`
  if (typeof value === 'boolean') return value ? sql`TRUE` : sql`FALSE`
  // Parentheses around a negative number keep two minus signs apart, because two minus signs begin a comment.
  return value < 0 ? sql`(${sqlVerbatim(String(value))})` : sqlVerbatim(String(value))
}
