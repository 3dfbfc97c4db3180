import type { Difference } from '../schema/difference.ts'
import { type ColumnObject, type GroupKey, groupOf, idOf, type ObjectId, type SchemaObject, tableGroup } from '../schema/object.ts'
import { asAlteration, columnIn, partitionIn } from '../schema/partition.ts'
import { groupOfId, objectsOf, type State } from '../schema/state.ts'

/** What the judgement of one difference may know besides the difference. */
export interface Surroundings {
  /** Can running code know of this object? Of what came after it was started it cannot. */
  readonly knows: (object: SchemaObject) => boolean
  readonly knowsGroup: (key: GroupKey) => boolean
  readonly knowsId: (id: ObjectId) => boolean
  /** Of a table or a view: triggers, rules and indexes hang on both. */
  readonly knowsTable: (name: string) => boolean
  /** Does every row that running code writes have NULL in this column, because that code does not know it? */
  readonly leftNull: (table: string, column: string) => boolean
  /** No running code knows anything: the release begins in an empty database. */
  readonly isEmpty: boolean
  /** The objects of a table right before the migration: running code already keeps the rules among them. */
  readonly before: (table: string) => Iterable<SchemaObject>
  /** The difference with the columns that a partition inherits on both sides. */
  readonly inherited: (difference: Difference) => Difference
  /** Was the table attached as a partition, or detached? Then what hung on it alone hangs on both, or the other way round. */
  readonly changedPlace: (table: string) => 'attached' | 'detached' | undefined
}

/** Running code knows the states that it may have been started on; `before` and `after` are those around the migration. */
export function surroundings(known: readonly State[], before: State, after: State): Surroundings {
  const has = (id: string, key: GroupKey, states = known) => states.some((state) => state.groups.get(key)?.has(id))
  const knowsColumn = (table: string, name: string) => known.some((state) => columnIn(state, table, name) !== undefined)
  const hasGroup = (key: GroupKey) => known.some((state) => state.groups.has(key))
  return {
    knows: (object) => (object.kind === 'column' ? knowsColumn(object.table, object.name) : has(idOf(object), groupOf(object))),
    knowsGroup: hasGroup,
    knowsId: (id) => has(id, groupOfId(id)),
    knowsTable: (name) => hasGroup(tableGroup(name)) || hasGroup(`view:${name}`),
    leftNull: (table, name) => {
      const column = columnIn(after, table, name)
      return column !== undefined && !knowsColumn(table, name) && isPlain(column)
    },
    inherited: (difference) => asAlteration(difference, after),
    changedPlace: (table) => {
      const isPartition = partitionIn(after, table) !== undefined
      if (isPartition && known.some((state) => has(tableGroup(table), tableGroup(table), [state]))) return 'attached'
      const wasPartition = known.some((state) => partitionIn(state, table) !== undefined)
      return wasPartition && has(tableGroup(table), tableGroup(table), [after]) ? 'detached' : undefined
    },
    isEmpty: known.every((state) => ![...objectsOf(state)].some(({ kind }) => USED.has(kind))),
    before: (table) => before.groups.get(tableGroup(table))?.values() ?? [],
  }
}

// What code reads, writes or calls. A schema or an extension alone serves nobody.
const USED: ReadonlySet<SchemaObject['kind']> = new Set<SchemaObject['kind']>(['table', 'view', 'function', 'sequence'])

function isPlain({ nullable, default: value, generated, identity }: ColumnObject): boolean {
  return nullable && value === undefined && generated === undefined && identity === undefined
}
