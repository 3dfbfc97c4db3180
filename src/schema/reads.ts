import { type SchemaGroupKey, tableGroupKey } from './object.ts'
import type { SchemaState } from './state.ts'

/**
 * The columns that statements read, by table, or 'whole' for all columns. If the map does not contain a table, the statements read
 * none of its columns. They can have locked the table, for example because of a foreign key.
 */
export type ReadColumnsByTable = ReadonlyMap<SchemaGroupKey, 'whole' | ReadonlySet<string>>

/** Returns, for each of the given tables, the columns for whose name `isNamed` returns true. */
export function namedColumnsOfTables(
  state: SchemaState,
  tables: Iterable<string>,
  isNamed: (column: string) => boolean,
): ReadColumnsByTable {
  return new Map([...tables].map((table) => [tableGroupKey(table), columnsNamed(state, table, isNamed)]))
}

function columnsNamed(state: SchemaState, table: string, isNamed: (column: string) => boolean): ReadonlySet<string> {
  const objects = [...(state.groups.get(tableGroupKey(table))?.values() ?? [])]
  return new Set(objects.flatMap((object) => (object.kind === 'column' && isNamed(object.name) ? [object.name] : [])))
}

/** Combines the read columns of several statements. Returns undefined if the read columns of one statement are unknown. */
export function combineReadColumns(all: readonly (ReadColumnsByTable | undefined)[]): ReadColumnsByTable | undefined {
  const found = new Map<SchemaGroupKey, 'whole' | ReadonlySet<string>>()
  for (const reads of all) {
    if (reads === undefined) return undefined
    for (const [group, columns] of reads) {
      const known = found.get(group)
      found.set(group, known === 'whole' || columns === 'whole' ? 'whole' : new Set([...(known ?? []), ...columns]))
    }
  }
  return found
}
