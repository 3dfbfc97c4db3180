import type { Session } from '../../../dialect/dialect.ts'
import type { SchemaObject } from '../../../schema/object.ts'
import type { DatabaseFacts } from './surroundings.ts'
import { readTable } from './table.ts'

interface Known {
  readonly text: string
  readonly databaseCollation: string
  readonly objects: readonly SchemaObject[]
}

const known = new WeakMap<Session, Map<string, Known>>()

/** The table's objects, the very same as long as the server prints the same: most of a schema is as it was a moment ago. */
export function readOnce(session: Session, table: string, text: string, facts: DatabaseFacts): readonly SchemaObject[] {
  const tables = known.get(session) ?? new Map<string, Known>()
  known.set(session, tables)
  const last = tables.get(table)
  if (last?.text === text && last.databaseCollation === facts.databaseCollation) return last.objects
  const objects = readTable(table, text, facts)
  tables.set(table, { text, databaseCollation: facts.databaseCollation, objects })
  return objects
}
