import type { Difference } from './difference.ts'
import { type ForeignKeyObject, groupKeyOf, type IndexObject, type SchemaObject } from './object.ts'
import type { SchemaState } from './state.ts'

/** Returns true if MySQL or MariaDB can have created the index for a foreign key. */
export function canBeMysqlForeignKeyIndex(index: IndexObject): boolean {
  return index.method === 'btree' && index.comment === undefined && index.invisible === undefined
}

/**
 * Returns true if the index of a foreign key only has another name in the other state, on MySQL and MariaDB. When another foreign
 * key on the same columns is added, the server replaces its own index by one with the new name. In a database that was restored
 * from a dump, the same index counts as an index of the author, and the server keeps it. The function requires that both states
 * have the foreign key and equally many indexes with its columns, and that the server chose the name in the other state.
 */
export function isForeignKeyIndexNameDifference(difference: Difference, before: SchemaState, after: SchemaState): boolean {
  if (difference.kind !== 'added' && difference.kind !== 'removed') return false
  const { object } = difference
  if (object.kind !== 'index' || !canBeMysqlForeignKeyIndex(object)) return false
  const [own, other] = difference.kind === 'added' ? [after, before] : [before, after]
  const [here, there] = [indexNamesFor(object, own), indexNamesFor(object, other)]
  return here.all.length === there.all.length && here.keys.length > 0 && there.ofServer.length > 0
}

/** Returns the foreign keys with the columns of an index, the names of all plain indexes with these columns, and the server's own. */
function indexNamesFor(index: IndexObject, state: SchemaState) {
  const objects: readonly SchemaObject[] = [...(state.groups.get(groupKeyOf(index))?.values() ?? [])]
  const hasColumns = (columns: readonly string[]) => JSON.stringify(columns) === JSON.stringify(index.keys)
  const keys = objects.filter((one): one is ForeignKeyObject => one.kind === 'foreign-key' && hasColumns(one.columns))
  const owned = keys.flatMap(({ ownIndex }) => (ownIndex === undefined ? [] : [ownIndex]))
  const indexes = objects.filter(
    (one): one is IndexObject => one.kind === 'index' && canBeMysqlForeignKeyIndex(one) && hasColumns(one.keys),
  )
  const named = indexes.filter(({ name }) => keys.some((key) => key.name === name)).map(({ name }) => name)
  return { keys, all: [...owned, ...indexes.map(({ name }) => name)], ofServer: [...owned, ...named] }
}
