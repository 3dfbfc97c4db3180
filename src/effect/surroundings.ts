import { type ColumnObject, type GroupKey, groupOf, idOf, type SchemaObject, tableGroup } from '../schema/object.ts'
import type { State } from '../schema/state.ts'

/** What the judgement of one difference may know besides the difference. */
export interface Surroundings {
  /** Can running code know of this object? Of what came after it was started it cannot. */
  readonly knows: (object: SchemaObject) => boolean
  readonly knowsGroup: (key: GroupKey) => boolean
  /** Of a table or a view: triggers, rules and indexes hang on both. */
  readonly knowsTable: (name: string) => boolean
  /** Does every row that running code writes have NULL in this column, because that code does not know it? */
  readonly leftNull: (table: string, column: string) => boolean
}

/** Running code knows the states that it may have been started on; `after` is what the migration leaves. */
export function surroundings(known: readonly State[], after: State): Surroundings {
  const has = (id: string, key: GroupKey) => known.some((state) => state.groups.get(key)?.has(id))
  const hasGroup = (key: GroupKey) => known.some((state) => state.groups.has(key))
  return {
    knows: (object) => has(idOf(object), groupOf(object)),
    knowsGroup: hasGroup,
    knowsTable: (name) => hasGroup(tableGroup(name)) || hasGroup(`view:${name}`),
    leftNull: (table, name) => {
      const id = `column:${table}.${name}`
      const column = after.groups.get(tableGroup(table))?.get(id)
      return column?.kind === 'column' && !has(id, tableGroup(table)) && isPlain(column)
    },
  }
}

function isPlain({ nullable, default: value, generated, identity }: ColumnObject): boolean {
  return nullable && value === undefined && generated === undefined && identity === undefined
}
