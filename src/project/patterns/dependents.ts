import type { ConstraintOrIndex } from '../../dialect/online-writer.ts'
import { columnOfIndexKey } from '../../effect/index-key.ts'
import { InterphaseError } from '../../error.ts'
import {
  type ForeignKeyObject,
  formatObjectName,
  objectIdOf,
  type SchemaObject,
  type SchemaObjectKind,
  type TriggerObject,
  type ViewObject,
} from '../../schema/object.ts'
import { findObjectInState, objectsOfState, type SchemaState } from '../../schema/state.ts'
import type { RecordedColumn } from './recorded-table.ts'
import { textMentionsName } from './rename-in-sql.ts'

/** The objects of a recorded schema that use a column. */
export interface DependentsOfColumn {
  /** The constraints and indexes of the table that contain the column, without the primary key. */
  readonly rules: readonly ConstraintOrIndex[]
  readonly views: readonly ViewObject[]
  /** The foreign keys that reference the column. */
  readonly references: readonly ForeignKeyObject[]
  /** All other objects that depend on the column, or whose text contains the name of the column. */
  readonly others: readonly SchemaObject[]
}

const RULES: ReadonlySet<SchemaObjectKind> = new Set(['unique', 'check', 'foreign-key', 'index'])

/** Finds the objects of a recorded schema that use a column. */
export function findDependentsOfColumn(recorded: RecordedColumn): DependentsOfColumn {
  const { column } = recorded
  const all = [...objectsOfState(recorded.state)]
  const id = objectIdOf(column)
  const uses = (object: SchemaObject) => object.dependsOn?.includes(id) === true
  const rules = recorded.objects.filter((object): object is ConstraintOrIndex => RULES.has(object.kind) && isOfColumn(recorded, object))
  const views = all.filter((object): object is ViewObject => object.kind === 'view' && uses(object))
  const references = all.filter(
    (object): object is ForeignKeyObject =>
      object.kind === 'foreign-key' && object.references.table === column.table && object.references.columns.includes(column.name),
  )
  const known = new Set<SchemaObject>([column, ...rules, ...views, ...references])
  const others = all.filter(
    (object) =>
      !known.has(object) && object.kind !== 'primary-key' && object.kind !== 'sequence' && (uses(object) || names(recorded, object)),
  )
  return { rules, views, references, others }
}

/** Returns true if a constraint or an index of the table contains the column. */
function isOfColumn({ column, dialect }: RecordedColumn, object: SchemaObject): boolean {
  if (object.dependsOn?.includes(objectIdOf(column)) === true) return true
  // On MySQL and MariaDB, a schema state has no list of the columns of an index on an expression. The function therefore searches
  // the expression for the name of the column.
  const isKey = (key: string) =>
    columnOfIndexKey(key) === column.name || (dialect !== 'postgres' && key.startsWith('(') && textMentionsName(key, column.name))
  switch (object.kind) {
    case 'unique':
    case 'foreign-key':
      return object.columns.some(isKey)
    case 'index':
      return [...object.keys, ...(object.include ?? [])].some(isKey)
    case 'check':
      return dialect !== 'postgres' && textMentionsName(object.expression, column.name)
    default:
      return false
  }
}

/**
 * Returns true if the text of a trigger, a routine, a policy or a generated column contains the names of both the column and its
 * table.
 */
function names({ column, state }: RecordedColumn, object: SchemaObject): boolean {
  switch (object.kind) {
    case 'trigger':
      // On PostgreSQL, the statements of a trigger are in a function.
      return (
        object.table === column.table && [object.action, ...calledBodies(state, object)].some((text) => textMentionsName(text, column.name))
      )
    case 'policy':
      return object.table === column.table && textMentionsName(object.definition, column.name)
    case 'function':
      return (
        textMentionsName(object.definition, column.name) &&
        textMentionsName(object.definition, column.table.slice(column.table.lastIndexOf('.') + 1))
      )
    case 'column':
      return object.table === column.table && object.generated !== undefined && textMentionsName(object.generated.expression, column.name)
    default:
      return false
  }
}

/** Returns the definitions of the functions that a trigger calls. */
function calledBodies(state: SchemaState, { dependsOn = [] }: TriggerObject): readonly string[] {
  return dependsOn.flatMap((id) => {
    const found = findObjectInState(state, id, id)
    return found?.kind === 'function' ? [found.definition] : []
  })
}

/** Returns the questions for the author about the objects that use a column and that a pattern does not change. */
export function makeDependentObjectQuestions(
  { column }: RecordedColumn,
  { references, others }: DependentsOfColumn,
  to?: string,
): readonly string[] {
  const instead = to === undefined ? 'no longer needs it' : `uses ${to} instead`
  return [...references, ...others].map(
    (object) =>
      `The ${formatObjectName(object)} uses the column ${column.table}.${column.name}. Write the statements here after which it ${instead}, before the column is dropped.`,
  )
}

/** Returns true if the primary key of the table contains the column. */
export function isInPrimaryKey({ objects, column }: RecordedColumn): boolean {
  return objects.some((object) => object.kind === 'primary-key' && object.columns.some((one) => columnOfIndexKey(one) === column.name))
}

/** Throws `usage` for a column of the primary key, without which the server and the data steps cannot identify the rows. */
export function refusePrimaryKeyColumn(recorded: RecordedColumn): void {
  if (!isInPrimaryKey(recorded)) return
  throw new InterphaseError('usage', {
    problem: `no pattern removes the column ${recorded.column.table}.${recorded.column.name}, because it belongs to the primary key`,
    try: 'Write the change without --pattern: give the table a new key, or create a new table with the key that you need.',
  })
}
