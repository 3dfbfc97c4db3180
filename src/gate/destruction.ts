import { name, type Sql, sql } from '../dialect/sql.ts'
import { fitOf } from '../effect/widening.ts'
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
} from '../schema/object.ts'
import { objectIn, type State } from '../schema/state.ts'
import { path } from './preconditions.ts'

/** Something with data in it that the coming changes take away for good. */
export interface Destruction {
  readonly what: string
  /** How many rows, or how many values that are not NULL, go with it. */
  readonly count: Sql
  readonly unit: 'rows' | 'values'
}

/**
 * Tables and columns of the schema as it is now that will be gone, whatever they are called by then, a table standing for its
 * columns; and columns that get a type that not every value fits: the server, or a USING, makes other values of them.
 */
export function destructionOf(steps: readonly (readonly Difference[])[], now: State): readonly Destruction[] {
  const { gone: going, retyped } = fateOf(steps, now)
  const tables = going.flatMap((object) => (isTable(object) ? [object] : []))
  const isLeft = (column: ColumnObject) => !tables.some((table) => table.name === column.table)
  const columns = going.flatMap((object) => (object.kind === 'column' && isLeft(object) ? [object] : []))
  const rewritten = [...retyped].filter(([column]) => isLeft(column) && !columns.includes(column))
  return [
    ...tables.map(
      (table): Destruction => ({ what: nameOf(table), unit: 'rows', count: sql`SELECT count(*) AS found FROM ${path(table.name)}` }),
    ),
    ...columns.map((column) => valuesOf(column, `column ${column.table}.${column.name}`)),
    ...rewritten.map(([column, type]) => valuesOf(column, `column ${column.table}.${column.name}, ${column.type} made ${type}`)),
  ]
}

function isTable(object: SchemaObject): object is TableObject | PartitionObject {
  return object.kind === 'table' || object.kind === 'partition'
}

function valuesOf({ table, name: column }: ColumnObject, what: string): Destruction {
  return { what, unit: 'values', count: sql`SELECT count(${name(column)}) AS found FROM ${path(table)}` }
}

/** What becomes of objects as they are now. What the changes made themselves has nothing in it. */
interface Fate {
  readonly gone: readonly SchemaObject[]
  /** With the type that not every value fits. */
  readonly retyped: ReadonlyMap<ColumnObject, string>
}

function fateOf(steps: readonly (readonly Difference[])[], now: State): Fate {
  const moved = new Map<ObjectId, SchemaObject | undefined>()
  const originOf = (object: SchemaObject) => {
    const id = idOf(object)
    return moved.has(id) ? moved.get(id) : objectIn(now, id, groupOf(object))
  }
  const gone: SchemaObject[] = []
  const retyped = new Map<ColumnObject, string>()
  for (const step of steps) {
    for (const { before, type } of step.flatMap(narrowed)) {
      const origin = originOf(before)
      if (origin?.kind === 'column') retyped.set(origin, type)
    }
    const leaving = step.flatMap((change) =>
      change.kind === 'removed' || change.kind === 'renamed' ? [{ change, origin: originOf(subjectOf(change)) }] : [],
    )
    for (const { change } of leaving) moved.set(idOf(subjectOf(change)), undefined)
    for (const change of step) if (change.kind === 'added') moved.set(idOf(change.object), undefined)
    // Two objects may have changed names, so those that come are put last.
    for (const { change, origin } of leaving) {
      if (change.kind === 'renamed') moved.set(idOf(change.after), origin)
      else if (origin) gone.push(origin)
    }
  }
  return { gone, retyped }
}

/** A column, and its new type where that does not take every value. What is generated comes from other columns. */
function narrowed(change: Difference): readonly { readonly before: ColumnObject; readonly type: string }[] {
  if (change.kind !== 'altered' && change.kind !== 'renamed') return []
  const { before, after } = change
  if (before.kind !== 'column' || after.kind !== 'column' || before.generated) return []
  return fitOf(before.type, after.type) === 'no' ? [{ before, type: after.type }] : []
}
