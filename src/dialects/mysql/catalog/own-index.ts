import { canBeMysqlForeignKeyIndex } from '../../../schema/key-index.ts'
import type { ForeignKeyObject, IndexObject } from '../../../schema/object.ts'
import type { TableMemberObject } from './index-line.ts'

/**
 * Removes each index that the server created for a foreign key, and stores the name of the index as `ownIndex` of the foreign key.
 * Three facts show that the server created an index. The index contains exactly the columns of the foreign key. No other foreign
 * key needs the index. The name of the index is the name of the foreign key or, if the server generated the name of the foreign
 * key, the name of its first column, possibly with a number.
 */
export function attachMysqlIndexesToForeignKeys(objects: readonly TableMemberObject[]): readonly TableMemberObject[] {
  const keys = objects.filter((object) => object.kind === 'foreign-key')
  const owned = new Map<string, string>()
  for (const index of objects) {
    if (index.kind !== 'index' || !canBeMysqlForeignKeyIndex(index)) continue
    const [owner, ...others] = keys.filter((key) => leansOn(key, index))
    if (owner && others.length === 0 && isNamedFor(index, owner) && index.keys.length === owner.columns.length)
      owned.set(owner.name, index.name)
  }
  const taken = new Set(owned.values())
  return objects.flatMap((object): TableMemberObject[] => {
    if (object.kind === 'index' && taken.has(object.name)) return []
    const own = object.kind === 'foreign-key' ? owned.get(object.name) : undefined
    return object.kind === 'foreign-key' && own !== undefined ? [{ ...object, ownIndex: own }] : [object]
  })
}

function leansOn(key: ForeignKeyObject, index: IndexObject): boolean {
  return key.columns.every((column, place) => index.keys[place] === column)
}

function isNamedFor(index: IndexObject, key: ForeignKeyObject): boolean {
  if (index.name === key.name) return true
  if (!/_ibfk_\d+$/.test(key.name) && !/^\d+$/.test(key.name)) return false
  const column = key.columns[0] ?? ''
  return index.name === column || (index.name.startsWith(`${column}_`) && /^\d+$/.test(index.name.slice(column.length + 1)))
}
