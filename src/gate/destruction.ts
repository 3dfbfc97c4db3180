import { type SqlStatement, sql, sqlName, sqlTableName } from '../dialect/sql.ts'
import { describeColumnValueChange } from '../effect/column.ts'
import { doesWriteRewriteValues } from '../effect/row-write.ts'
import { type Difference, objectBeforeDifference } from '../schema/difference.ts'
import {
  type ColumnObject,
  formatObjectName,
  groupKeyOf,
  objectIdOf,
  type PartitionObject,
  type SchemaObject,
  type SchemaObjectId,
  type TableObject,
  tableGroupKey,
} from '../schema/object.ts'
import { findObjectInState, objectsOfState, type SchemaState } from '../schema/state.ts'
import type { UpcomingMigrationStep } from './upcoming-step.ts'

/** A table or column whose data a phase or an undo will drop or convert. */
export interface DestroyedTableOrColumn {
  readonly what: string
  /** The query that counts the rows of a table, or the values of a column that are not NULL. */
  readonly count: SqlStatement
  readonly unit: 'row' | 'value'
}

/**
 * Returns the tables and columns of the current schema whose data the statements in `steps` drop or convert, with their current
 * names. The result contains neither the columns of a dropped table nor conversions that preserve every value.
 */
export function findDestroyedTablesAndColumns(
  steps: readonly UpcomingMigrationStep[],
  now: SchemaState,
): readonly DestroyedTableOrColumn[] {
  const { gone, formed } = fateOf(steps, now)
  const tables = gone.filter(isTable)
  const isLeft = (table: string) => !tables.some(({ name: gone }) => gone === table)
  const columns = gone.flatMap((object) => (object.kind === 'column' && isLeft(object.table) ? [object] : []))
  const rest = [...formed].flatMap(([object, forms]) => forms.map((form) => ({ object, form })))
  return [
    ...tables.map((table) => rowsOf(table.name, formatObjectName(table))),
    ...columns.map((column) => valuesOf(column, `column ${column.table}.${column.name}`)),
    ...rest.flatMap(({ object, form }) => {
      if (object.kind !== 'column') return isLeft(object.name) ? [rowsOf(object.name, `${formatObjectName(object)}, ${form}`)] : []
      if (!isLeft(object.table) || columns.includes(object)) return []
      return [valuesOf(object, `column ${object.table}.${object.name}, ${form}`)]
    }),
  ]
}

/**
 * Returns one line for each object of the current schema that the statements in `steps` drop and do not create again, such as an
 * index, a key or a view. Tables and columns are not in the result, because the function `findDestroyedTablesAndColumns` returns
 * them. The objects on a dropped table are not in the result either.
 */
export function listDroppedObjectsWithoutData(steps: readonly UpcomingMigrationStep[], now: SchemaState): readonly string[] {
  const { gone, made } = fateOf(steps, now)
  const tables = new Set(gone.filter(isTable).map(({ name }) => name))
  const others = gone.filter((object) => !isTable(object) && object.kind !== 'column' && !made.has(objectIdOf(object)))
  return others.filter((object) => !('table' in object && object.table !== undefined && tables.has(object.table))).map(formatObjectName)
}

function isTable(object: SchemaObject): object is TableObject | PartitionObject {
  return object.kind === 'table' || object.kind === 'partition'
}

function rowsOf(table: string, what: string): DestroyedTableOrColumn {
  return { what, unit: 'row', count: sql`SELECT count(*) AS interphase_found FROM ${sqlTableName(table)}` }
}

function valuesOf({ table, name: column }: ColumnObject, what: string): DestroyedTableOrColumn {
  return { what, unit: 'value', count: sql`SELECT count(${sqlName(column)}) AS interphase_found FROM ${sqlTableName(table)}` }
}

/** A schema object that contains rows or values: a table, a partition or a column. */
type Holder = TableObject | PartitionObject | ColumnObject

/**
 * The changes that the statements of migrations make to the data of the current schema. Objects that the statements create are not
 * included, because they contain no data yet.
 */
interface Fate {
  readonly gone: readonly SchemaObject[]
  /** The phrases that describe how the values of each table or column are converted. */
  readonly formed: ReadonlyMap<Holder, readonly string[]>
  /** The ids of the objects that the statements create and do not drop again. */
  readonly made: ReadonlySet<SchemaObjectId>
}

