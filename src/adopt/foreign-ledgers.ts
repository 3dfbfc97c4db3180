import type { DatabaseSession } from '../dialect/dialect.ts'
import { type SqlStatement, sql, sqlName } from '../dialect/sql.ts'
import type { DialectName } from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'

/** The tables in which another migration tool stores its history. */
interface ForeignLedger {
  readonly tool: string
  /** The name of the table in which another migration tool records which migrations ran. */
  readonly table: string
  /** The columns of another tool's history table. A table with the name but without these columns belongs to another program. */
  readonly columns: readonly string[]
  /** The names of other tables of the migration tool, in addition to its history table. */
  readonly more?: readonly string[]
  /** The queries for migrations that failed or did not finish. The field is absent if the tool does not record failures. */
  readonly unfinished?: readonly UnfinishedQuery[]
}

/**
 * Returns a query with the single column `entry`, which lists unfinished migrations of another tool. `table` is the history
 * table. `more` is the first other table of the tool, if the database contains this table.
 */
type UnfinishedQuery = (table: SqlStatement, more: SqlStatement | undefined) => SqlStatement | undefined

/** A ledger of another migration tool in a database. */
export interface FoundForeignLedger {
  readonly tool: string
  readonly tables: readonly string[]
  /**
   * The migrations of another tool that failed or did not finish, by the name in the ledger of the tool. The list also contains
   * the text `the lock is held` if the lock of the tool is held.
   */
  readonly unfinished: readonly string[]
}

/**
 * Returns a query that finds the lock of a migration tool. If a ledger of the tool is locked, a run of the tool is active or was
 * killed.
 */
function heldLock(isHeld: SqlStatement): UnfinishedQuery {
  return (_, lock) => lock && sql`SELECT 'the lock is held' AS entry FROM ${lock} WHERE ${isHeld}`
}

/** The ledgers of other migration tools. The facts come from the documentation and the source code of each tool. */
const FOREIGN_LEDGERS: readonly ForeignLedger[] = [
  { tool: 'sequelize-cli or umzug', table: 'SequelizeMeta', columns: ['name'], more: ['SequelizeData'] },
  {
    tool: 'knex',
    table: 'knex_migrations',
    columns: ['name', 'batch', 'migration_time'],
    more: ['knex_migrations_lock'],
    unfinished: [heldLock(sql`is_locked = 1`)],
  },
  { tool: 'node-pg-migrate', table: 'pgmigrations', columns: ['name', 'run_on'] },
  {
    tool: 'Flyway',
    table: 'flyway_schema_history',
    columns: ['installed_rank', 'script', 'success'],
    unfinished: [(table) => sql`SELECT script AS entry FROM ${table} WHERE NOT success`],
  },
  // Before version 5, Flyway gave its history table the name `schema_version`.
  {
    tool: 'Flyway',
    table: 'schema_version',
    columns: ['installed_rank', 'script', 'success'],
    unfinished: [(table) => sql`SELECT script AS entry FROM ${table} WHERE NOT success`],
  },
  {
    tool: 'Liquibase',
    table: 'databasechangelog',
    columns: ['id', 'author', 'exectype'],
    more: ['databasechangeloglock'],
    unfinished: [(table) => sql`SELECT id AS entry FROM ${table} WHERE exectype = 'FAILED'`, heldLock(sql`locked`)],
  },
  {
    tool: 'Liquibase',
    table: 'DATABASECHANGELOG',
    columns: ['ID', 'AUTHOR', 'EXECTYPE'],
    more: ['DATABASECHANGELOGLOCK'],
    unfinished: [(table) => sql`SELECT ID AS entry FROM ${table} WHERE EXECTYPE = 'FAILED'`, heldLock(sql`LOCKED`)],
  },
  {
    tool: 'Prisma',
    table: '_prisma_migrations',
    columns: ['migration_name', 'finished_at', 'rolled_back_at'],
    unfinished: [(table) => sql`SELECT migration_name AS entry FROM ${table} WHERE finished_at IS NULL AND rolled_back_at IS NULL`],
  },
  { tool: 'Alembic', table: 'alembic_version', columns: ['version_num'] },
  { tool: 'Django', table: 'django_migrations', columns: ['app', 'name', 'applied'] },
  { tool: 'Rails', table: 'ar_internal_metadata', columns: ['key', 'value'], more: ['schema_migrations'] },
  {
    tool: 'golang-migrate',
    table: 'schema_migrations',
    columns: ['version', 'dirty'],
    unfinished: [(table) => sql`SELECT version AS entry FROM ${table} WHERE dirty`],
  },
  { tool: 'Entity Framework', table: '__EFMigrationsHistory', columns: ['MigrationId', 'ProductVersion'] },
  { tool: 'goose', table: 'goose_db_version', columns: ['version_id', 'is_applied'] },
  { tool: 'Doctrine', table: 'doctrine_migration_versions', columns: ['version', 'executed_at'] },
  { tool: 'Drizzle', table: '__drizzle_migrations', columns: ['id', 'hash', 'created_at'] },
  { tool: 'Laravel', table: 'migrations', columns: ['migration', 'batch'] },
  { tool: 'TypeORM', table: 'migrations', columns: ['timestamp', 'name'], more: ['typeorm_metadata'] },
]

/**
 * Returns the ledgers of other migration tools in the schema of a database. On PostgreSQL a ledger can be in any schema, because
 * most tools have a setting for it.
 */
export async function findForeignLedgers(session: DatabaseSession, state: SchemaState): Promise<readonly FoundForeignLedger[]> {
  const columns = columnsByTable(state)
  const found: FoundForeignLedger[] = []
  for (const { tool, table, columns: needed, more = [], unfinished = [] } of FOREIGN_LEDGERS) {
    for (const [name, has] of columns) {
      const schema = schemaOf(name, table, session.dialect)
      if (schema === undefined || !needed.every((column) => has.has(column))) continue
      const others = more.filter((other) => columns.has([...schema, other].join('.')))
      const [first] = others
      const lock = first === undefined ? undefined : sqlName(...schema, first)
      const queries = unfinished.flatMap((query) => query(sqlName(...schema, table), lock) ?? [])
      const entries: string[] = []
      for (const query of queries) {
        const rows = await session.query<{ readonly entry: string | number }>(query)
        entries.push(...rows.map(({ entry }) => String(entry)))
      }
      found.push({ tool, tables: [table, ...others].map((one) => [...schema, one].join('.')), unfinished: entries })
    }
  }
  return found
}

/**
 * Returns the schema that precedes the table name in `found`, as a list with one name. The list is empty if `found` contains only
 * the table name. Returns undefined if `found` is the name of another table than `table`.
 */
function schemaOf(found: string, table: string, dialect: DialectName): readonly string[] | undefined {
  if (found === table) return []
  return dialect === 'postgres' && found.endsWith(`.${table}`) ? [found.slice(0, -table.length - 1)] : undefined
}

function columnsByTable(state: SchemaState): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const object of objectsOfState(state)) {
    if (object.kind === 'table') found.set(object.name, found.get(object.name) ?? new Set())
    if (object.kind === 'column') found.set(object.table, (found.get(object.table) ?? new Set()).add(object.name))
  }
  return found
}
