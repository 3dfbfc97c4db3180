import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { groupKeyOf, type SchemaGroupKey, type SchemaObject, tableGroupKey } from '../../../schema/object.ts'
import type { SchemaObjectGroup, SchemaState } from '../../../schema/state.ts'
import { queryMysqlEvents, queryMysqlRoutines, queryMysqlTablesViewsAndSequences, queryMysqlTriggers } from '../catalog/questions.ts'
import { mysqlRoutineNameInState } from '../catalog/routine.ts'
import type { MysqlToken } from './lexer.ts'
import { mysqlStatementKindAt } from './statements/phrase.ts'

/**
 * The names of the objects of a database. The map `groups` contains, for each name, the groups of schema objects to which the name
 * can refer.
 */
export interface MysqlObjectNames {
  readonly groups: ReadonlyMap<string, ReadonlySet<SchemaGroupKey>>
  /** The names of the functions and procedures of the database. */
  readonly routines: ReadonlySet<string>
  /**
   * The names of the database objects by their upper-case form. The engine compares unquoted words in upper case, because some
   * servers ignore the case of names.
   */
  readonly byWord: ReadonlyMap<string, string>
  /**
   * The database objects. The key of each object consists of its group and its name. A comparison of the keys of two readings shows
   * the objects that were created or dropped.
   */
  readonly all: ReadonlyMap<string, NamedObject>
}

interface NamedObject {
  readonly list: ObjectNameListKind
  readonly name: string
  readonly group: SchemaGroupKey
}

/**
 * The lists into which the engine divides the names of objects. The engine reads each list from the server with a separate query.
 */
const NAME_LISTS = ['tables', 'triggers', 'routines', 'events'] as const
export type ObjectNameListKind = (typeof NAME_LISTS)[number]

/**
 * Reads the names of the current database objects. The function queries only the lists in `changed`, and copies the other names
 * from `known`, because the query of a list takes long in a large schema.
 */
export async function readCurrentObjectNames(
  session: DatabaseSession,
  known: MysqlObjectNames,
  changed: ReadonlySet<ObjectNameListKind>,
): Promise<MysqlObjectNames> {
  const read = await Promise.all(NAME_LISTS.filter((list) => changed.has(list)).map((list) => READ[list](session)))
  const tables = changed.has('tables') ? new Set(read.flat().map(({ group }) => group)) : undefined
  const isKept = ({ list, group }: NamedObject) => !changed.has(list) && (list !== 'triggers' || tables?.has(group) !== false)
  return namesFrom([...read.flat(), ...[...known.all.values()].filter(isKept)])
}

const READ: { readonly [L in ObjectNameListKind]: (session: DatabaseSession) => Promise<readonly NamedObject[]> } = {
  tables: async (session) =>
    (await queryMysqlTablesViewsAndSequences(session)).map(({ name, type }) => ({
      list: 'tables',
      name,
      group: `${KIND_OF[type] ?? 'table'}:${name}`,
    })),
  triggers: async (session) =>
    (await queryMysqlTriggers(session)).map(({ name, table }) => ({ list: 'triggers', name, group: tableGroupKey(table) })),
  routines: async (session) =>
    (await queryMysqlRoutines(session)).map(({ name, type }) => ({ list: 'routines', name, group: routineGroup(name, type) })),
  events: async (session) => (await queryMysqlEvents(session)).map(({ name }) => ({ list: 'events', name, group: `opaque:event ${name}` })),
}

/**
 * Returns the name lists (for example of the tables or the routines) that the engine must read again, because a statement can
 * change their names. The result is every list for an ALTER TABLE with RENAME, and for a kind of statement that `CHANGED_BY_KIND`
 * does not contain, such as CALL and EXECUTE. On MySQL and MariaDB, a function or a trigger cannot change the schema.
 */
export function nameListsChangedByStatement(tokens: readonly MysqlToken[]): readonly ObjectNameListKind[] {
  const kind = mysqlStatementKindAt(tokens)?.words ?? ''
  const lists = Object.hasOwn(CHANGED_BY_KIND, kind) ? CHANGED_BY_KIND[kind] : undefined
  // When a statement renames a table, the triggers of the table then belong to the new name, so the list of triggers must be read
  // again too.
  const isRename = kind === 'ALTER TABLE' && tokens.some(({ value }) => value === 'RENAME')
  return lists === undefined || isRename ? NAME_LISTS : lists
}

