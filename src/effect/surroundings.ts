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
import { findColumnInState, findPartitionInState, partitionedTablesAbove, toInheritedColumnAlteration } from '../schema/partition.ts'
import { groupKeyOfObjectId, objectsOfState, type SchemaState } from '../schema/state.ts'

/** The facts about a migration and its release from which the engine determines the effects of a schema difference. */
export interface EffectContext {
  /**
   * Returns true if running code can know the object. Running code does not know an object that was added after the code started.
   */
  readonly knows: (object: SchemaObject) => boolean
  readonly knowsGroup: (key: SchemaGroupKey) => boolean
  readonly knowsId: (id: SchemaObjectId) => boolean
  /** Returns true if running code can know a table or a view with the given name. */
  readonly knowsTable: (name: string) => boolean
  /**
   * Returns true if running code leaves NULL in the column. Running code does so if it does not know the column, and if the
   * column is nullable and has no default, identity or generation expression.
   */
  readonly leftNull: (table: string, column: string) => boolean
  /** Returns true if running code can call a routine with the given name, with any arguments, on PostgreSQL. */
  readonly knowsOverload: (name: string) => boolean
  /** Returns the objects of a table after the migration. */
  readonly after: (table: string) => Iterable<SchemaObject>
  /** Returns a column of a table after the migration. */
  readonly column: (table: string, name: string) => ColumnObject | undefined
  /** Returns the domain with the given name after the migration. Returns undefined for a type that is not a domain. */
  readonly domain: (type: string) => DomainObject | undefined
  /**
   * True if the release begins in a database without tables, views, functions and sequences, so that no application code is
   * running.
   */
  readonly isEmpty: boolean
  /**
   * Returns the objects of a table before the migration. The rows that running code writes already comply with the constraints
   * among these objects.
   */
  readonly before: (table: string) => Iterable<SchemaObject>
  /**
   * Returns a difference in a column of a partition as an alteration of the inherited column. A schema state contains a column of a
   * partition only while the column differs from the inherited column. A change of such a column can therefore look like an added
   * or removed column. Returns every other difference unchanged.
   */
  readonly inherited: (difference: Difference) => Difference
  /**
   * Returns 'attached' if a table that running code knows became a partition, and 'detached' if a partition that running code
   * knows became a table. Otherwise returns undefined.
   */
  readonly changedPlace: (table: string) => 'attached' | 'detached' | undefined
}

/**
 * Collects what the engine must know about the schema in order to determine the effects of one migration on running code. `known`
 * contains each schema that can have existed when an instance of the running code started. `before` and `after` are the schemas
 * before and after the migration.
 */
export function makeEffectContext(known: readonly SchemaState[], before: SchemaState, after: SchemaState): EffectContext {
  const has = (id: string, key: SchemaGroupKey, states = known) => states.some((state) => state.groups.get(key)?.has(id))
  const knowsColumn = (table: string, name: string) => known.some((state) => findColumnInState(state, table, name) !== undefined)
  const hasGroup = (key: SchemaGroupKey) => known.some((state) => state.groups.has(key))
  return {
    knows: (object) => (object.kind === 'column' ? knowsColumn(object.table, object.name) : has(objectIdOf(object), groupKeyOf(object))),
    knowsGroup: hasGroup,
    knowsId: (id) => has(id, groupKeyOfObjectId(id)),
    knowsTable: (name) => hasGroup(tableGroupKey(name)) || hasGroup(`view:${name}`),
    leftNull: (table, name) => {
      const column = findColumnInState(after, table, name)
      // Running code writes to a new partition through the partitioned table that it knows. It therefore knows the columns of the
      // partition.
      const isKnown = [table, ...partitionedTablesAbove(after, table)].some((one) => knowsColumn(one, name))
      return column !== undefined && !isKnown && isPlain(column)
    },
    knowsOverload: (name) => known.some((state) => [...state.groups.keys()].some((key) => key.startsWith(`function:${name}(`))),
    after: (table) => after.groups.get(tableGroupKey(table))?.values() ?? [],
    column: (table, name) => findColumnInState(after, table, name),
    domain: (type) => [...(after.groups.get(`domain:${type}`)?.values() ?? [])].find((object) => object.kind === 'domain'),
    inherited: (difference) => toInheritedColumnAlteration(difference, after),
    changedPlace: (table) => {
      const isPartition = findPartitionInState(after, table) !== undefined
      if (isPartition && known.some((state) => has(tableGroupKey(table), tableGroupKey(table), [state]))) return 'attached'
      const wasPartition = known.some((state) => findPartitionInState(state, table) !== undefined)
      return wasPartition && has(tableGroupKey(table), tableGroupKey(table), [after]) ? 'detached' : undefined
    },
    isEmpty: known.every((state) => ![...objectsOfState(state)].some(({ kind }) => USED.has(kind))),
    before: (table) => before.groups.get(tableGroupKey(table))?.values() ?? [],
  }
}

// The kinds of objects that application code reads, writes or calls. A database without such objects has no running code. Schemas
// and extensions are not in the list, because application code uses only the objects in them.
const USED: ReadonlySet<SchemaObject['kind']> = new Set<SchemaObject['kind']>(['table', 'view', 'function', 'sequence'])

function isPlain({ nullable, default: value, generated, identity }: ColumnObject): boolean {
  return nullable && value === undefined && generated === undefined && identity === undefined
}
