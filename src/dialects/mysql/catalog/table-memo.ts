import type { DatabaseSession } from '../../../dialect/dialect.ts'
import type { SchemaObject } from '../../../schema/object.ts'
import type { MysqlDatabaseFacts } from './surroundings.ts'
import { parseMysqlCreateTable } from './table.ts'

interface Known {
  readonly text: string
  readonly databaseCollation: string
  readonly objects: readonly SchemaObject[]
}

const known = new WeakMap<DatabaseSession, Map<string, Known>>()

/**
 * Parses the printed definition of a table. Most tables do not change between two reads. If the session has already read the same
 * definition, the function therefore returns the objects of the previous read.
 */
export function parseMysqlCreateTableCached(
  session: DatabaseSession,
  table: string,
  text: string,
  facts: MysqlDatabaseFacts,
): readonly SchemaObject[] {
  const tables = known.get(session) ?? new Map<string, Known>()
  known.set(session, tables)
  const last = tables.get(table)
  if (last?.text === text && last.databaseCollation === facts.databaseCollation) return last.objects
  const objects = parseMysqlCreateTable(table, text, facts)
  tables.set(table, { text, databaseCollation: facts.databaseCollation, objects })
  return objects
}
