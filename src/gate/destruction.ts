import { name, type Sql, sql } from '../dialect/sql.ts'
import { valueChangeOf } from '../effect/column.ts'
import { isRewrite } from '../effect/row-write.ts'
import { type Difference, subjectOf } from '../schema/difference.ts'
import {
  type ColumnObject,
  groupOf,
  idOf,
  nameOf,
  type ObjectId,
  type PartitionObject,
  type SchemaObject,
  type TableObject,
  tableGroup,
} from '../schema/object.ts'
import { objectIn, objectsOf, type State } from '../schema/state.ts'
import type { ComingStep } from './coming.ts'
import { path } from './preconditions.ts'

/** Something with data in it that the coming changes take away for good, or of which they make something else. */
export interface Destruction {
  readonly what: string
  /** How many rows, or how many values that are not NULL, are concerned. */
  readonly count: Sql
  readonly unit: 'rows' | 'values'
}

/**
 * Tables and columns of the schema as it is now that will be gone, whatever they are called by then, a table standing for its
 * columns; and those whose values go on in another form, unless it is known that each value is kept.
 */
export function destructionOf(steps: readonly ComingStep[], now: State): readonly Destruction[] {
  const { gone, formed } = fateOf(steps, now)
  const tables = gone.filter(isTable)
  const isLeft = (table: string) => !tables.some(({ name: gone }) => gone === table)
  const columns = gone.flatMap((object) => (object.kind === 'column' && isLeft(object.table) ? [object] : []))
  const rest = [...formed].flatMap(([object, forms]) => forms.map((form) => ({ object, form })))
  return [
    ...tables.map((table) => rowsOf(table.name, nameOf(table))),
    ...columns.map((column) => valuesOf(column, `column ${column.table}.${column.name}`)),
    ...rest.flatMap(({ object, form }) => {
      if (object.kind !== 'column') return isLeft(object.name) ? [rowsOf(object.name, `${nameOf(object)}, ${form}`)] : []
      if (!isLeft(object.table) || columns.includes(object)) return []
      return [valuesOf(object, `column ${object.table}.${object.name}, ${form}`)]
    }),
  ]
}

function isTable(object: SchemaObject): object is TableObject | PartitionObject {
  return object.kind === 'table' || object.kind === 'partition'
}

function rowsOf(table: string, what: string): Destruction {
  return { what, unit: 'rows', count: sql`SELECT count(*) AS found FROM ${path(table)}` }
}

function valuesOf({ table, name: column }: ColumnObject, what: string): Destruction {
  return { what, unit: 'values', count: sql`SELECT count(${name(column)}) AS found FROM ${path(table)}` }
}

/** What holds rows or values. */
type Holder = TableObject | PartitionObject | ColumnObject

/** What becomes of objects as they are now. What the changes made themselves has nothing in it. */
interface Fate {
  readonly gone: readonly SchemaObject[]
  /** In which other forms the values go on. */
  readonly formed: ReadonlyMap<Holder, readonly string[]>
}

function fateOf(steps: readonly ComingStep[], now: State): Fate {
  const moved = new Map<ObjectId, SchemaObject | undefined>()
  const originOf = (id: ObjectId, group: string) => (moved.has(id) ? moved.get(id) : objectIn(now, id, group))
  const gone: SchemaObject[] = []
  const formed = new Map<Holder, readonly string[]>()
  const form = (origin: SchemaObject | undefined, how: string) => {
    if (!origin || !(isTable(origin) || origin.kind === 'column')) return
    formed.set(origin, [...new Set([...(formed.get(origin) ?? []), how])])
  }
  for (const { differences, writes } of steps) {
    const told = writes.filter(isRewrite)
    // What a statement says of itself tells more than the types before and after it.
    const isTold = (table: string, column: string) => told.some((write) => write.table === table && write.columns?.includes(column))
    for (const one of differences.flatMap(formsIn(now))) {
      if (one.column === undefined || !isTold(one.table, one.column)) form(originOf(one.id, tableGroup(one.table)), one.how)
    }
    const before = holdersOf(told, originOf)
    const leaving = differences.flatMap((change) => {
      const subject = subjectOf(change)
      return change.kind === 'removed' || change.kind === 'renamed' ? [{ change, origin: originOf(idOf(subject), groupOf(subject)) }] : []
    })
    for (const { change } of leaving) moved.set(idOf(subjectOf(change)), undefined)
    for (const change of differences) if (change.kind === 'added') moved.set(idOf(change.object), undefined)
    // Two objects may have changed names, so those that come are put last.
    for (const { change, origin } of leaving) {
      if (change.kind === 'renamed') moved.set(idOf(change.after), origin)
      else if (origin) gone.push(origin)
    }
    // A step of several statements may name what an earlier one of them has renamed.
    for (const { origin, how } of [...before, ...holdersOf(told, originOf)]) form(origin, how)
  }
  return { gone, formed }
}

function holdersOf(
  told: readonly { readonly table: string; readonly columns?: readonly string[]; readonly rewrites: string }[],
  originOf: (id: ObjectId, group: string) => SchemaObject | undefined,
) {
  return told.flatMap(({ table, columns, rewrites }) => {
    const group = tableGroup(table)
    const ids = columns === undefined ? [group] : columns.map((column) => `column:${table}.${column}`)
    return ids.map((id) => ({ origin: originOf(id, group), how: rewrites }))
  })
}

interface Form {
  readonly id: ObjectId
  readonly table: string
  readonly column?: string
  readonly how: string
}

/** The columns and tables whose values a difference gives another form, by their ids right before it. */
function formsIn(now: State): (change: Difference) => readonly Form[] {
  return (change) => {
    if (change.kind !== 'altered' && change.kind !== 'renamed') return []
    const { before, after } = change
    if (before.kind === 'column' && after.kind === 'column') {
      const how = valueChangeOf(before, after)
      return how === undefined ? [] : [{ id: idOf(before), table: before.table, column: before.name, how }]
    }
    if (isTable(before) && isTable(after)) {
      const came = after.traits?.filter((trait) => UNSAFE.test(trait) && !before.traits?.includes(trait)) ?? []
      const went = before.traits?.filter((trait) => trait === 'system versioning' && !after.traits?.includes(trait)) ?? []
      const forms = [...came.map((trait) => `now ${trait}`), ...went.map((trait) => `without ${trait}, its history is lost`)]
      return forms.map((how) => ({ id: idOf(before), table: before.name, how }))
    }
    const how = typeChange(before, after)
    return how === undefined
      ? []
      : columnsOfType(now, before.name).map(({ table, name: column }) => ({ id: `column:${table}.${column}`, table, column, how }))
  }
}

// What keeps rows less safely than before: another engine may lose them in a crash, at a restart or at once.
const UNSAFE = /^(?:engine |unlogged)/

/** Labels that were renamed or are gone, and a composite type with other attributes: the values are read as something else. */
function typeChange(before: SchemaObject, after: SchemaObject): string | undefined {
  if (before.kind === 'enum' && after.kind === 'enum') {
    const gone = before.labels.filter((label) => !after.labels.includes(label))
    return gone.length === 0 ? undefined : `${before.name} without ${gone.map((label) => `'${label}'`).join(', ')}`
  }
  return before.kind === 'opaque' && before.what === 'composite type' ? `another form of ${before.name}` : undefined
}

function columnsOfType(now: State, type: string): readonly ColumnObject[] {
  return [...objectsOf(now)].filter(
    (object): object is ColumnObject => object.kind === 'column' && object.type.replace(/(?:\[\])+$/, '') === type,
  )
}
