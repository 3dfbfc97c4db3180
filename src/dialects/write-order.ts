import { groupKeyOf, objectIdOf, type SchemaObject, type SchemaObjectId } from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'

/**
 * Returns the ids of the objects that must exist before the given object can exist. The result also contains objects that the
 * dependencies in the schema state do not list, such as the schema of a table.
 */
export type FindDependenciesOfObject = (object: SchemaObject) => readonly SchemaObjectId[]

/**
 * Returns a function that returns the ids of the objects that an object of the schema state needs. The result does not contain
 * the ids of objects outside the state.
 */
export function makeDependencyFinder(state: SchemaState): FindDependenciesOfObject {
  const ids = new Set([...objectsOfState(state)].map(objectIdOf))
  // A dependency refers to a partition by an id with the prefix `table:`. The lookup therefore also tries partitions, because
  // tables, partitions and views share one namespace.
  const known = (id: SchemaObjectId): SchemaObjectId | undefined => {
    if (ids.has(id)) return id
    const name = id.slice(id.indexOf(':') + 1)
    return /^(?:table|view):/.test(id) ? [`partition:${name}`, `table:${name}`, `view:${name}`].find((one) => ids.has(one)) : undefined
  }
  return (object) => {
    const found = [...(object.dependsOn ?? []), ...impliedNeeds(object)].map(known)
    return [...new Set(found.filter((id) => id !== undefined && id !== objectIdOf(object)))].filter((id) => id !== undefined)
  }
}

function impliedNeeds(object: SchemaObject): readonly SchemaObjectId[] {
  const schema = 'table' in object && object.table !== undefined ? [] : schemaOf(object.name)
  if (object.kind === 'partition') return [...schema, `table:${object.of}`]
  if (object.kind === 'table') return [...schema, ...inheritedTables(object.traits ?? [])]
  if (!('table' in object) || object.table === undefined) return schema
  const columns = 'columns' in object ? object.columns : []
  const parts = [groupKeyOf(object), ...columns.map((column) => `column:${object.table}.${column}`)]
  if (object.kind !== 'foreign-key') return parts
  const { table, columns: theirs } = object.references
  return [...parts, `table:${table}`, ...theirs.map((column) => `column:${table}.${column}`)]
}

/**
 * Returns the ids of the objects that the properties of a table name: the tables from which the table inherits, and the composite
 * type of its columns.
 */
function inheritedTables(traits: readonly string[]): readonly SchemaObjectId[] {
  return traits.flatMap((trait) => {
    const [, of, name = ''] = /^(inherits|of) (.*)$/s.exec(trait) ?? []
    if (of === undefined) return []
    return [of === 'of' ? `opaque:composite type ${name.replaceAll('"', '')}` : `table:${name}`]
  })
}

function schemaOf(name: string): readonly SchemaObjectId[] {
  const dot = name.indexOf('.')
  return dot < 0 ? [] : [`schema:${name.slice(0, dot)}`]
}

/**
 * Sorts ids of schema objects. Each id follows the ids of the objects that it needs. Ids without a dependency between them keep
 * their given order.
 */
export function sortByDependencies(
  ids: readonly SchemaObjectId[],
  needs: (id: SchemaObjectId) => readonly SchemaObjectId[],
): readonly SchemaObjectId[] {
  const sorted = new Set<SchemaObjectId>()
  const wanted = new Set(ids)
  const open = new Set<SchemaObjectId>()
  const visit = (id: SchemaObjectId): void => {
    if (sorted.has(id) || open.has(id) || !wanted.has(id)) return
    open.add(id)
    for (const one of needs(id)) visit(one)
    open.delete(id)
    sorted.add(id)
  }
  for (const id of ids) visit(id)
  return [...sorted]
}
