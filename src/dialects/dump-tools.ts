import type { SchemaDumpTool } from '../dialect/schema-dump.ts'
import type { DialectName } from '../schema/object.ts'
import { makeMysqlDumpTool } from './mysql/session/dump-tool.ts'
import { postgresDumpTool } from './postgres/session/dump-tool.ts'

/** The command-line program of each server that writes the schema of a database as SQL. */
export const SCHEMA_DUMP_TOOLS: { readonly [D in DialectName]: SchemaDumpTool } = {
  postgres: postgresDumpTool,
  mysql: makeMysqlDumpTool('mysql'),
  mariadb: makeMysqlDumpTool('mariadb'),
}
