import type {
  BatchCodeRowSelection,
  DataStepToDerive,
  DerivedDataStepStatement,
  ReasonDeclarationDoesNotFitSchema,
} from '../dialect/derive.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../dialect/sql.ts'
import type { DeclaredUpdate } from '../release/declared.ts'
import type { LiteralValue } from '../release/fragment.ts'
import type { ColumnObject } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import { deriveCopyStatementAndPendingQuery } from './derive-copy.ts'
import {
  type ColumnAssignment,
  columnsOfTable,
  inParentheses,
  joinSqlConditionsWithOr,
  resolveColumnAssignments,
  type StatementDerivationRules,
  stateHasTable,
} from './derive-parts.ts'

/**
 * Derives the statement of a declared data step from its declaration. The result also contains the pending query, which counts
 * the rows that the step has not changed yet, except for a step in which the author's code writes the rows. Returns a problem if
 * the declaration does not fit the schema, for example if the declaration names a table that `state` does not contain.
 */
export function deriveDataStepStatement(
  step: DataStepToDerive,
  state: SchemaState,
  rules: StatementDerivationRules,
): DerivedDataStepStatement | ReasonDeclarationDoesNotFitSchema {
  for (const table of step.kind === 'copy' ? [step.from, step.into] : [step.table]) {
    if (!stateHasTable(state, table)) return { problem: `the table ${table} does not exist when the step runs` }
  }
  if (step.kind === 'code') return deriveReading(step, state, rules)
  return step.kind === 'copy' ? deriveCopyStatementAndPendingQuery(step, state, rules) : deriveUpdate(step, state, rules)
}

function deriveUpdate(
  { table, set, where }: DeclaredUpdate,
  state: SchemaState,
  rules: StatementDerivationRules,
): DerivedDataStepStatement | ReasonDeclarationDoesNotFitSchema {
  const assigned = resolveColumnAssignments(table, set, state, rules)
  if ('problem' in assigned) return assigned
  const { pairs } = assigned
  const written = pairs.map(({ column, value }) => sql`${sqlName(column.name)} = ${value}`)
  const differs = pairs.map(({ column, value }) => rules.differs(column, sqlName(column.name), value))
  const left = [...(where ? [inParentheses(where, rules)] : []), joinSqlConditionsWithOr(differs)]
  const target = rules.table(table)
  const head = sql`UPDATE ${target} SET\n  ${joinSql([...written, ...unchanged(table, pairs, state)], sql`,\n  `)}\nWHERE `
  const tail = sql`\n  AND ${joinSql(left, sql`\n  AND `)}`
  const counting = sql`SELECT count(*) FROM ${target}\nWHERE `
  const pending = sql`${counting}${joinSql(left, sql`\n  AND `)}`
  return { parts: [rules.text(head), rules.text(tail)], pending: rules.text(pending), counted: [rules.text(counting), rules.text(tail)] }
}

/** Derives the query that reads and locks the rows of a batch. The code of the migration's author receives these rows. */
function deriveReading(
  { table, columns, where, key = [] }: BatchCodeRowSelection,
  state: SchemaState,
  rules: StatementDerivationRules,
): DerivedDataStepStatement | ReasonDeclarationDoesNotFitSchema {
  const all = columnsOfTable(state, table)
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

/**
 * Returns the assignment `c = c` for each column `c` with ON UPDATE CURRENT_TIMESTAMP that the author does not assign. Without
 * the assignment, the server would set the column to the current time.
 */
function unchanged(table: string, assigned: readonly ColumnAssignment[], state: SchemaState): readonly SqlStatement[] {
  const set = new Set(assigned.map(({ column }) => column.name))
  const kept = columnsOfTable(state, table).filter(({ onUpdate, name }) => onUpdate !== undefined && !set.has(name))
  return kept.map(({ name }) => sql`${sqlName(name)} = ${sqlName(name)}`)
}

/** Returns a number, a boolean or NULL as SQL that all servers accept. */
export function nonTextLiteralSql(value: Exclude<LiteralValue, string>): SqlStatement {
  if (value === null) return sql`NULL`
  if (typeof value === 'boolean') return value ? sql`TRUE` : sql`FALSE`
  // The result contains a negative number in parentheses. If a minus sign precedes the result, two minus signs would otherwise
  // begin a comment.
  return value < 0 ? sql`(${sqlVerbatim(String(value))})` : sqlVerbatim(String(value))
}
