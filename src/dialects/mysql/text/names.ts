import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { groupKeyOf, type SchemaGroupKey, type SchemaObject } from '../../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { queryEvents, queryRoutines, queryTableNames, queryTriggers } from '../catalog/questions.ts'
import { routineNameInState } from '../catalog/routine.ts'

/**
 * The names that can occur in statements, each with the groups of schema objects that it can refer to. Also, for each group, the names
 * of its objects and triggers.
 */
export interface MysqlObjectNames {
  readonly groups: ReadonlyMap<string, ReadonlySet<SchemaGroupKey>>
  readonly routines: ReadonlySet<string>
  /**
   * The same names by their upper-case form. Unquoted words are compared in upper case, because some servers ignore the case of names.
   */
  readonly byWord: ReadonlyMap<string, string>
  /** The pair `group name` of each object. Comparing these pairs of two readings shows the created and the dropped objects. */
  readonly all: ReadonlySet<string>
}

/** Reads the names of the current database objects with four fast queries. */
export async function readCurrentObjectNames(session: DatabaseSession): Promise<MysqlObjectNames> {
  const [tables, triggers, routines, events] = await Promise.all([
    queryTableNames(session),
    queryTriggers(session),
    queryRoutines(session),
    queryEvents(session),
  ])
  return namesFrom([
    ...tables.map(({ name, type }): Named => [name, `${KIND_OF[type] ?? 'table'}:${name}`]),
    ...triggers.map(({ name, table }): Named => [name, `table:${table}`]),
    ...routines.map(({ name, type }): Named => [name, routineGroup(name, type)]),
    ...events.map(({ name }): Named => [name, `opaque:event ${name}`]),
  ])
}

const KIND_OF: Readonly<Record<string, string>> = { 'VIEW': 'view', 'SEQUENCE': 'sequence' }

function routineGroup(name: string, type: string): SchemaGroupKey {
  return type === 'FUNCTION' || type === 'PROCEDURE' ? `function:${routineNameInState(name, type)}` : `opaque:${type.toLowerCase()} ${name}`
}

/** Returns the names of the objects of a schema state. */
export function objectNamesInState(state: SchemaState): MysqlObjectNames {
  return namesFrom(
    [...objectsOfState(state)].filter(isNamed).map((object): Named => [object.name.replace(/\(\)$/, ''), groupKeyOf(object)]),
  )
}

function isNamed(object: SchemaObject): boolean {
  return NAMED.has(object.kind)
}

const NAMED: ReadonlySet<string> = new Set(['table', 'view', 'trigger', 'function', 'sequence', 'opaque'])

type Named = readonly [name: string, group: SchemaGroupKey]

function namesFrom(named: readonly Named[]): MysqlObjectNames {
  const groups = new Map<string, Set<SchemaGroupKey>>()
  const routines = new Set<string>()
  for (const [name, group] of named) {
    groups.set(name, (groups.get(name) ?? new Set()).add(group))
    if (group.startsWith('function:')) routines.add(name)
  }
  const byWord = new Map([...groups.keys()].map((name) => [name.toUpperCase(), name]))
  return { groups, routines, byWord, all: new Set(named.map(([name, group]) => `${group} ${name}`)) }
}

/** Returns the groups of the objects that exist in only one of two readings: those that were created or dropped. */
export function createdAndDroppedGroups(before: MysqlObjectNames, now: MysqlObjectNames): ReadonlySet<SchemaGroupKey> {
  const changed = [...[...before.all].filter((entry) => !now.all.has(entry)), ...[...now.all].filter((entry) => !before.all.has(entry))]
  const found = new Set<SchemaGroupKey>()
  for (const names of [before, now]) {
    for (const [name, groups] of names.groups) for (const group of groups) if (changed.includes(`${group} ${name}`)) found.add(group)
  }
  return found
}
