import { findSchemaMismatches, type SchemaComparisonSettings } from '../schema/mismatch.ts'
import { groupKeysOutsideSchemas } from '../schema/neighbour.ts'
import { type SchemaObjectGroup, type SchemaState, selectGroupsOfState } from '../schema/state.ts'
import type { PlannedChainPoint } from './known-points.ts'

/**
 * Returns, for each point of the chain, the number of tables that certainly differ from the live schema. The function compares
 * only plain tables, so a result of 0 does not prove that the schemas are equal.
 */
export function countDifferingTablesByChainPoint(
  live: SchemaState,
  leniency: SchemaComparisonSettings,
  points: readonly PlannedChainPoint[],
): readonly number[] {
  const comparison = new TableComparison(live, leniency)
  let total = comparison.extra
  let before: SchemaState | undefined
  return points.map(({ state }) => {
    if (before) {
      for (const [now, was] of state.groups.apart(before.groups)) total += comparison.countIn(now, state) - comparison.countIn(was, before)
    } else {
      for (const bucket of state.groups.buckets) total += comparison.countIn(bucket, state)
    }
    before = state
    return total
  })
}

class TableComparison {
  readonly #live: SchemaState
  readonly #leniency: SchemaComparisonSettings
  /**
   * The group keys of the live tables that certainly belong to the project. Each of these tables counts as different from every
   * state that does not contain the table.
   */
  readonly #counted: ReadonlySet<string>
  readonly #differs = new WeakMap<SchemaObjectGroup, boolean>()

  constructor(live: SchemaState, leniency: SchemaComparisonSettings) {
    this.#live = live
    this.#leniency = { ...leniency, compareGeneratedNames: false }
    const outside = new Set(groupKeysOutsideSchemas(live, leniency.schemas))
    const tables = [...live.groups].filter(([key, group]) => isPlainTable(group) && !leniency.exempt.has(key) && !outside.has(key))
    // If the live objects belong to several database users, a live table that a state does not contain can be a table of another
    // program. Such a table then does not count as different.
    const owners = new Set([...live.groups].flatMap(([, group]) => ownersOf(group)))
    this.#counted = new Set(owners.size <= 1 ? tables.map(([key]) => key) : [])
  }

  get extra(): number {
    return this.#counted.size
  }

  countIn(bucket: Iterable<readonly [string, SchemaObjectGroup]>, state: SchemaState): number {
    let count = 0
    for (const [key, group] of bucket) {
      if (this.#counted.has(key)) count -= 1
      if (this.#isDifferent(key, group, state)) count += 1
    }
    return count
  }

  #isDifferent(key: string, group: SchemaObjectGroup, state: SchemaState): boolean {
    const known = this.#differs.get(group)
    if (known !== undefined) return known
    const differs = this.#compare(key, group, state)
    this.#differs.set(group, differs)
    return differs
  }

  #compare(key: string, group: SchemaObjectGroup, state: SchemaState): boolean {
    if (!isPlainTable(group) || this.#leniency.exempt.has(key)) return false
    const there = this.#live.groups.get(key)
    const expected = selectGroupsOfState(state, [key])
    if (groupKeysOutsideSchemas(expected, this.#leniency.schemas).length > 0) return false
    if (there && !isPlainTable(there)) return false
    return findSchemaMismatches(expected, selectGroupsOfState(this.#live, [key]), this.#leniency).length > 0
  }
}

/**
 * Returns true if a group is a table that is neither a partition nor a partitioned table. A comparison of partitions would need
 * other tables too.
 */
function isPlainTable(group: SchemaObjectGroup): boolean {
  let plain = false
  for (const object of group.values()) {
    if (object.kind === 'partition') return false
    if (object.kind === 'table') plain = object.partitioning === undefined
  }
  return plain
}

function ownersOf(group: SchemaObjectGroup): readonly string[] {
  return [...group.values()].flatMap((object) => ('owner' in object && object.owner !== undefined ? [object.owner] : []))
}
