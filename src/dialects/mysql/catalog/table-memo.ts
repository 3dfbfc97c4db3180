import type { DatabaseSession } from '../../../dialect/dialect.ts'
import type { SchemaObject } from '../../../schema/object.ts'
import type { MysqlDatabaseFacts } from './surroundings.ts'
import { parseCreateTable } from './table.ts'

interface Known {
  readonly text: string
  readonly databaseCollation: string
  readonly objects: readonly SchemaObject[]
}

const known = new WeakMap<DatabaseSession, Map<string, Known>>()

/**
 * Reads the objects of a table from its printed definition. Returns the same objects as before if the definition has not changed,
 * because most tables stay unchanged between two reads.
 */
export function parseTableCached(
  session: DatabaseSession,
  table: string,
  text: string,
  facts: MysqlDatabaseFacts,
): readonly SchemaObject[] {
  const tables = known.get(session) ?? new Map<string, Known>()
  known.set(session, tables)
  const last = tables.get(table)
  if (last?.text === text && last.databaseCollation === facts.databaseCollation) return last.objects
  const objects = parseCreateTable(table, text, facts)
  tables.set(table, { text, databaseCollation: facts.databaseCollation, objects })
  return objects
}
