import type { DatabaseSession } from '../dialect/dialect.ts'
import { type SqlStatement, sql } from '../dialect/sql.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'

/** The tables in which another migration tool keeps its history. */
interface ForeignLedger {
  readonly tool: string
  /** The table of the history. */
  readonly table: string
  /** Columns without which a table of this name belongs to another program. */
  readonly columns: readonly string[]
  /** Other tables of the tool, besides the table of the history. */
  readonly more?: readonly string[]
  /** A query for the migrations that failed or did not finish. The only column is `entry`. Absent if the tool does not record this. */
  readonly unfinished?: SqlStatement
}

/** A ledger of another tool that a database contains. */
export interface FoundForeignLedger {
  readonly tool: string
  readonly tables: readonly string[]
  /** The migrations that failed or did not finish, as the ledger names them. */
  readonly unfinished: readonly string[]
}

/** The ledgers of other tools, from the documentation and the source of each tool. */
const FOREIGN_LEDGERS: readonly ForeignLedger[] = [
  { tool: 'sequelize-cli or umzug', table: 'SequelizeMeta', columns: ['name'], more: ['SequelizeData'] },
  {
    tool: 'knex',
    table: 'knex_migrations',
    columns: ['name', 'batch', 'migration_time'],
    more: ['knex_migrations_lock'],
    unfinished: sql`SELECT 'the lock is held' AS entry FROM knex_migrations_lock WHERE is_locked = 1`,
  },
  { tool: 'node-pg-migrate', table: 'pgmigrations', columns: ['name', 'run_on'] },
  {
    tool: 'Flyway',
    table: 'flyway_schema_history',
    columns: ['installed_rank', 'script', 'success'],
    unfinished: sql`SELECT script AS entry FROM flyway_schema_history WHERE NOT success`,
  },
  {
    tool: 'Liquibase',
    table: 'databasechangelog',
    columns: ['id', 'author', 'exectype'],
    more: ['databasechangeloglock'],
    unfinished: sql`SELECT id AS entry FROM databasechangelog WHERE exectype = 'FAILED'`,
  },
  {
    tool: 'Liquibase',
    table: 'DATABASECHANGELOG',
    columns: ['ID', 'AUTHOR', 'EXECTYPE'],
    more: ['DATABASECHANGELOGLOCK'],
    unfinished: sql`SELECT ID AS entry FROM DATABASECHANGELOG WHERE EXECTYPE = 'FAILED'`,
  },
  {
    tool: 'Prisma',
    table: '_prisma_migrations',
    columns: ['migration_name', 'finished_at', 'rolled_back_at'],
    unfinished: sql`SELECT migration_name AS entry FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL`,
  },
  { tool: 'Alembic', table: 'alembic_version', columns: ['version_num'] },
  { tool: 'Django', table: 'django_migrations', columns: ['app', 'name', 'applied'] },
  { tool: 'Rails', table: 'ar_internal_metadata', columns: ['key', 'value'], more: ['schema_migrations'] },
  {
    tool: 'golang-migrate',
    table: 'schema_migrations',
    columns: ['version', 'dirty'],
    unfinished: sql`SELECT version AS entry FROM schema_migrations WHERE dirty`,
  },
  { tool: 'Entity Framework', table: '__EFMigrationsHistory', columns: ['MigrationId', 'ProductVersion'] },
  { tool: 'goose', table: 'goose_db_version', columns: ['version_id', 'is_applied'] },
  { tool: 'Doctrine', table: 'doctrine_migration_versions', columns: ['version', 'executed_at'] },
  { tool: 'Laravel', table: 'migrations', columns: ['migration', 'batch'] },
  { tool: 'TypeORM', table: 'migrations', columns: ['timestamp', 'name'], more: ['typeorm_metadata'] },
]

/** Finds the ledgers of other tools in a schema that was read from a database. */
export async function findForeignLedgers(session: DatabaseSession, state: SchemaState): Promise<readonly FoundForeignLedger[]> {
  const columns = columnsByTable(state)
  const found: FoundForeignLedger[] = []
  for (const { tool, table, columns: needed, more = [], unfinished } of FOREIGN_LEDGERS) {
    const has = columns.get(table)
    if (!has || !needed.every((column) => has.has(column))) continue
    const complete = more.every((other) => columns.has(other))
    const entries = unfinished && complete ? await session.query<{ readonly entry: string | number }>(unfinished) : []
    found.push({
      tool,
      tables: [table, ...more.filter((other) => columns.has(other))],
      unfinished: entries.map(({ entry }) => String(entry)),
    })
  }
  return found
}

function columnsByTable(state: SchemaState): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const object of objectsOfState(state)) {
    if (object.kind === 'table') found.set(object.name, found.get(object.name) ?? new Set())
    if (object.kind === 'column') found.set(object.table, (found.get(object.table) ?? new Set()).add(object.name))
  }
  return found
}
