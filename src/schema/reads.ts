import { type GroupKey, tableGroup } from './object.ts'
import type { State } from './state.ts'

/** The columns that statements read, by table, or 'whole'. A table that is absent was at most locked, for example by a foreign key. */
export type ReadColumns = ReadonlyMap<GroupKey, 'whole' | ReadonlySet<string>>

/** Returns the columns of these tables whose names `isNamed` accepts. */
export function readsOfTables(state: State, tables: Iterable<string>, isNamed: (column: string) => boolean): ReadColumns {
  return new Map([...tables].map((table) => [tableGroup(table), columnsNamed(state, table, isNamed)]))
}

function columnsNamed(state: State, table: string, isNamed: (column: string) => boolean): ReadonlySet<string> {
  const objects = [...(state.groups.get(tableGroup(table))?.values() ?? [])]
  return new Set(objects.flatMap((object) => (object.kind === 'column' && isNamed(object.name) ? [object.name] : [])))
}

/** Combines the reads of several statements. Undefined if the reads of one statement are unknown. */
export function combineReads(all: readonly (ReadColumns | undefined)[]): ReadColumns | undefined {
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
