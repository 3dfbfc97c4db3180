import { type GroupKey, tableGroup } from './object.ts'
import type { State } from './state.ts'

/**
 * What statements read, by table: these columns, or the whole of it. A table that is not in it was at most locked, as a foreign
 * key does it.
 */
export type Reads = ReadonlyMap<GroupKey, 'whole' | ReadonlySet<string>>

/** The columns of a table that are named, by words that `isNamed` knows. */
export function columnsNamed(state: State, table: string, isNamed: (column: string) => boolean): ReadonlySet<string> {
  const objects = [...(state.groups.get(tableGroup(table))?.values() ?? [])]
  return new Set(objects.flatMap((object) => (object.kind === 'column' && isNamed(object.name) ? [object.name] : [])))
}

/** What several statements read together; undefined where it cannot be told of one of them. */
export function together(all: readonly (Reads | undefined)[]): Reads | undefined {
  const found = new Map<GroupKey, 'whole' | ReadonlySet<string>>()
  for (const reads of all) {
    if (reads === undefined) return undefined
    for (const [group, columns] of reads) {
      const known = found.get(group)
      found.set(group, known === 'whole' || columns === 'whole' ? 'whole' : new Set([...(known ?? []), ...columns]))
    }
  }
  return found
}
