import { type Difference, objectBeforeDifference } from './difference.ts'
import { type ColumnObject, objectIdOf, type PartitionObject, type SchemaGroupKey, type SchemaObject, tableGroupKey } from './object.ts'
import { findObjectInState, type SchemaState } from './state.ts'

/** Returns the partition with the name `table`, or undefined if the table is not a partition. */
export function findPartitionInState(state: SchemaState, table: string): PartitionObject | undefined {
  const found = findObjectInState(state, `partition:${table}`, tableGroupKey(table))
  return found?.kind === 'partition' ? found : undefined
}

/**
 * Returns the names of the partitioned tables above a partition, the nearest table first. The result is empty for a table that is
 * not a partition.
 */
export function partitionedTablesAbove(state: SchemaState, table: string): readonly string[] {
  const partition = findPartitionInState(state, table)
  return partition ? [partition.of, ...partitionedTablesAbove(state, partition.of)] : []
}

/** Returns the name of the topmost partitioned table above a partition. */
export function topPartitionedTable(state: SchemaState, { of }: PartitionObject): string {
  const above = findPartitionInState(state, of)
  return above ? topPartitionedTable(state, above) : of
}

/**
 * Returns a column of a table or partition, or undefined if no such column exists. For an inherited column, returns the column of
 * the partitioned table.
 */
export function findColumnInState(state: SchemaState, table: string, name: string): ColumnObject | undefined {
  const own = findObjectInState(state, `column:${table}.${name}`, tableGroupKey(table))
  if (own?.kind === 'column') return own
  const partition = findPartitionInState(state, table)
  return partition && findColumnInState(state, partition.of, name)
}

/**
 * Replaces the addition or removal of a partition's column object by an alteration of the inherited column. The reason is that a
 * partition has a column object only while the column differs from the inherited column. The function returns any other difference
 * unchanged, also the difference of a column without an inherited column in `state`.
 */
export function toInheritedColumnAlteration(difference: Difference, state: SchemaState): Difference {
  const object = objectBeforeDifference(difference)
  if (object.kind !== 'column' || (difference.kind !== 'added' && difference.kind !== 'removed')) return difference
  const partition = findPartitionInState(state, object.table)
  const inherited = partition && findColumnInState(state, partition.of, object.name)
  if (!inherited) return difference
  // Both sides of the alteration omit the dependencies. The dependencies of an inherited column contain the name of the partitioned
  // table, and therefore differ from those of the partition.
  const { dependsOn: _, comment: __, ...facts } = inherited
  const same: ColumnObject = { ...facts, table: object.table }
  const { dependsOn: ___, ...own } = object
  return difference.kind === 'added' ? { kind: 'altered', before: same, after: own } : { kind: 'altered', before: own, after: same }
}

/**
 * Returns both states without the partitions that only one of the states has. Two exceptions stay in the state `found`: the
 * objects that a partition does not inherit, and a partition with unusual properties, such as UNLOGGED.
 */
export function removeUnsharedPartitions(expected: SchemaState, found: SchemaState): readonly [SchemaState, SchemaState] {
  const gone: SchemaGroupKey[] = []
  const left = new Map<SchemaGroupKey, ReadonlyMap<string, SchemaObject>>()
  for (const [is, was] of found.groups.apart(expected.groups)) {
    for (const [key, group] of was) if (partitionOf(group) && !isPartition(is.get(key))) gone.push(key)
    for (const [key, group] of is) {
      const partition = partitionOf(group)
      if (!partition || was.has(key)) continue
      // A comparison always includes a partition with properties that differ from an ordinary partition, such as UNLOGGED.
      const isPlain = partition.traits === undefined
      left.set(key, isPlain ? new Map([...group].filter(([id]) => id !== objectIdOf(partition))) : group)
    }
  }
  const without = (state: SchemaState, keys: Iterable<SchemaGroupKey>): SchemaState => ({
    groups: state.groups.with([...keys].map((key) => [key, undefined] as const)),
  })
  // If a partition of `expected` was detached, `found` contains it as an ordinary table. The code therefore removes the groups of
  // such partitions, which `gone` contains, from `found` too.
  return [
    without(expected, gone),
    { groups: without(found, gone).groups.with([...left].map(([key, group]) => [key, group.size > 0 ? group : undefined] as const)) },
  ]
}

function partitionOf(group: ReadonlyMap<string, SchemaObject>): PartitionObject | undefined {
  for (const object of group.values()) if (object.kind === 'partition') return object
  return undefined
}

function isPartition(group: ReadonlyMap<string, SchemaObject> | undefined): boolean {
  return group !== undefined && partitionOf(group) !== undefined
}
