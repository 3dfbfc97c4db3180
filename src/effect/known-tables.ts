import type { Difference } from '../schema/difference.ts'
import type { SchemaObject } from '../schema/object.ts'
import { objectsOf, type State } from '../schema/state.ts'

/** The tables and materialized views of the state that a release begins in: of what is made later, no running code knows. */
export function knownTables(start: State): Set<string> {
  return new Set([...objectsOf(start)].flatMap((object) => (holdsRows(object) ? [object.name] : [])))
}

/**
 * Follows the known tables through the differences: a renamed one goes on, and one that is made again under its name is new.
 * True where one has another name now.
 */
export function follow(known: Set<string>, differences: readonly Difference[]): boolean {
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