const CHANGED_BY_KIND: Readonly<Record<string, readonly ObjectNameListKind[]>> = {
  'SELECT': [],
  'INSERT': [],
  'UPDATE': [],
  'DELETE': [],
  'REPLACE': [],
  'CREATE TABLE': ['tables'],
  'ALTER TABLE': ['tables'],
  'DROP TABLE': ['tables'],
  'CREATE VIEW': ['tables'],
  'ALTER VIEW': ['tables'],
  'DROP VIEW': ['tables'],
  'CREATE SEQUENCE': ['tables'],
  'DROP SEQUENCE': ['tables'],
  'CREATE INDEX': [],
  'DROP INDEX': [],
  'CREATE TRIGGER': ['triggers'],
  'DROP TRIGGER': ['triggers'],
  'CREATE FUNCTION': ['routines'],
  'DROP FUNCTION': ['routines'],
  'CREATE PROCEDURE': ['routines'],
  'DROP PROCEDURE': ['routines'],
  'CREATE EVENT': ['events'],
  'DROP EVENT': ['events'],
}

const KIND_OF: Readonly<Record<string, string>> = { 'VIEW': 'view', 'SEQUENCE': 'sequence' }

function routineGroup(name: string, type: string): SchemaGroupKey {
  return type === 'FUNCTION' || type === 'PROCEDURE'
    ? `function:${mysqlRoutineNameInState(name, type)}`
    : `opaque:${type.toLowerCase()} ${name}`
}

/** Returns the names of the objects of a schema state. */
export function objectNamesInState(state: SchemaState): MysqlObjectNames {
  return namesFrom([...state.groups.values()].flatMap(namesInGroup))
}

// The names of the objects in each group. Two schema states share the same `SchemaObjectGroup` if the group did not change. The
// engine therefore collects the names of such a group only once.
const collected = new WeakMap<SchemaObjectGroup, readonly NamedObject[]>()

function namesInGroup(group: SchemaObjectGroup): readonly NamedObject[] {
  const known = collected.get(group)
  if (known) return known
  const names = [...group.values()].flatMap((object): readonly NamedObject[] => {
    const list = listOf(object)
    return list === undefined ? [] : [{ list, name: object.name.replace(/\(\)$/, ''), group: groupKeyOf(object) }]
  })
  collected.set(group, names)
  return names
}

function listOf(object: SchemaObject): ObjectNameListKind | undefined {
  switch (object.kind) {
    case 'table':
    case 'view':
    case 'sequence':
      return 'tables'
    case 'trigger':
      return 'triggers'
    case 'function':
      return 'routines'
    case 'opaque':
      // An opaque object with a table is a part of this table that the catalog reader cannot represent in detail. The engine does
      // not collect the names of such parts.
      if (object.table !== undefined) return undefined
      return object.what === 'event' ? 'events' : 'routines'
    default:
      return undefined
  }
}

function namesFrom(named: readonly NamedObject[]): MysqlObjectNames {
  const groups = new Map<string, Set<SchemaGroupKey>>()
  const routines = new Set<string>()
  for (const { name, group } of named) {
    groups.set(name, (groups.get(name) ?? new Set()).add(group))
    if (group.startsWith('function:')) routines.add(name)
  }
  const byWord = new Map([...groups.keys()].map((name) => [name.toUpperCase(), name]))
  return { groups, routines, byWord, all: new Map(named.map((one) => [`${one.group} ${one.name}`, one])) }
}

/**
 * Returns the groups of the objects that exist in only one of two readings of the names. These objects were created or dropped
 * between the two readings.
 */
export function createdAndDroppedGroups(before: MysqlObjectNames, now: MysqlObjectNames): ReadonlySet<SchemaGroupKey> {
  const only = (one: MysqlObjectNames, other: MysqlObjectNames) =>
    [...one.all].flatMap(([key, { group }]) => (other.all.has(key) ? [] : [group]))
  return new Set([...only(before, now), ...only(now, before)])
}
