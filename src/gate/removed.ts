import { objectBeforeDifference } from '../schema/difference.ts'
import { groupKeyOf, objectIdOf, type SchemaObject, type SchemaObjectId } from '../schema/object.ts'
import { findObjectInState, type SchemaState } from '../schema/state.ts'
import type { UpcomingMigrationStep } from './upcoming-step.ts'

const USABLE: ReadonlySet<SchemaObject['kind']> = new Set<SchemaObject['kind']>([
  'table',
  'partition',
  'column',
  'view',
  'function',
  'index',
])

/**
 * Returns the tables, columns, views, routines and indexes of the current schema whose names do not exist after the statements in
 * `steps`. The result does not contain the columns and indexes of a removed table.
 */
export function findRemovedObjects(steps: readonly UpcomingMigrationStep[], now: SchemaState): readonly SchemaObject[] {
  const removed = new Map<SchemaObjectId, SchemaObject>()
  for (const change of steps.flatMap(({ differences }) => differences)) {
    const leaving = change.kind === 'added' || change.kind === 'altered' ? undefined : objectBeforeDifference(change)
    const coming = change.kind === 'added' ? change.object : change.kind === 'renamed' ? change.after : undefined
    const known = leaving && findObjectInState(now, objectIdOf(leaving), groupKeyOf(leaving))
    if (known && USABLE.has(known.kind)) removed.set(objectIdOf(known), known)
    if (coming) removed.delete(objectIdOf(coming))
  }
  const objects = [...removed.values()]
  const tables = new Set(objects.flatMap((one) => (one.kind === 'table' || one.kind === 'partition' ? [one.name] : [])))
  return objects.filter((one) => !('table' in one && one.table !== undefined && tables.has(one.table)))
}
