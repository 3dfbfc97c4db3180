import type { ColumnObject } from '../schema/object.ts'
import type { Effect } from './effect.ts'
import { type Fit, fitOf } from './widening.ts'

export function mustBeFilled(column: ColumnObject): boolean {
  return !column.nullable && column.default === undefined && column.generated === undefined && column.identity === undefined
}

export function alteredColumn(before: ColumnObject, after: ColumnObject, attribute: string): readonly Effect[] {
  switch (attribute) {
    case 'nullable':
      return after.nullable ? ['relaxes'] : ['tightens']
    case 'type':
      return RETYPED[fitOf(before.type, after.type)]
    case 'default':
      return alteredDefault(before, after)
    case 'generated':
      // Whoever writes the column is refused from now on; of another expression only its author knows the values.
      return before.generated === undefined ? ['tightens', 'opaque'] : ['opaque']
    case 'identity':
      if (after.identity === undefined) return ['tightens']
      return after.identity === 'always' ? ['tightens'] : ['relaxes']
    case 'invisible':
      return after.invisible ? ['removes'] : ['adds']
    default:
      return ['opaque']
  }
}

export const RETYPED: { readonly [F in Fit]: readonly Effect[] } = {
  alike: ['relaxes'],
  otherwise: ['opaque'],
  no: ['tightens', 'removes'],
}

/** Whoever leaves the column out gets another value than before, unless there was none to get. */
function alteredDefault(before: ColumnObject, after: ColumnObject): readonly Effect[] {
  if (after.default === undefined) return after.nullable ? ['opaque'] : ['tightens']
  // Where NULL is refused from now on, that is told by itself, and the default saves from it.
  return before.default === undefined && !after.nullable ? ['relaxes'] : ['opaque']
}
