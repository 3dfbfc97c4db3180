import { groupKeyOf, type SchemaGroupKey, type SchemaObject } from '../../../schema/object.ts'
import { groupKeyOfObjectId, objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { tokenizeMysql } from '../text/lexer.ts'
import type { MysqlObjectNames } from '../text/names.ts'
import { canNameMysqlTable } from '../text/table-place.ts'

/**
 * Returns all groups that a statement on the named groups can touch. The result contains the named groups, the tables of their
 * views, and the objects that their triggers name. The result also contains each table that the server changes because of a
 * cascading foreign key. The triggers of such a table do not matter, because a cascade fires no trigger. Returns 'all' if a view
 * or a trigger calls a routine.
 */
export function findSchemaGroupsWithinReach(
  named: readonly SchemaGroupKey[],
  state: SchemaState,
  names: MysqlObjectNames,
): ReadonlySet<SchemaGroupKey> | 'all' {
  const loud = new Set(named)
  // The set `loud` contains the groups whose triggers can run. The loop adds groups to the set while it visits the set, so the
  // loop also visits the added groups.
  for (const group of loud) {
    for (const object of state.groups.get(group)?.values() ?? []) {
      for (const to of stepsOf(object, names)) {
        if (to === undefined) return 'all'
        loud.add(to)
      }
    }
  }
  const found = new Set(loud)
  const cascades = [...objectsOfState(state)].flatMap(cascadesOf)
  for (const group of found) for (const { from, to } of cascades) if (from === group) found.add(to)
  return found
}

/**
 * Returns the groups that an object of the schema touches. An element is undefined when the object calls a routine, because a
 * routine can touch any group.
 */
function stepsOf(object: SchemaObject, names: MysqlObjectNames): readonly (SchemaGroupKey | undefined)[] {
  if (object.kind === 'view') return (object.dependsOn ?? []).map((id) => (id.startsWith('function:') ? undefined : groupKeyOfObjectId(id)))
  return object.kind === 'trigger' ? bodySteps(object.action, names) : []
}

function cascadesOf(object: SchemaObject): readonly { readonly from: SchemaGroupKey; readonly to: SchemaGroupKey }[] {
  if (object.kind !== 'foreign-key' || (object.onDelete === undefined && object.onUpdate === undefined)) return []
  return [{ from: `table:${object.references.table}`, to: groupKeyOf(object) }]
}

function bodySteps(body: string, names: MysqlObjectNames): readonly (SchemaGroupKey | undefined)[] {
  return tokenizeMysql(body).flatMap((token, index, tokens): readonly (SchemaGroupKey | undefined)[] => {
    const name = token.kind === 'name' ? token.value : body.slice(token.start, token.end)
    if (names.routines.has(name) && (tokens[index + 1]?.value === '(' || tokens[index - 1]?.value === 'CALL')) return [undefined]
    return canNameMysqlTable(tokens, index) ? [...(names.groups.get(name) ?? [])] : []
  })
}
