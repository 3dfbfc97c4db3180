import { describeObjectMismatch } from './describe.ts'
import { type Difference, differences, isDifferenceThatCounts, objectBeforeDifference } from './difference.ts'
import {
  type ColumnObject,
  formatObjectName,
  groupKeyOf,
  type SchemaGroupKey,
  type SchemaObject,
  type TriggerObject,
  tableGroupKey,
} from './object.ts'
import { findColumnInState } from './partition.ts'
import type { ReadColumnsByTable } from './reads.ts'
import { makeSchemaState, type SchemaState, selectGroupsOfState } from './state.ts'

/**
 * The differences between the known state, which is the schema that the author of a data step knew, and the planned state in
 * which the data step runs.
 */
export interface FootprintComparison {
  /** The differences that can make the data step fail, or make it write other rows than the author intended. */
  readonly conflicts: readonly FootprintDifference[]
  /**
   * The differences that a report contains although they do not make the release unsound, such as an index or a constraint that
   * does not exist yet.
   */
  readonly reported: readonly FootprintDifference[]
}

/** One difference between two schemas: a sentence about the difference, and the schema object that differs. */
export interface FootprintDifference {
  readonly object: SchemaObject
  readonly says: string
}

/** The columns whose values a data step reads, and whether the server gives a column its default for the data step. */
export interface RowAccessOfDataStep {
  readonly reads: ReadColumnsByTable
  readonly usesDefault: (column: ColumnObject) => boolean
}

interface ComparedSchemas {
  readonly known: SchemaState
  readonly planned: SchemaState
}

/**
 * Compares the planned state with the known state of a data step, for the groups in `footprint`. The differences that can harm the
 * data step are conflicts: missing and changed objects, new constraints and unique indexes on known columns, and new columns that
 * need a value. Other differences are only reported: missing and changed constraints, indexes and table properties, columns that
 * became nullable, and new triggers. If `access` is given, the result contains only differences of the columns that the data step
 * reads, and a default is only a conflict if the data step uses it. A table that the data step writes counts as read as a whole.
 */
export function compareFootprint(
  known: SchemaState,
  planned: SchemaState,
  footprint: readonly SchemaGroupKey[],
  access?: RowAccessOfDataStep,
): FootprintComparison {
  const schemas: ComparedSchemas = { known: selectGroupsOfState(known, footprint), planned: selectGroupsOfState(planned, footprint) }
  const usesDefault = access?.usesDefault ?? (() => true)
  const gaps = differences(schemas.known, schemas.planned)
    .filter(isDifferenceThatCounts)
    .filter((difference) => access === undefined || isRead(difference, access.reads))
    .map((difference) => judge(difference, schemas, usesDefault))
  return {
    conflicts: gaps.filter((gap) => gap.verdict === 'conflict'),
    reported: gaps.filter((gap) => gap.verdict === 'reported'),
  }
}

/**
 * Returns true if a difference matters to a data step that reads only the columns `reads`. If the data step reads some columns of
 * a table, only these columns and the table itself matter. If the data step reads or writes the whole table, every difference of
 * the table matters. If it only locks the table, no difference matters. Standalone objects, such as views and functions, always
 * matter.
 */
function isRead(difference: Difference, reads: ReadColumnsByTable): boolean {
  const object = objectBeforeDifference(difference)
  const group = groupKeyOf(object)
  if (!group.startsWith('table:')) return true
  const columns = reads.get(group)
  if (columns === undefined || columns === 'whole') return columns === 'whole'
  return object.kind === 'column' ? columns.has(object.name) : object.kind === 'table'
}

interface Judged extends FootprintDifference {
  readonly verdict: 'fine' | 'reported' | 'conflict'
}

function judge(difference: Difference, schemas: ComparedSchemas, usesDefault: RowAccessOfDataStep['usesDefault']): Judged {
  switch (difference.kind) {
    case 'added':
      return added(difference.object, schemas.known, usesDefault)
    case 'removed':
      return isRule(difference.object) || difference.object.kind === 'index'
        ? gap(difference.object, 'reported', `${formatObjectName(difference.object)} does not exist yet`)
        : gap(difference.object, 'conflict', `${formatObjectName(difference.object)} is missing`)
    case 'renamed':
    case 'altered':
      return altered(difference, schemas, usesDefault)
  }
}

