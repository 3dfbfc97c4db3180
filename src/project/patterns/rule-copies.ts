import type { ConstraintOrIndex } from '../../dialect/online-writer.ts'
import { sqlName } from '../../dialect/sql.ts'
import { effectsOfDifference } from '../../effect/catalog.ts'
import { columnOfIndexKey } from '../../effect/index-key.ts'
import { makeEffectContext } from '../../effect/surroundings.ts'
import { escapeForRegularExpression } from '../../regular-expression.ts'
import { applyDifferences, type Difference } from '../../schema/difference.ts'
import { type CheckObject, formatObjectName, groupKeyOf } from '../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../schema/state.ts'
import { findTableCopyReason } from '../../schema/table-copy.ts'
import {
  joinPatternFileParts,
  makePatternFilePart,
  makeSmallTableDeclaration,
  OUTSIDE_TRANSACTION_DECLARATION,
  type PatternFilePart,
  type ReplacementColumn,
} from './part-of-file.ts'
import { MAX_PATTERN_OBJECT_NAME_LENGTH } from './pattern.ts'
import type { RecordedColumn } from './recorded-table.ts'
import { type ColumnToRename, renameColumnInExpression } from './rename-in-sql.ts'

/** The constraints and indexes of a column, copied for the new column that replaces the old column. */
export interface CopiedConstraintsAndIndexes {
  /** The copies of constraints and indexes that expand creates. */
  readonly early: readonly ConstraintOrIndex[]
  readonly expand: PatternFilePart
  /** The statements of contract that create the copies which would restrict the old version of the application. */
  readonly late: PatternFilePart
}

/**
 * Returns the statements that create the constraints and indexes of the recorded column again for the new column. `state` is the
 * recorded schema with the new column.
 */
export function planConstraintAndIndexCopies(
  recorded: RecordedColumn,
  to: ReplacementColumn,
  state: SchemaState,
  rules: readonly ConstraintOrIndex[],
): CopiedConstraintsAndIndexes {
  const copied = rules.filter((rule) => to.type === undefined || isFreeOfType(rule))
  const names = new Set(takenNames(recorded))
  const copies = copied.map((rule) => copyRule(recorded, to, rule, names))
  const early = copies.filter((rule) => isEarly(recorded, state, rule))
  const late = copies.filter((rule) => !early.includes(rule))
  const asked = rules
    .filter((rule) => !copied.includes(rule))
    .map(
      (rule) =>
        `The ${formatObjectName(rule)} contains ${recorded.column.name}, and its definition can depend on the type of the column. Write the statements here that create it for ${to.name}.`,
    )
  return {
    early,
    expand: joinPatternFileParts(
      early.map((rule) => createRule(recorded, addConstraintsAndIndexesToState(state, before(early, rule)), rule)),
    ),
    late: joinPatternFileParts([
      makePatternFilePart({ questions: asked }),
      ...late.map((rule) => createRule(recorded, addConstraintsAndIndexesToState(state, [...early, ...before(late, rule)]), rule)),
    ]),
  }
}

function before(rules: readonly ConstraintOrIndex[], rule: ConstraintOrIndex): readonly ConstraintOrIndex[] {
  return rules.slice(0, rules.indexOf(rule))
}

/** Returns the schema state with additional constraints and indexes. */
export function addConstraintsAndIndexesToState(state: SchemaState, rules: readonly ConstraintOrIndex[]): SchemaState {
  return applyDifferences(
    state,
    rules.map((object): Difference => ({ kind: 'added', object })),
  )
}

/** Returns true if the definition of a constraint or index stays valid when its column gets another type. */
function isFreeOfType(rule: ConstraintOrIndex): boolean {
  if (rule.kind === 'unique') return rule.columns.every((column) => /^[\p{L}\p{N}_$]+$/u.test(column))
  return (
    rule.kind === 'index' &&
    rule.method === 'btree' &&
    rule.predicate === undefined &&
    rule.keys.every((key) => columnOfIndexKey(key) === key)
  )
}

/**
 * Returns true if expand can create the copy of a constraint or index: the old version of the application does not notice it, and
 * the server need not check rows.
 */
function isEarly({ state: known, policies, dialect }: RecordedColumn, state: SchemaState, rule: ConstraintOrIndex): boolean {
  if (rule.kind === 'check' || (rule.kind === 'foreign-key' && dialect === 'postgres')) return false
  const after = addConstraintsAndIndexesToState(state, [rule])
  const effects = effectsOfDifference({ kind: 'added', object: rule }, makeEffectContext([known], state, after))
  return effects.every((effect) => effect in policies.expand.admits)
}

/**
 * Returns the statements that create a constraint or an index. The function uses the online procedure of the server if the server
 * has one.
 */
