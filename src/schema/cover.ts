import { describeObjectMismatch } from './describe.ts'
import { type Difference, differences, isDifferenceThatCounts, objectBeforeDifference } from './difference.ts'
import { formatObjectName, groupKeyOf, type SchemaGroupKey, type SchemaObject } from './object.ts'
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

/**
 * Compares the planned state with the known state of a data step, for the groups in `footprint`. The differences that can harm the
 * data step are conflicts: missing and changed objects, new constraints and unique indexes on known columns, and new columns that
 * need a value. Other differences are only reported: missing and changed constraints, indexes and table properties, columns that
 * became nullable, and new triggers. If `reads` is given, the result contains only differences of the columns that the data step
 * reads. A table that the data step writes counts as read as a whole.
 */
export function compareFootprint(
  known: SchemaState,
  planned: SchemaState,
  footprint: readonly SchemaGroupKey[],
  reads?: ReadColumnsByTable,
): FootprintComparison {
  const before = selectGroupsOfState(known, footprint)
  const gaps = differences(before, selectGroupsOfState(planned, footprint))
    .filter(isDifferenceThatCounts)
    .filter((difference) => reads === undefined || isRead(difference, reads))
    .map((difference) => judge(difference, before))
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

function judge(difference: Difference, known: SchemaState): Judged {
  switch (difference.kind) {
    case 'added':
      return added(difference.object, known)
    case 'removed':
      return isRule(difference.object) || difference.object.kind === 'index'
        ? gap(difference.object, 'reported', `${formatObjectName(difference.object)} does not exist yet`)
        : gap(difference.object, 'conflict', `${formatObjectName(difference.object)} is missing`)
    case 'renamed':
    case 'altered':
      return altered(difference.before, difference.after, difference)
  }
}

function added(object: SchemaObject, known: SchemaState): Judged {
  if (object.kind === 'column') {
    const fillsItself = object.nullable || object.default !== undefined || object.generated !== undefined || object.identity !== undefined
    return fillsItself
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

function altered(before: SchemaObject, after: SchemaObject, difference: Difference): Judged {
  const says = describeObjectMismatch(difference, { before: 'known', after: 'planned' })
  if (before.kind === 'table' || before.kind === 'index' || isRule(before)) return gap(before, 'reported', says)
  if (before.kind === 'column' && after.kind === 'column') {
    const onlyLoosened = differences(makeSchemaState([{ ...before, nullable: true }]), makeSchemaState([after])).length === 0
    return gap(before, onlyLoosened ? 'reported' : 'conflict', says)
  }
  if (before.kind === 'enum' && after.kind === 'enum') {
    const kept = before.labels.every((label) => after.labels.includes(label))
    return gap(before, kept ? 'fine' : 'conflict', says)
  }
  return gap(before, 'conflict', says)
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
