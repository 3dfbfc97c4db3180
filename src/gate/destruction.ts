import { name, type Sql, sql } from '../dialect/sql.ts'
import type { Difference } from '../schema/difference.ts'
import { tableGroup } from '../schema/object.ts'
import { objectIn, type State } from '../schema/state.ts'
import { path } from './preconditions.ts'

/** Something with data in it that the coming changes take away for good. */
export interface Destruction {
  readonly what: string
  /** How many rows, or how many values that are not NULL, go with it. */
  readonly count: Sql
  readonly unit: 'rows' | 'values'
}

/** Tables and columns of the schema as it is now that will be gone, a table standing for its columns. */
export function destructionOf(changes: readonly Difference[], now: State): readonly Destruction[] {
  const removed = changes.flatMap((change) => (change.kind === 'removed' ? [change.object] : []))
  const tables = removed.flatMap((object) => (object.kind === 'table' && now.groups.has(tableGroup(object.name)) ? [object.name] : []))
  const columns = removed.flatMap((object) =>
    object.kind === 'column' &&
    !tables.includes(object.table) &&
    objectIn(now, `column:${object.table}.${object.name}`, tableGroup(object.table))
      ? [object]
      : [],
  )
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
