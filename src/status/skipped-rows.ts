import type { Migration } from '../release/migration.ts'
import { type SchemaObject, tableGroupKey } from '../schema/object.ts'
import { findObjectInState, type SchemaState } from '../schema/state.ts'

/**
 * Returns the triggers and rules of PostgreSQL that can skip rows that a data step writes: each BEFORE trigger whose function can
 * return NULL, and each rule. The server then reports success, and the rows keep their old values. Returns no object for a data
 * step with a pending query, because the pending query counts the skipped rows. `tables` contains the tables that the data step
 * writes, and `state` is the schema in which the data step runs.
 */
export function findObjectsThatCanSkipRows(
  { phase, body, pending }: Pick<Migration, 'phase' | 'body' | 'pending'>,
  tables: Iterable<string>,
  state: SchemaState,
): readonly SchemaObject[] {
  if (phase !== 'migrate' || body.kind !== 'sql' || pending !== undefined) return []
  const verbs = new Set(body.sql.text.toLowerCase().match(/\b(?:insert|copy|merge|update|delete)\b/g))
  return [...tables].flatMap((table) =>
    [...(state.groups.get(tableGroupKey(table))?.values() ?? [])].filter((object) => canSkipRows(object, verbs, state)),
  )
}

// The statements for which PostgreSQL fires the triggers of each event.
const VERBS_OF_EVENT: readonly (readonly [event: string, verbs: readonly string[]])[] = [
  ['insert', ['insert', 'copy', 'merge']],
  ['update', ['update', 'merge']],
  ['delete', ['delete', 'merge']],
]

function canSkipRows(object: SchemaObject, verbs: ReadonlySet<string>, state: SchemaState): boolean {
  if (object.kind === 'opaque') return object.what === 'rule'
  if (object.kind !== 'trigger' || object.enabled === 'disabled' || object.enabled === 'replica') return false
  if (!/^before .* for each row$/.test(object.fires)) return false
  const fires = VERBS_OF_EVENT.some(([event, own]) => object.fires.includes(event) && own.some((verb) => verbs.has(verb)))
  return fires && (object.dependsOn ?? []).some((id) => id.startsWith('function:') && canReturnNull(findObjectInState(state, id, id)))
}

// The text of a function in another language than PL/pgSQL does not show whether the function returns NULL.
function canReturnNull(object: SchemaObject | undefined): boolean {
  return object?.kind === 'function' && /\breturn\s+null\b/i.test(object.definition.replace(/--.*$/gm, ''))
}