function createRule(recorded: RecordedColumn, state: SchemaState, rule: ConstraintOrIndex): PatternFilePart {
  const { write, online, objects, dialect, column } = recorded
  const isFree = ('notValid' in rule && rule.notValid) || ('notEnforced' in rule && rule.notEnforced)
  const isPartitioned = objects.some((object) => 'partitioning' in object && object.partitioning !== undefined)
  // On PostgreSQL, a separate statement sets the comment of a constraint or index, so the statement that creates the copy
  // contains no comment.
  const { comment, ...bare } = rule
  const added =
    isFree || (dialect === 'postgres' && isPartitioned) ? undefined : online.addRule(dialect === 'postgres' ? bare : rule, objects)
  if (added) {
    const told =
      dialect === 'postgres' && comment !== undefined
        ? write(addConstraintsAndIndexesToState(state, [bare]), addConstraintsAndIndexesToState(state, [rule])).statements
        : []
    return makePatternFilePart({
      declarations: added.isOutsideTransaction ? [OUTSIDE_TRANSACTION_DECLARATION] : [],
      statements: [...added.statements, ...told],
    })
  }
  const { statements } = write(state, addConstraintsAndIndexesToState(state, [rule]))
  if (isFree) return makePatternFilePart({ statements })
  return makePatternFilePart({
    questions: [
      `The server blocks writes to ${column.table} while it creates the ${formatObjectName(rule)}. Is the table small enough, or does no session write meanwhile?`,
    ],
    declarations: [
      makeSmallTableDeclaration(rule.kind === 'check' || findTableCopyReason(objects)?.kind === 'storage engine' ? 'rewrite' : 'scan'),
    ],
    statements,
  })
}

function copyRule(recorded: RecordedColumn, to: ReplacementColumn, rule: ConstraintOrIndex, names: Set<string>): ConstraintOrIndex {
  const { column, dialect, online } = recorded
  const renamed: ColumnToRename = { dialect, table: column.table, from: column.name, to: online.render(sqlName(to.name)) }
  const plain = (one: string) => (columnOfIndexKey(one) === column.name ? one.replace(column.name, () => to.name) : one)
  const inKey = (key: string) =>
    // On MySQL and MariaDB, a schema state contains the column names of a constraint or an index without quotes. The new name of
    // the column therefore also has no quotes there.
    dialect !== 'postgres' && !key.startsWith('(') ? plain(key) : renameColumnInExpression(renamed, key)
  const fresh = (name: string) => nameOfCopy(name, column.name, to.name, names)
  const dependsOn = rule.dependsOn?.map((id) => (id === `column:${column.table}.${column.name}` ? `column:${column.table}.${to.name}` : id))
  const depends = dependsOn ? { dependsOn } : {}
  switch (rule.kind) {
    case 'index':
      return {
        ...rule,
        ...depends,
        name: fresh(rule.name),
        keys: rule.keys.map(inKey),
        ...(rule.include && { include: rule.include.map(plain) }),
        ...(rule.predicate !== undefined && { predicate: renameColumnInExpression(renamed, rule.predicate) }),
      }
    case 'unique':
    case 'primary-key':
      return {
        ...rule,
        ...depends,
        name: fresh(rule.name),
        columns: rule.columns.map((key) => (key.startsWith('(') ? inKey(key) : plain(key))),
      }
    case 'check':
      return { ...asCheckOfTable(rule), ...depends, name: fresh(rule.name), expression: renameColumnInExpression(renamed, rule.expression) }
    case 'foreign-key': {
      const name = fresh(rule.name)
      return {
        ...rule,
        ...depends,
        name,
        columns: rule.columns.map(plain),
        ...(rule.ownIndex !== undefined && { ownIndex: rule.ownIndex === rule.name ? name : fresh(rule.ownIndex) }),
      }
    }
  }
}

/** Returns a CHECK constraint of a column definition as a constraint of the table, so that the copy can have another name. */
function asCheckOfTable({ ofColumn: _ofColumn, ...check }: CheckObject): CheckObject {
  return check
}

/** Returns the constraints and indexes of the recorded column for another table that has a column with the same name. */
export function moveConstraintsAndIndexesToTable(
  recorded: RecordedColumn,
  rules: readonly ConstraintOrIndex[],
  table: string,
): readonly ConstraintOrIndex[] {
  const { column } = recorded
  const names = new Set(takenNames(recorded))
  const fresh = (name: string) => nameOfCopy(name, column.table, table, names)
  return rules.map((rule) => ({
    ...(rule.kind === 'check' ? asCheckOfTable(rule) : rule),
    table,
    name: fresh(rule.name),
    ...(rule.dependsOn && { dependsOn: rule.dependsOn.map((id) => id.replace(`:${column.table}`, () => `:${table}`)) }),
    ...(rule.kind === 'foreign-key' && rule.ownIndex !== undefined && { ownIndex: fresh(rule.ownIndex) }),
  }))
}

/**
 * Returns an unused name for the copy of a constraint or index. In the name, the new name of the column replaces the old name.
 */
function nameOfCopy(name: string, from: string, to: string, taken: Set<string>): string {
  const words = name.split(new RegExp(`(?<![A-Za-z0-9])${escapeForRegularExpression(from)}(?![A-Za-z0-9])`, 'i'))
  const wanted = (words.length > 1 ? words.join(to) : name === '' ? to : `${name}_${to}`).slice(0, MAX_PATTERN_OBJECT_NAME_LENGTH)
  let fresh = wanted
  for (let number = 2; taken.has(fresh.toLowerCase()); number++) fresh = `${wanted}_${number}`
  taken.add(fresh.toLowerCase())
  return fresh
}

/** Returns, in lower case, the names that a new constraint or index cannot have. */
function takenNames({ state, column, dialect }: RecordedColumn): readonly string[] {
  const all = [...objectsOfState(state)]
  // The copy of an index or constraint needs an unused name. On PostgreSQL, indexes share their names with the tables of the
  // schema. On MySQL and MariaDB, the names of foreign keys and checks are unique in the database.
  const sharing = all.filter(
    (object) =>
      dialect === 'postgres' || groupKeyOf(object) === `table:${column.table}` || object.kind === 'foreign-key' || object.kind === 'check',
  )
  return sharing.map(({ name }) => name.toLowerCase())
}
