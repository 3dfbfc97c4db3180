import type { CheckObject, ForeignKeyObject, IndexObject, KeyObject } from '../schema/object.ts'
import type { Effect } from './effect.ts'
import { holdsForNull } from './null-safe.ts'
import type { Surroundings } from './surroundings.ts'

/** A unique rule never meets NULL; running code writes nothing else to a column that it does not know. */
export function newKey(key: KeyObject, at: Surroundings): readonly Effect[] {
  const isNull = key.columns.some((column) => at.leftNull(key.table, column))
  return key.kind === 'unique' && isNull && !key.nullsNotDistinct ? ['adds'] : ['tightens']
}

export function alteredKey(before: KeyObject, after: KeyObject, attribute: string): readonly Effect[] {
  if (attribute === 'invisible') return after.invisible ? ['removes'] : ['speeds']
  if (attribute === 'include') return ['speeds']
  if (attribute === 'nullsNotDistinct') return after.nullsNotDistinct ? ['tightens'] : ['relaxes']
  if (attribute !== 'columns') return ['opaque']
  // With more columns the rule forbids less, but an upsert on the old ones has nothing to lean on.
  return before.columns.every((column) => after.columns.includes(column)) && before.kind === 'unique'
    ? ['relaxes', 'removes']
    : ['tightens', 'removes']
}

export function newIndex(index: IndexObject, at: Surroundings): readonly Effect[] {
  if (!index.unique) return ['speeds']
  const isNull = index.keys.some((column) => at.leftNull(index.table, column))
  return isNull && !index.nullsNotDistinct ? ['adds'] : ['tightens']
}

export function alteredIndex(before: IndexObject, after: IndexObject, attribute: string): readonly Effect[] {
  switch (attribute) {
    case 'invisible':
      return after.invisible ? ['removes'] : ['speeds']
    case 'invalid':
      return after.invalid ? ['removes'] : ['speeds']
    case 'include':
      return ['speeds']
    case 'unique':
      return after.unique ? ['tightens'] : ['relaxes', 'removes']
    default:
      // Another index of the same name: the one that queries lean on is gone, and the rule is another one.
      return before.unique || after.unique ? ['tightens', 'removes'] : ['removes', 'speeds']
  }
}

export function newCheck(check: CheckObject, at: Surroundings): readonly Effect[] {
  if (check.notEnforced) return ['adds']
  const columns = check.dependsOn?.filter((id) => id.startsWith('column:')) ?? []
  const areNull = columns.length > 0 && columns.every((id) => at.leftNull(check.table, id.slice(id.lastIndexOf('.') + 1)))
  return areNull && holdsForNull(check.expression) ? ['adds'] : ['tightens']
}

export function alteredCheck(_before: CheckObject, after: CheckObject, attribute: string): readonly Effect[] {
  if (attribute === 'notValid') return after.notValid ? ['relaxes'] : ['proves']
  if (attribute === 'notEnforced') return after.notEnforced ? ['relaxes'] : ['tightens']
  return ['tightens']
}

/** It binds those who write the referring columns, and those who delete the rows it refers to, unless its own rows follow. */
export function newForeignKey(key: ForeignKeyObject, at: Surroundings): readonly Effect[] {
  const isNull = key.columns.some((column) => at.leftNull(key.table, column)) && key.match !== 'full'
  const bindsWriters = at.knowsTable(key.table) && !isNull
  const follows = key.onDelete === 'cascade' || key.onDelete === 'set null'
  const bindsDeleters = at.knowsTable(key.references.table) && !follows
  return bindsWriters || bindsDeleters ? ['tightens'] : ['adds']
}

/** Rows that used to follow stay behind. */
export function removedForeignKey({ onDelete, onUpdate }: ForeignKeyObject): readonly Effect[] {
  return onDelete === undefined && onUpdate === undefined ? ['relaxes'] : ['relaxes', 'removes']
}

export function alteredForeignKey(_before: ForeignKeyObject, after: ForeignKeyObject, attribute: string): readonly Effect[] {
  if (attribute === 'ownIndex') return []
  if (attribute === 'notValid') return after.notValid ? ['relaxes'] : ['proves']
  return attribute === 'columns' || attribute === 'references' ? ['tightens'] : ['opaque']
}
