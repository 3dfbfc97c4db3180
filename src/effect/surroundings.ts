import type { Difference } from '../schema/difference.ts'
import {
  type ColumnObject,
  type DomainObject,
  groupKeyOf,
  objectIdOf,
  type SchemaGroupKey,
  type SchemaObject,
  type SchemaObjectId,
  tableGroupKey,
} from '../schema/object.ts'
import { findColumn, findPartition, partitionedTablesAbove, toColumnAlteration } from '../schema/partition.ts'
import { groupKeyOfObjectId, objectsOfState, type SchemaState } from '../schema/state.ts'

/** The facts about the release and its database in which the effects of a difference are judged. */
export interface EffectContext {
  /** True if running code may know this object. Running code does not know objects that were added after it started. */
  readonly knows: (object: SchemaObject) => boolean
  readonly knowsGroup: (key: SchemaGroupKey) => boolean
  readonly knowsId: (id: SchemaObjectId) => boolean
  /** True if running code may know a table or a view of this name. */
  readonly knowsTable: (name: string) => boolean
  /**
   * True if running code leaves NULL in this column: the code does not know the column, and the column is nullable and has no default,
   * identity or generation expression.
   */
  readonly leftNull: (table: string, column: string) => boolean
  /** True if running code may call a routine of this name, with any arguments (PostgreSQL). */
  readonly knowsOverload: (name: string) => boolean
  /** Returns the objects of a table as the migration leaves it. */
  readonly after: (table: string) => Iterable<SchemaObject>
  /** Returns a column of a table as the migration leaves it. */
  readonly column: (table: string, name: string) => ColumnObject | undefined
  /** Returns the domain of this name as the migration leaves it. Undefined for any other type. */
  readonly domain: (type: string) => DomainObject | undefined
  /** True if the release begins in an empty database, so no application code is running. */
  readonly isEmpty: boolean
  /** Returns the objects of a table before the migration. Running code already obeys the rules among them. */
  readonly before: (table: string) => Iterable<SchemaObject>
  /** Adds the columns that a partition inherits to both sides of a difference. */
  readonly inherited: (difference: Difference) => Difference
  /** Returns 'attached' if the table became a partition, and 'detached' if it stopped being one. Its own objects then become inherited ones, or the reverse. */
  readonly changedPlace: (table: string) => 'attached' | 'detached' | undefined
}

/**
 * Makes the context in which one migration is judged. `known` holds the states on which running code may have started; `before` and
 * `after` are the states around the migration.
 */
export function makeEffectContext(known: readonly SchemaState[], before: SchemaState, after: SchemaState): EffectContext {
  const has = (id: string, key: SchemaGroupKey, states = known) => states.some((state) => state.groups.get(key)?.has(id))
  const knowsColumn = (table: string, name: string) => known.some((state) => findColumn(state, table, name) !== undefined)
  const hasGroup = (key: SchemaGroupKey) => known.some((state) => state.groups.has(key))
  return {
    knows: (object) => (object.kind === 'column' ? knowsColumn(object.table, object.name) : has(objectIdOf(object), groupKeyOf(object))),
    knowsGroup: hasGroup,
    knowsId: (id) => has(id, groupKeyOfObjectId(id)),
    knowsTable: (name) => hasGroup(tableGroupKey(name)) || hasGroup(`view:${name}`),
    leftNull: (table, name) => {
      const column = findColumn(after, table, name)
      // Running code writes to a new partition through the partitioned table that it knows.
      const isKnown = [table, ...partitionedTablesAbove(after, table)].some((one) => knowsColumn(one, name))
      return column !== undefined && !isKnown && isPlain(column)
    },
    knowsOverload: (name) => known.some((state) => [...state.groups.keys()].some((key) => key.startsWith(`function:${name}(`))),
    after: (table) => after.groups.get(tableGroupKey(table))?.values() ?? [],
    column: (table, name) => findColumn(after, table, name),
    domain: (type) => [...(after.groups.get(`domain:${type}`)?.values() ?? [])].find((object) => object.kind === 'domain'),
    inherited: (difference) => toColumnAlteration(difference, after),
    changedPlace: (table) => {
      const isPartition = findPartition(after, table) !== undefined
      if (isPartition && known.some((state) => has(tableGroupKey(table), tableGroupKey(table), [state]))) return 'attached'
      const wasPartition = known.some((state) => findPartition(state, table) !== undefined)
      return wasPartition && has(tableGroupKey(table), tableGroupKey(table), [after]) ? 'detached' : undefined
    },
    isEmpty: known.every((state) => ![...objectsOfState(state)].some(({ kind }) => USED.has(kind))),
    before: (table) => before.groups.get(tableGroupKey(table))?.values() ?? [],
  }
}

// The kinds of objects that application code reads, writes or calls. Code never uses a schema or an extension by itself.
const USED: ReadonlySet<SchemaObject['kind']> = new Set<SchemaObject['kind']>(['table', 'view', 'function', 'sequence'])

function isPlain({ nullable, default: value, generated, identity }: ColumnObject): boolean {
  return nullable && value === undefined && generated === undefined && identity === undefined
}
