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

/** The same of indexes, too: PostgreSQL calls them after table and columns, MySQL and MariaDB after the first column. */
export function mayBeGenerated(object: SchemaObject): boolean {
  if (object.kind !== 'index') return hasGeneratedName(object)
  const first = escape(object.keys[0]?.replace(/[( ].*$/, '') ?? '')
  return new RegExp(`^${escape(object.table)}_.*_(idx|excl)\\d*$|^${first}(_\\d+)?$`).test(object.name)
}

/**
 * The state with what such constraints say in place of their names, so that two that say the same are the same. That one
 * object leans on a constraint by its name is left out: the columns it names say the same.
 */
export function withoutGeneratedNames(state: State): State {
  return stateOf([...objectsOf(state)].map((object) => withoutNames(hasGeneratedName(object) ? renamed(object) : object)))
}

function renamed(object: Named): SchemaObject {
  const says = object.kind === 'check' ? object.expression : object.columns.join(', ')
  if (object.kind !== 'foreign-key') return { ...object, name: `<${says}>` }
  const { table, columns } = object.references
  // MySQL calls the index that it makes for the key after the column, or after the key where that has a name.
  const own = object.ownIndex === undefined ? {} : { ownIndex: '<own>' }
  return { ...object, ...own, name: `<${says} to ${table} (${columns.join(', ')})>` }
}

const CONSTRAINT = /^(?:primary-key|unique|check|foreign-key):/

function withoutNames(object: SchemaObject): SchemaObject {
  const { dependsOn, ...rest } = object
  const left = dependsOn?.filter((id) => !CONSTRAINT.test(id)) ?? []
  return left.length === 0 ? rest : { ...rest, dependsOn: left }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
