import type { Difference } from './difference.ts'
import { type ForeignKeyObject, groupKeyOf, type IndexObject, type SchemaObject } from './object.ts'
import type { SchemaState } from './state.ts'

/** Returns true if MySQL or MariaDB can have created the index for a foreign key. */
export function canBeMysqlForeignKeyIndex(index: IndexObject): boolean {
  return index.method === 'btree' && index.comment === undefined && index.invisible === undefined
}

/**
 * Returns true if a difference is only another name of the index of a foreign key, on MySQL and MariaDB. When another foreign key
 * on the same columns is added, the server replaces the index that it created by an index with the new name. In a database that was
 * restored from a dump, the server keeps the old index, because the index there counts as an index of the author. The function
 * requires three facts: both states have a foreign key on the columns of the index, both states have equally many indexes on these
 * columns, and the server chose the name of such an index in the other state.
 */
export function isForeignKeyIndexNameDifference(difference: Difference, before: SchemaState, after: SchemaState): boolean {
  if (difference.kind !== 'added' && difference.kind !== 'removed') return false
  const { object } = difference
  if (object.kind !== 'index' || !canBeMysqlForeignKeyIndex(object)) return false
  const [own, other] = difference.kind === 'added' ? [after, before] : [before, after]
  const [here, there] = [indexNamesFor(object, own), indexNamesFor(object, other)]
  return here.all.length === there.all.length && here.keys.length > 0 && there.ofServer.length > 0
}

/**
 * Returns the foreign keys on the columns of an index (`keys`), and the names of all plain indexes on these columns (`all`).
 * `ofServer` contains those of the names that the server chose.
 */
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

/**
 * Returns a text for each index that MySQL or MariaDB created for a foreign key among the objects. The text contains the name and
 * the columns of the index. It contains no name of a table, because a release can rename the table.
 */
export function indexesOfMysqlForeignKeys(objects: Iterable<SchemaObject>): readonly string[] {
  return [...objects].flatMap((object) =>
    object.kind === 'foreign-key' && object.ownIndex !== undefined ? [textOfIndex(object.ownIndex, object.columns)] : [],
  )
}

/**
 * Returns true if only one of two states contains an index that MySQL or MariaDB created for a foreign key, and the other state has
 * another key or index that begins with the same columns. The server drops the index that it created as soon as such a key or index
 * exists, also after the foreign key was dropped. In a database that was restored from a dump, the server keeps the index, because
 * the index there counts as an index of the author. `known` contains the texts of `indexesOfMysqlForeignKeys`.
 */
export function isRemainingForeignKeyIndex(
  difference: Difference,
  before: SchemaState,
  after: SchemaState,
  known: ReadonlySet<string>,
): boolean {
  if (difference.kind !== 'added' && difference.kind !== 'removed') return false
  const { object } = difference
  if (object.kind !== 'index' || !canBeMysqlForeignKeyIndex(object) || !known.has(textOfIndex(object.name, object.keys))) return false
  const other = difference.kind === 'added' ? before : after
  return [...(other.groups.get(groupKeyOf(object))?.values() ?? [])].some((one) =>
    object.keys.every((column, place) => columnsOfIndex(one)[place] === column),
  )
}

function textOfIndex(name: string, columns: readonly string[]): string {
  return JSON.stringify([name, ...columns])
}

function columnsOfIndex(object: SchemaObject): readonly string[] {
  if (object.kind === 'primary-key' || object.kind === 'unique') return object.columns
  return object.kind === 'index' && object.method === 'btree' ? object.keys : []
}
