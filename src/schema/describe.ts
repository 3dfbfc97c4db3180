import { isReportedOnlyObjectProperty, jsonWithSortedKeys } from './canonical.ts'
import { type Difference, isDifferenceThatCounts, namesOfDifferingObjectProperties } from './difference.ts'
import { formatExclusionElements, formatObjectName, type SchemaObject } from './object.ts'

/** The names of the two sides of a comparison in a sentence, such as 'expected' and 'found', or 'authored' and 'phased'. */
export interface ComparisonSideNames {
  readonly before: string
  readonly after: string
}

/**
 * Returns the change of one object as a line, such as `+ column widget.status_flag integer`, `- table widget_status` or `~ column
 * widget.note: type text to integer`.
 */
export function describeObjectChange(difference: Difference): string {
  switch (difference.kind) {
    case 'added':
      return `+ ${describeObject(difference.object)}`
    case 'removed':
      return `- ${formatObjectName(difference.object)}`
    case 'renamed':
      return `~ ${renamedName(difference.before, difference.after)} is now ${renamedName(difference.after, difference.before)}`
    case 'altered':
      return `~ ${formatObjectName(difference.before)}: ${facts(difference, '', ' to ')}`
  }
}

/** Returns the difference of one object as a line, such as `column widget.status_flag: type expected integer, found text`. */
export function describeObjectMismatch(difference: Difference, sides: ComparisonSideNames): string {
  switch (difference.kind) {
    case 'added':
      return `${describeObject(difference.object)}: not ${sides.before}, but ${sides.after}`
    case 'removed':
      return `${describeObject(difference.object)}: ${sides.before}, but not ${sides.after}`
    case 'renamed':
      return `${renamedName(difference.before, difference.after)}: ${sides.after} as ${renamedName(difference.after, difference.before)}`
    case 'altered':
      return `${formatObjectName(difference.before)}: ${facts(difference, `${sides.before} `, `, ${sides.after} `)}`
  }
}

/** Returns the name of one side of a rename. The name of a primary key is added, because `primary key of widget` does not show it. */
function renamedName(object: SchemaObject, other: SchemaObject): string {
  const name = formatObjectName(object)
  return name === formatObjectName(other) ? `${name} (${object.name})` : name
}

/**
 * Returns one line for each difference that counts. If a table or partition was added, removed or renamed, differences of the
 * same kind in its columns, constraints and indexes have no lines of their own.
 */
export function describeDifferences(all: readonly Difference[], line: (difference: Difference) => string): readonly string[] {
  const whole = new Set(all.flatMap((one) => (one.kind !== 'altered' && tableOf(one) ? [tableName(one)] : [])))
  return all
    .filter(isDifferenceThatCounts)
    .filter((one) => !hangsOn(one, whole))
    .map(line)
}

function tableOf(difference: Difference): boolean {
  const object = difference.kind === 'added' || difference.kind === 'removed' ? difference.object : difference.before
  return object.kind === 'table' || object.kind === 'partition'
}

function tableName(difference: Difference): string {
  const object = difference.kind === 'added' || difference.kind === 'removed' ? difference.object : difference.before
  return `${difference.kind} ${object.name}`
}

function hangsOn(difference: Difference, whole: ReadonlySet<string>): boolean {
  if (difference.kind === 'altered') return false
  const object = difference.kind === 'added' || difference.kind === 'removed' ? difference.object : difference.before
  return 'table' in object && object.table !== undefined && whole.has(`${difference.kind} ${object.table}`)
}

function facts(difference: Difference & { readonly kind: 'altered' }, before: string, between: string): string {
  const all = namesOfDifferingObjectProperties(difference.before, difference.after)
  const counting = all.filter((name) => !isReportedOnlyObjectProperty(difference.before.kind, name))
  const properties = counting.length > 0 ? counting : all
  // The description of a changed object contains its dependencies only if nothing else changed, because a change of the
  // dependencies follows from a change of the definition.
  const telling = properties.filter((name) => name !== 'dependsOn')
  return (telling.length > 0 ? telling : properties)
    .map((name) => `${name} ${before}${value(difference.before, name)}${between}${value(difference.after, name)}`)
    .join('; ')
}

function value(object: SchemaObject, name: string): string {
  const found: unknown = Object.getOwnPropertyDescriptor(object, name)?.value
  if (found === undefined) return 'none'
  if (typeof found === 'string') return found.replaceAll(/\s+/g, ' ').trim()
  return name === 'columns' && Array.isArray(found) ? `(${found.map(columnOf).join(', ')})` : jsonWithSortedKeys(found)
}

/** Formats one column of a view with its type, or one column of a key without a type. */
function columnOf(column: unknown): string {
  if (typeof column !== 'object' || column === null || !('name' in column) || !('type' in column)) return String(column)
  return `${String(column.name)} ${String(column.type)}`
}

/** Returns one object as a text, such as `column widget.status_flag integer`. */
export function describeObject(object: SchemaObject): string {
  switch (object.kind) {
    case 'column':
      return `${formatObjectName(object)} ${object.type}${object.nullable ? '' : ' not null'}`
    case 'primary-key':
    case 'unique':
      return `${formatObjectName(object)} (${object.columns.join(', ')})`
    case 'exclusion':
      return `${formatObjectName(object)} (${formatExclusionElements(object).join(', ')})`
    case 'foreign-key':
      return `${formatObjectName(object)} (${object.columns.join(', ')}) to ${object.references.table} (${object.references.columns.join(', ')})`
    case 'partition':
      return [formatObjectName(object), object.bound, ...(object.traits ?? [])].join(' ')
    case 'check':
      return `${formatObjectName(object)} ${object.expression}`
    case 'index':
      return `${object.unique ? 'unique ' : ''}${formatObjectName(object)} (${object.keys.join(', ')})`
    default:
      return formatObjectName(object)
  }
}
