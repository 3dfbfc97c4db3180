import type { Difference } from '../schema/difference.ts'
import type { SchemaObject } from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'

/** Returns the names of the tables and materialized views at the start of a release. Running code knows only these tables. */
export function tablesKnownAtStart(start: SchemaState): Set<string> {
  return new Set([...objectsOfState(start)].flatMap((object) => (holdsRows(object) ? [object.name] : [])))
}

/**
 * Updates `known`, the names of the tables that running code knows, for a list of schema differences. A renamed table stays in
 * the set under its new name. A removed table is deleted from the set, so that a table which is added later with the same name
 * counts as new. Returns true if a known table was renamed.
 */
export function updateKnownTables(known: Set<string>, differences: readonly Difference[]): boolean {
  let renamed = false
  for (const one of differences) {
    if (one.kind === 'removed' && holdsRows(one.object)) known.delete(one.object.name)
    if (one.kind !== 'renamed' || !holdsRows(one.before) || !known.delete(one.before.name)) continue
    known.add(one.after.name)
    renamed = true
  }
  return renamed
}

function holdsRows(object: SchemaObject): boolean {
  return object.kind === 'table' || (object.kind === 'view' && object.materialized === true)
}