function fateOf(steps: readonly UpcomingMigrationStep[], now: SchemaState): Fate {
  const moved = new Map<SchemaObjectId, SchemaObject | undefined>()
  const originOf = (id: SchemaObjectId, group: string) => (moved.has(id) ? moved.get(id) : findObjectInState(now, id, group))
  const gone: SchemaObject[] = []
  const made = new Set<SchemaObjectId>()
  const formed = new Map<Holder, readonly string[]>()
  const form = (origin: SchemaObject | undefined, how: string) => {
    if (!origin || !(isTable(origin) || origin.kind === 'column')) return
    formed.set(origin, [...new Set([...(formed.get(origin) ?? []), how])])
  }
  for (const { differences, writes } of steps) {
    const told = writes.filter(doesWriteRewriteValues)
    // The recorded states can describe how a migration converts the values of a column. In this case, the code does not compare the
    // old and the new type of the column, because the description is more precise.
    const isTold = (table: string, column: string) => told.some((write) => write.table === table && write.columns?.includes(column))
    for (const one of differences.flatMap(formsIn(now))) {
      if (one.column === undefined || !isTold(one.table, one.column)) form(originOf(one.id, tableGroupKey(one.table)), one.how)
    }
    const before = holdersOf(told, originOf)
    const leaving = differences.flatMap((change) => {
      const subject = objectBeforeDifference(change)
      return change.kind === 'removed' || change.kind === 'renamed'
        ? [{ change, origin: originOf(objectIdOf(subject), groupKeyOf(subject)) }]
        : []
    })
    for (const { change } of leaving) moved.set(objectIdOf(objectBeforeDifference(change)), undefined)
    for (const { change } of leaving) made.delete(objectIdOf(objectBeforeDifference(change)))
    for (const change of differences) if (change.kind === 'added') made.add(objectIdOf(change.object))
    for (const change of differences) if (change.kind === 'added') moved.set(objectIdOf(change.object), undefined)
    // In one transaction, two objects can exchange their names. The code therefore reads all old names before it stores the new
    // names.
    for (const { change, origin } of leaving) {
      if (change.kind === 'renamed') moved.set(objectIdOf(change.after), origin)
      else if (origin) gone.push(origin)
    }
    // A migration in one transaction can write a table or column after it has renamed the table or column. The code therefore looks
    // up the written tables and columns a second time, after the renames.
    for (const { origin, how } of [...before, ...holdersOf(told, originOf)]) form(origin, how)
  }
  return { gone, formed, made }
}

function holdersOf(
  told: readonly { readonly table: string; readonly columns?: readonly string[]; readonly rewrites: string }[],
  originOf: (id: SchemaObjectId, group: string) => SchemaObject | undefined,
) {
  return told.flatMap(({ table, columns, rewrites }) => {
    const group = tableGroupKey(table)
    const ids = columns === undefined ? [group] : columns.map((column) => `column:${table}.${column}`)
    return ids.map((id) => ({ origin: originOf(id, group), how: rewrites }))
  })
}

interface Form {
  readonly id: SchemaObjectId
  readonly table: string
  readonly column?: string
  readonly how: string
}

/**
 * Returns the columns and tables whose values a schema difference converts. In the result, a renamed column or table has the id
 * that it had before the rename.
 */
function formsIn(now: SchemaState): (change: Difference) => readonly Form[] {
  return (change) => {
    if (change.kind !== 'altered' && change.kind !== 'renamed') return []
    const { before, after } = change
    if (before.kind === 'column' && after.kind === 'column') {
      const how = describeColumnValueChange(before, after)
      return how === undefined ? [] : [{ id: objectIdOf(before), table: before.table, column: before.name, how }]
    }
    if (isTable(before) && isTable(after)) {
      const came = after.traits?.filter((trait) => UNSAFE.test(trait) && !before.traits?.includes(trait)) ?? []
      const went = before.traits?.filter((trait) => trait === 'system versioning' && !after.traits?.includes(trait)) ?? []
      const forms = [...came.map((trait) => `now ${trait}`), ...went.map((trait) => `without ${trait}, its history is lost`)]
      return forms.map((how) => ({ id: objectIdOf(before), table: before.name, how }))
    }
    const how = typeChange(before, after)
    return how === undefined
      ? []
      : columnsOfType(now, before.name).map(({ table, name: column }) => ({ id: `column:${table}.${column}`, table, column, how }))
  }
}

// Matches the properties of a table with less durable storage, such as UNLOGGED or the storage engine MEMORY. A crash or a
// restart of the server can delete the rows of such a table.
const UNSAFE = /^(?:engine |unlogged)/

/**
 * Returns a phrase if a changed type changes how the server reads stored values. Such a type is an enum whose labels were renamed
 * or removed, or a composite type with other attributes.
 */
function typeChange(before: SchemaObject, after: SchemaObject): string | undefined {
  if (before.kind === 'enum' && after.kind === 'enum') {
    const gone = before.labels.filter((label) => !after.labels.includes(label))
    return gone.length === 0 ? undefined : `${before.name} without ${gone.map((label) => `'${label}'`).join(', ')}`
  }
  return before.kind === 'opaque' && before.what === 'composite type' ? `another form of ${before.name}` : undefined
}

function columnsOfType(now: SchemaState, type: string): readonly ColumnObject[] {
  return [...objectsOfState(now)].filter(
    (object): object is ColumnObject => object.kind === 'column' && object.type.replace(/(?:\[\])+$/, '') === type,
  )
}
