import { escapeForRegularExpression } from '../regular-expression.ts'
import { groupKeysOfDifference } from '../schema/difference.ts'
import { tableGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'

/**
 * Returns the group keys of the tables that a migration touches only because a foreign key connects them with a table in its
 * statements. The server reads or locks such a table, although no statement names it. Returns no key for a function, whose
 * statements are unknown.
 */
export function groupKeysTouchedOnlyByForeignKey(
  touched: readonly string[],
  statements: readonly string[],
  { migration, before, after }: Pick<PlannedMigrationPosition, 'migration' | 'before' | 'after'>,
): readonly string[] {
  if (statements.length === 0) return []
  const changed = new Set<string>(migration.phased.flat().flatMap(groupKeysOfDifference))
  const unchanged = touched.filter((key) => key.startsWith('table:') && !changed.has(key))
  if (unchanged.length === 0) return []
  const links = [before, after].flatMap((state) => touched.flatMap((key) => foreignKeysOf(state, key)))
  const connectedTables = new Map(
    unchanged.map((key) => [key, links.flatMap(([one, other]) => (one === key ? [other] : other === key ? [one] : []))]),
  )
  const text = statements.join('\n').toLowerCase()
  // The search for the name of a table in the text of all statements takes the most time, so the condition with this search comes
  // last.
  const isNamed = (key: string) => wordOf(key).test(text)
  return unchanged.filter((key) => {
    const connected = connectedTables.get(key) ?? []
    return connected.length > 0 && !isNamed(key) && connected.some(isNamed)
  })
}

/** Returns, for each foreign key of a group, its table and the referenced table. */
function foreignKeysOf(state: SchemaState, key: string): readonly (readonly [string, string])[] {
  const objects = [...(key.startsWith('table:') ? (state.groups.get(tableGroupKey(key.slice('table:'.length)))?.values() ?? []) : [])]
  return objects.flatMap((object) =>
    object.kind === 'foreign-key' ? [[tableGroupKey(object.table), tableGroupKey(object.references.table)] as const] : [],
  )
}

/** Returns a pattern that matches the name of a table as a whole word. */
function wordOf(key: string): RegExp {
  const name = key.slice(Math.max(key.lastIndexOf('.'), key.indexOf(':')) + 1).toLowerCase()
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${escapeForRegularExpression(name)}(?![\\p{L}\\p{N}_$])`, 'u')
}
