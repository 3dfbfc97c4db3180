import { groupKeysOfDifference } from '../schema/difference.ts'
import { tableGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedPosition } from '../state/planned.ts'

/**
 * Returns the keys of the tables that a migration touches only because a foreign key connects them with a table in its statements:
 * the server reads or locks such a table, although no statement names it. Returns no key for a function, whose statements are
 * unknown.
 */
export function tablesTouchedByForeignKey(
  touched: readonly string[],
  statements: readonly string[],
  { migration, before, after }: Pick<PlannedPosition, 'migration' | 'before' | 'after'>,
): readonly string[] {
  if (statements.length === 0) return []
  const text = statements.join('\n').toLowerCase()
  const isNamed = (key: string) => wordOf(key).test(text)
  const changed = new Set<string>(migration.phased.flat().flatMap(groupKeysOfDifference))
  const links = [before, after].flatMap((state) => touched.flatMap((key) => foreignKeysOf(state, key)))
  const isLinked = (key: string) => links.some(([one, other]) => (one === key && isNamed(other)) || (other === key && isNamed(one)))
  return touched.filter((key) => key.startsWith('table:') && !isNamed(key) && !changed.has(key) && isLinked(key))
}

/** Returns the table of each foreign key of a group, with the referenced table. */
function foreignKeysOf(state: SchemaState, key: string): readonly (readonly [string, string])[] {
  const objects = [...(key.startsWith('table:') ? (state.groups.get(tableGroupKey(key.slice('table:'.length)))?.values() ?? []) : [])]
  return objects.flatMap((object) =>
    object.kind === 'foreign-key' ? [[tableGroupKey(object.table), tableGroupKey(object.references.table)] as const] : [],
  )
}

/** Returns a pattern that matches the name of a table as a whole word. */
function wordOf(key: string): RegExp {
  const name = key.slice(Math.max(key.lastIndexOf('.'), key.indexOf(':')) + 1).toLowerCase()
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}(?![\\p{L}\\p{N}_$])`, 'u')
}
