import { name, type Sql, sql } from '../dialect/sql.ts'
import { type Difference, subjectOf } from '../schema/difference.ts'
import { groupOf, idOf, type ObjectId, type SchemaObject } from '../schema/object.ts'
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
 * Tables and columns of the schema as it is now that will be gone, whatever they are called by then; a table stands for its
 * columns.
 */
export function destructionOf(steps: readonly (readonly Difference[])[], now: State): readonly Destruction[] {
  const going = goneOf(steps, now)
  const tables = going.flatMap((object) => (object.kind === 'table' ? [object.name] : []))
  const columns = going.flatMap((object) => (object.kind === 'column' && !tables.includes(object.table) ? [object] : []))
  return [
    ...tables.map(
      (table): Destruction => ({ what: `table ${table}`, unit: 'rows', count: sql`SELECT count(*) AS found FROM ${path(table)}` }),
    ),
    ...columns.map(
      (column): Destruction => ({
        what: `column ${column.table}.${column.name}`,
        unit: 'values',
        count: sql`SELECT count(${name(column.name)}) AS found FROM ${path(column.table)}`,
      }),
    ),
  ]
}

/** What the changes remove, as it is now. What they made themselves has nothing in it. */
function goneOf(steps: readonly (readonly Difference[])[], now: State): readonly SchemaObject[] {
  const moved = new Map<ObjectId, SchemaObject | undefined>()
  const originOf = (object: SchemaObject) => {
    const id = idOf(object)
    return moved.has(id) ? moved.get(id) : objectIn(now, id, groupOf(object))
  }
  const gone: SchemaObject[] = []
  for (const step of steps) {
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
  return gone
}