function added(object: SchemaObject, known: SchemaState, usesDefault: RowAccessOfDataStep['usesDefault']): Judged {
  if (object.kind === 'column') {
    const fillsItself = object.nullable || object.default !== undefined || object.generated !== undefined || object.identity !== undefined
    return fillsItself || !usesDefault(object)
      ? gap(object, 'fine', '')
      : gap(object, 'conflict', `${formatObjectName(object)} requires a value, and the step does not know the column`)
  }
  if (isRule(object)) {
    const columns = columnsOf(object)
    const old = columns === undefined || columns.some((column) => knows(known, object.table, column))
    return old ? gap(object, 'conflict', `${formatObjectName(object)} is a new rule`) : gap(object, 'fine', '')
  }
  if (object.kind === 'trigger') return gap(object, 'reported', `${formatObjectName(object)} fires too`)
  return gap(object, 'fine', '')
}

function altered(
  difference: Extract<Difference, { readonly kind: 'renamed' | 'altered' }>,
  schemas: ComparedSchemas,
  usesDefault: RowAccessOfDataStep['usesDefault'],
): Judged {
  const { before, after } = difference
  const says = describeObjectMismatch(difference, { before: 'known', after: 'planned' })
  if (before.kind === 'table' || before.kind === 'index' || isRule(before)) return gap(before, 'reported', says)
  if (before.kind === 'column' && after.kind === 'column') {
    const expected = usesDefault(after) ? before : withDefaultOf(after, before)
    const isHarmless = isSameObject(expected, after) || isSameObject({ ...expected, nullable: true }, after)
    return gap(before, isHarmless ? 'reported' : 'conflict', says)
  }
  if (before.kind === 'trigger' && after.kind === 'trigger') {
    const isHarmless = isSameObject({ ...before, order: after.order }, after) && isSameFiringOrder(before, schemas)
    return gap(before, isHarmless ? 'reported' : 'conflict', says)
  }
  if (before.kind === 'enum' && after.kind === 'enum') {
    const kept = before.labels.every((label) => after.labels.includes(label))
    return gap(before, kept ? 'fine' : 'conflict', says)
  }
  return gap(before, 'conflict', says)
}

function isSameObject(one: SchemaObject, other: SchemaObject): boolean {
  return differences(makeSchemaState([one]), makeSchemaState([other])).length === 0
}

function withDefaultOf(source: ColumnObject, column: ColumnObject): ColumnObject {
  const { default: _, ...others } = column
  return source.default === undefined ? others : { ...others, default: source.default }
}

/**
 * Returns true if a trigger fires before and after the same triggers in both schemas. Triggers that only one of the schemas
 * contains do not count, because they are differences of their own.
 */
function isSameFiringOrder(trigger: TriggerObject, { known, planned }: ComparedSchemas): boolean {
  const [before, after] = [ordersOfTriggersBeside(trigger, known), ordersOfTriggersBeside(trigger, planned)]
  const isLater = (orders: ReadonlyMap<string, number>, name: string) => (orders.get(name) ?? 0) > (orders.get(trigger.name) ?? 0)
  return [...before.keys()].every((name) => !after.has(name) || isLater(before, name) === isLater(after, name))
}

/** Returns the position in the firing order of each trigger of the same table that fires at the same time, by its name. */
function ordersOfTriggersBeside({ table, fires }: TriggerObject, state: SchemaState): ReadonlyMap<string, number> {
  const objects = [...(state.groups.get(tableGroupKey(table))?.values() ?? [])]
  return new Map(
    objects.flatMap((object) => (object.kind === 'trigger' && object.fires === fires ? [[object.name, object.order] as const] : [])),
  )
}

type Rule =
  | Extract<SchemaObject, { kind: 'primary-key' | 'unique' | 'check' | 'exclusion' | 'foreign-key' }>
  | (Extract<SchemaObject, { kind: 'index' }> & { readonly unique: true })

function isRule(object: SchemaObject): object is Rule {
  if (object.kind === 'index') return object.unique === true
  if (object.kind === 'exclusion') return true
  return object.kind === 'primary-key' || object.kind === 'unique' || object.kind === 'check' || object.kind === 'foreign-key'
}

/**
 * Returns the columns of a constraint or unique index. Returns undefined for a check if the server does not report its columns.
 */
function columnsOf(rule: Rule): readonly string[] | undefined {
  if (rule.kind === 'check') {
    const columns = rule.dependsOn?.filter((id) => id.startsWith('column:')).map((id) => id.slice(id.lastIndexOf('.') + 1))
    return columns && columns.length > 0 ? columns : undefined
  }
  return rule.kind === 'index' || rule.kind === 'exclusion' ? rule.keys : rule.columns
}

function knows(known: SchemaState, table: string, column: string): boolean {
  if (!known.groups.has(`table:${table}`)) return false
  // The columns of an expression are unknown. A unique index on an expression therefore counts as an index on known columns.
  return findColumnInState(known, table, column) !== undefined || !/^[\w$]+$/.test(column)
}

function gap(object: SchemaObject, verdict: Judged['verdict'], says: string): Judged {
  return { object, verdict, says }
}
