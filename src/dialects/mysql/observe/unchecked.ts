import type { DatabaseSession } from '../../../dialect/dialect.ts'
import type { RowWrite } from '../../../effect/row-write.ts'
import type { CheckObject, ForeignKeyObject, KeyObject, SchemaObject } from '../../../schema/object.ts'
import { tableGroupKey } from '../../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { findMysqlMigrationFileSetting } from '../session/settings.ts'
import type { MysqlToken } from '../text/lexer.ts'
import { leadingWordsOfStatement } from '../text/manner.ts'

/** The session settings with which a migration file can switch off the server's checks of rows. */
const CHECK_SETTINGS = ['foreign_key_checks', 'unique_checks', 'check_constraint_checks'] as const
export type MysqlRowCheckSettingName = (typeof CHECK_SETTINGS)[number]

/**
 * Returns the checks of rows that the migration file has switched off in its session, or that one of the statements switches off.
 */
export function findSwitchedOffRowChecks(
  session: DatabaseSession,
  statements: readonly (readonly MysqlToken[])[],
): ReadonlySet<MysqlRowCheckSettingName> {
  const isOff = (one: MysqlRowCheckSettingName) => {
    const made = findMysqlMigrationFileSetting(session, one)
    return (made !== undefined && !ON.test(made)) || statements.some((tokens) => switchesOff(tokens, one))
  }
  return new Set(CHECK_SETTINGS.filter(isOff))
}

const ON = /^(?:1|ON|TRUE|DEFAULT)$/i

/**
 * Returns true for a statement that switches a check of rows off, such as `SET foreign_key_checks = 0`. If the value is an
 * expression, the function returns true, because the value is unknown.
 */
function switchesOff(tokens: readonly MysqlToken[], one: MysqlRowCheckSettingName): boolean {
  if (leadingWordsOfStatement(tokens)[0] !== 'SET') return false
  return tokens.some((token, index) => {
    const isSwitch = token.kind !== 'string' && token.value.toUpperCase().replace(/^@@/, '') === one.toUpperCase()
    const next = tokens[index + 1]?.value === ':' ? index + 2 : index + 1
    return isSwitch && tokens[next]?.value === '=' && !ON.test((tokens[next + 1]?.value ?? '').replaceAll(/['"]/g, ''))
  })
}

/**
 * A statement that writes rows. The fields contain the first word of the statement, the tables that it writes, and the written
 * columns if the statement names the columns.
 */
export interface MysqlRowWritingStatement {
  readonly verb: string
  readonly tables: readonly string[]
  readonly columns?: readonly string[]
}

/**
 * Returns an entry for each foreign key, unique key and CHECK constraint that rows can violate after a write, because the
 * migration has switched off the server's check.
 */
export function findRulesPossiblyViolatedByRows(
  write: MysqlRowWritingStatement,
  off: ReadonlySet<MysqlRowCheckSettingName>,
  state: SchemaState,
): readonly RowWrite[] {
  if (off.size === 0 || !(TAKES.test(write.verb) || BRINGS.test(write.verb))) return []
  const rules = off.has('foreign_key_checks') ? [...objectsOfState(state)] : write.tables.flatMap((table) => [...hungOn(state, table)])
  return rules.flatMap((rule) => {
    if (rule.kind === 'foreign-key' && off.has('foreign_key_checks')) return brokenReference(rule, write)
    if ((rule.kind === 'unique' || rule.kind === 'primary-key') && off.has('unique_checks')) return brokenKey(rule, write)
    return rule.kind === 'check' && off.has('check_constraint_checks') ? brokenCheck(rule, write) : []
  })
}

function* hungOn(state: SchemaState, table: string): Generator<SchemaObject> {
  yield* state.groups.get(tableGroupKey(table))?.values() ?? []
}

const TAKES = /^(?:DELETE|TRUNCATE|DROP|UPDATE|REPLACE|WITH)$/
const BRINGS = /^(?:INSERT|UPDATE|REPLACE|LOAD|WITH)$/

function brokenReference({ table, columns, references }: ForeignKeyObject, write: MysqlRowWritingStatement): readonly RowWrite[] {
  const takes = TAKES.test(write.verb) && write.tables.includes(references.table) && reaches(write, references.columns)
  const brings = BRINGS.test(write.verb) && write.tables.includes(table) && reaches(write, columns)
  // A statement that drops or empties a table violates no foreign key of this table, because afterwards the table has no rows.
  const goes = /^(?:DROP|TRUNCATE)$/.test(write.verb) && write.tables.includes(table)
  const how = `${write.verb} ${takes ? `of ${references.table} ` : ''}under foreign_key_checks = 0: rows may refer to nothing`
  return (takes || brings) && !goes ? [{ table, columns, rewrites: how }] : []
}

function brokenKey({ table, columns, name }: KeyObject, write: MysqlRowWritingStatement): readonly RowWrite[] {
  const isReached = BRINGS.test(write.verb) && write.tables.includes(table) && reaches(write, columns)
  return isReached ? [{ table, rewrites: `${write.verb} under unique_checks = 0: rows may be equal in ${name}` }] : []
}

function brokenCheck({ table, name }: CheckObject, write: MysqlRowWritingStatement): readonly RowWrite[] {
  const isReached = BRINGS.test(write.verb) && write.tables.includes(table)
  return isReached ? [{ table, rewrites: `${write.verb} under check_constraint_checks = 0: rows may break ${name || 'a check'}` }] : []
}

function reaches({ verb, columns }: MysqlRowWritingStatement, rule: readonly string[]): boolean {
  if (verb !== 'UPDATE' || columns === undefined) return true
  return columns.some((column) => rule.some((one) => one.toUpperCase() === column.toUpperCase()))
}
