import { type Difference, subjectOf } from './difference.ts'
import { type ColumnObject, type GroupKey, idOf, type PartitionObject, type SchemaObject, tableGroup } from './object.ts'
import { objectIn, type State } from './state.ts'

/** Finds the partition with this name, or undefined if the table is not a partition. */
export function partitionIn(state: State, table: string): PartitionObject | undefined {
  const found = objectIn(state, `partition:${table}`, tableGroup(table))
  return found?.kind === 'partition' ? found : undefined
}

/** Lists the tables of which a table is a partition, the nearest first. */
export function partitionedBy(state: State, table: string): readonly string[] {
  const partition = partitionIn(state, table)
  return partition ? [partition.of, ...partitionedBy(state, partition.of)] : []
}

/** Returns the topmost partitioned table above a partition. */
export function rootOf(state: State, { of }: PartitionObject): string {
  const above = partitionIn(state, of)
  return above ? rootOf(state, above) : of
}

/** Finds a column of a table or partition. An inherited column is the object of the partitioned table. */
export function columnIn(state: State, table: string, name: string): ColumnObject | undefined {
  const own = objectIn(state, `column:${table}.${name}`, tableGroup(table))
  if (own?.kind === 'column') return own
  const partition = partitionIn(state, table)
  return partition && columnIn(state, partition.of, name)
}

/**
 * Turns the addition or removal of a partition's column object into an alteration. Such an object appears when the column begins to
 * differ from the inherited one. The result is an alteration only if both sides are known in this state.
 */
export function asAlteration(difference: Difference, state: State): Difference {
  const object = subjectOf(difference)
  if (object.kind !== 'column' || (difference.kind !== 'added' && difference.kind !== 'removed')) return difference
  const partition = partitionIn(state, object.table)
  const inherited = partition && columnIn(state, partition.of, object.name)
  if (!inherited) return difference
  // The dependencies of an inherited column carry the name of the other table, so they are left out.
  const { dependsOn: _, comment: __, ...facts } = inherited
  const same: ColumnObject = { ...facts, table: object.table }
  const { dependsOn: ___, ...own } = object
  return difference.kind === 'added' ? { kind: 'altered', before: same, after: own } : { kind: 'altered', before: own, after: same }
}

/** Returns two states without the partitions that only one of them has. Objects that such a partition has of its own remain. */
export function withoutLonePartitions(expected: State, found: State): readonly [State, State] {
  const gone: GroupKey[] = []
  const left = new Map<GroupKey, ReadonlyMap<string, SchemaObject>>()
  for (const [is, was] of found.groups.apart(expected.groups)) {
    for (const [key, group] of was) if (partitionOf(group) && !isPartition(is.get(key))) gone.push(key)
    for (const [key, group] of is) {
      const partition = partitionOf(group)
      if (!partition || was.has(key)) continue
      // A partition with unusual properties of its own stays in the comparison.
      const isPlain = partition.traits === undefined
      left.set(key, isPlain ? new Map([...group].filter(([id]) => id !== idOf(partition))) : group)
    }
  }
  const without = (state: State, keys: Iterable<GroupKey>): State => ({
    groups: state.groups.with([...keys].map((key) => [key, undefined] as const)),
  })
  // A detached partition is an ordinary table in the other state.
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
