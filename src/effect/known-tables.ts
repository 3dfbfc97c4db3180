import type { Difference } from '../schema/difference.ts'
import { objectsOf, type State } from '../schema/state.ts'

/** The tables of the state that a release begins in: of what is made later, no running code knows. */
export function knownTables(start: State): Set<string> {
  return new Set([...objectsOf(start)].flatMap((object) => (object.kind === 'table' ? [object.name] : [])))
}

/**
 * Follows the known tables through the differences: a renamed one goes on, and one that is made again under its name is new.
 * True where one has another name now.
 */
export function follow(known: Set<string>, differences: readonly Difference[]): boolean {
  let renamed = false
  for (const one of differences) {
    if (one.kind === 'removed' && one.object.kind === 'table') known.delete(one.object.name)
    if (one.kind !== 'renamed' || one.before.kind !== 'table' || !known.delete(one.before.name)) continue
    known.add(one.after.name)
    renamed = true
  }
  return renamed
}
