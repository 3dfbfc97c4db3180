import type { SchemaObject } from './object.ts'
import { objectsOf, type State, stateOf } from './state.ts'

type Named = Extract<SchemaObject, { kind: 'primary-key' | 'unique' | 'check' | 'foreign-key' }>

/**
 * Does this constraint carry a name that the server made up? PostgreSQL joins table, columns and a suffix, and numbers
 * them; MySQL and MariaDB number foreign keys and checks, and call a unique after its first column.
 */
export function hasGeneratedName(object: SchemaObject): object is Named {
  switch (object.kind) {
    case 'primary-key':
      return object.name === 'PRIMARY' || object.name.endsWith('_pkey')
    case 'unique':
      return /_key\d*$/.test(object.name) || new RegExp(`^${escape(object.columns[0] ?? '')}(_\\d+)?$`).test(object.name)
    case 'check':
      return new RegExp(`^(${escape(object.table)}_(.*_)?(check|chk_)\\d*|CONSTRAINT_\\d+)$`).test(object.name)
    case 'foreign-key':
      return new RegExp(`^${escape(object.table)}_(ibfk_\\d+|.*fkey\\d*)$|^\\d+$`).test(object.name)
    default:
      return false
  }
}

/** The state with what such constraints say in place of their names, so that two that say the same are the same. */
export function withoutGeneratedNames(state: State): State {
  return stateOf([...objectsOf(state)].map((object) => (hasGeneratedName(object) ? renamed(object) : object)))
}

function renamed(object: Named): SchemaObject {
  const says = object.kind === 'check' ? object.expression : object.columns.join(', ')
  const more = object.kind === 'foreign-key' ? ` to ${object.references.table} (${object.references.columns.join(', ')})` : ''
  const { dependsOn: _names, ...rest } = object
  return { ...rest, name: `<${says}${more}>` }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
