import type { DerivedDataStepStatement, ReasonDeclarationDoesNotFitSchema } from '../dialect/derive.ts'
import { joinSql, type SqlStatement, sql, sqlName } from '../dialect/sql.ts'
import type { DeclaredCopy } from '../release/declared.ts'
import type { ColumnObject } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import {
  type ColumnAssignment,
  inParentheses,
  joinSqlConditionsWithOr,
  resolveColumnAssignments,
  type StatementDerivationRules,
} from './derive-parts.ts'

/**
 * Derives two texts from the declaration of a data step that copies rows into a target table. The statement copies the rows that
 * have no copy in the target table. The pending query counts the rows without an equal copy. Returns a problem if the declaration
 * does not fit the schema. In both texts, a subquery reads the source table, so every column name in the author's expressions
 * means a column of the source table. The statement locks the rows that it reads. Without the lock, the application could change
 * a row before the copy is committed, and the triggers of expand would not find the copy.
 */
export function deriveCopyStatementAndPendingQuery(
  step: DeclaredCopy,
  state: SchemaState,
  rules: StatementDerivationRules,
): DerivedDataStepStatement | ReasonDeclarationDoesNotFitSchema {
  const assigned = resolveColumnAssignments(step.into, step.select, state, rules)
  if ('problem' in assigned) return assigned
  const { pairs } = assigned
  const key = chooseKey(step, pairs, state, rules)
  if ('problem' in key) return key
  const target = rules.table(step.into)
  const values = joinSql(pairs.map((one) => selected(one, rules)))
  const only = step.where ? sql`\n    AND ${inParentheses(step.where, rules)}` : sql``
  const matches = key.columns.map((column) => rules.matches(column, present(column), picked(column)))
  const rest = pairs.map(({ column }) => column).filter((column) => !key.columns.includes(column))
  const differs = rest.map((column) => rules.differs(column, present(column), picked(column)))
  const head = sql`INSERT INTO ${target} (${joinSql(pairs.map(({ column }) => sqlName(column.name)))})
SELECT ${joinSql(pairs.map(({ column }) => picked(column)))}
FROM (
  SELECT ${values}
  FROM ${rules.table(step.from)}
  WHERE `
  const skip = rules.skipPresent(
    target,
    key.columns.map(({ name }) => name),
    key.isOnly,
  )
  const tail = sql`${only}
  ${rules.lockRows}
) AS picked
WHERE NOT EXISTS (SELECT 1 FROM ${target} AS present WHERE ${joinSql(matches, sql` AND `)})${skip}`
  const equal = [...matches, ...(differs.length > 0 ? [sql`NOT ${joinSqlConditionsWithOr(differs.map((one) => sql`(${one})`))}`] : [])]
  const counting = sql`SELECT count(*)
FROM (
  SELECT ${values}
  FROM ${rules.table(step.from)}`
  const without = sql`
) AS picked
WHERE NOT EXISTS (SELECT 1 FROM ${target} AS present WHERE ${joinSql(equal, sql`\n  AND `)})`
  const pending = sql`${counting}${step.where ? sql`\n  WHERE ${inParentheses(step.where, rules)}` : sql``}${without}`
  return {
    parts: [rules.text(head), rules.text(tail)],
    pending: rules.text(pending),
    counted: [rules.text(sql`${counting}\n  WHERE `), rules.text(sql`${only}${without}`)],
  }
}

function selected({ column, value, isLiteral }: ColumnAssignment, rules: StatementDerivationRules): SqlStatement {
  return sql`${rules.selected(column, value, isLiteral)} AS ${sqlName(column.name)}`
}

/** Returns the SQL for a column of the subquery `picked`, which selects the rows of the source table. */
function picked({ name }: ColumnObject): SqlStatement {
  return sql`picked.${sqlName(name)}`
}

/** Returns the SQL for a column of the target table, which the derived statement calls `present`. */
function present({ name }: ColumnObject): SqlStatement {
  return sql`present.${sqlName(name)}`
}

interface CopyKey {
  readonly columns: readonly ColumnObject[]
  /**
   * True if the target table has only this unique key. Only then can MySQL and MariaDB skip rows whose key exists already,
   * because their clause for this purpose applies to all unique keys of the table.
   */
  readonly isOnly: boolean
}

function chooseKey(
  { into, on }: DeclaredCopy,
  pairs: readonly ColumnAssignment[],
  state: SchemaState,
  rules: StatementDerivationRules,
): CopyKey | ReasonDeclarationDoesNotFitSchema {
  const keys = rules.uniqueKeys(state, into)
  const columns = pairs.map(({ column }) => column)
  const among = (names: readonly string[]) => names.map((name) => columns.find((column) => rules.isSameName(column.name, name)))
  const usable = keys.filter((key) => among(key).every((column) => column !== undefined))
  const wanted = on ? usable.find((key) => isSameSet(key, on, rules)) : usable[0]
  const written = keys.map((key) => `(${key.join(', ')})`).join(' or ')
  if (wanted) return { columns: among(wanted).flatMap((column) => column ?? []), isOnly: rules.countUniqueKeys(state, into) === 1 }
  if (keys.length === 0) return { problem: `${into} has no unique key of NOT NULL columns, which tells whether a row is copied` }
  if (on) return { problem: `"on" names no unique key of ${into} whose columns are all in "select"; the keys are: ${written}` }
  return { problem: `"select" sets all columns of no unique key of ${into}, which tells whether a row is copied; the keys are: ${written}` }
}

function isSameSet(one: readonly string[], other: readonly string[], { isSameName }: StatementDerivationRules): boolean {
  return one.length === other.length && one.every((name) => other.some((also) => isSameName(name, also)))
}
