import type { Session } from '../../../dialect/dialect.ts'
import { type GroupKey, groupOf, type SchemaObject } from '../../../schema/object.ts'
import { objectsOf, type State } from '../../../schema/state.ts'
import { listEvents, listRoutines, listTables, listTriggers } from '../catalog/questions.ts'
import { routineName } from '../catalog/routine.ts'

/**
 * The names that can occur in statements, each with the groups of schema objects that it can refer to. Also, for each group, the names
 * of its objects and triggers.
 */
export interface Names {
  readonly groups: ReadonlyMap<string, ReadonlySet<GroupKey>>
  readonly routines: ReadonlySet<string>
  /**
   * The same names by their upper-case form. Unquoted words are compared in upper case, because some servers ignore the case of names.
   */
  readonly byWord: ReadonlyMap<string, string>
  /** The pair `group name` of each object. Comparing these pairs of two readings shows the created and the dropped objects. */
  readonly all: ReadonlySet<string>
}

/** Reads the names of the current database objects with four fast queries. */
export async function namesNow(session: Session): Promise<Names> {
  const [tables, triggers, routines, events] = await Promise.all([
    listTables(session),
    listTriggers(session),
    listRoutines(session),
    listEvents(session),
  ])
  return namesFrom([
    ...tables.map(({ name, type }): Named => [name, `${KIND_OF[type] ?? 'table'}:${name}`]),
    ...triggers.map(({ name, table }): Named => [name, `table:${table}`]),
    ...routines.map(({ name, type }): Named => [name, routineGroup(name, type)]),
    ...events.map(({ name }): Named => [name, `opaque:event ${name}`]),
  ])
}

const KIND_OF: Readonly<Record<string, string>> = { 'VIEW': 'view', 'SEQUENCE': 'sequence' }

function routineGroup(name: string, type: string): GroupKey {
  return type === 'FUNCTION' || type === 'PROCEDURE' ? `function:${routineName(name, type)}` : `opaque:${type.toLowerCase()} ${name}`
}

/** Returns the names of the objects of a schema state. */
export function namesIn(state: State): Names {
  return namesFrom([...objectsOf(state)].filter(isNamed).map((object): Named => [object.name.replace(/\(\)$/, ''), groupOf(object)]))
}

function isNamed(object: SchemaObject): boolean {
  return NAMED.has(object.kind)
}

const NAMED: ReadonlySet<string> = new Set(['table', 'view', 'trigger', 'function', 'sequence', 'opaque'])

type Named = readonly [name: string, group: GroupKey]

function namesFrom(named: readonly Named[]): Names {
  const groups = new Map<string, Set<GroupKey>>()
  const routines = new Set<string>()
  for (const [name, group] of named) {
    groups.set(name, (groups.get(name) ?? new Set()).add(group))
    if (group.startsWith('function:')) routines.add(name)
  }
  const byWord = new Map([...groups.keys()].map((name) => [name.toUpperCase(), name]))
  return { groups, routines, byWord, all: new Set(named.map(([name, group]) => `${group} ${name}`)) }
}

/** Returns the groups of the objects that exist in only one of two readings: those that were created or dropped. */
export function comeAndGone(before: Names, now: Names): ReadonlySet<GroupKey> {
  const changed = [...[...before.all].filter((entry) => !now.all.has(entry)), ...[...now.all].filter((entry) => !before.all.has(entry))]
  const found = new Set<GroupKey>()
  for (const names of [before, now]) {
    for (const [name, groups] of names.groups) for (const group of groups) if (changed.includes(`${group} ${name}`)) found.add(group)
  }
  return found
}
