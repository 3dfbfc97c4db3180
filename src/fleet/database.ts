/**
 * A database connection of the application: a pool or client of `pg`, a pool or connection of `mysql2` (with callbacks or
 * promises), or an instance of Sequelize.
 */
export type FleetDatabase = PgLike | MysqlLike | MysqlCallbackLike | SequelizeLike

interface PgLike {
  query(text: string, values: unknown[]): Promise<{ readonly rows: unknown[] }>
}

interface MysqlLike {
  query(text: string, values: unknown[]): Promise<unknown>
  execute(...args: never[]): unknown
}

interface MysqlCallbackLike {
  promise(): unknown
}

interface SequelizeLike {
  getDialect(): string
  query(sql: string, options: never): Promise<unknown>
}

/** A row of a query result, by the names of the columns, with the values that the driver returns. */
export type QueryResultRow = Readonly<Record<string, unknown>>

/** A connection of the application through which the fleet client sends its statements. */
export interface FleetConnection {
  readonly isPostgres: boolean
  query(text: { readonly postgres: string; readonly mysql: string }, values: readonly unknown[]): Promise<readonly QueryResultRow[]>
}

/**
 * Returns a fleet connection for a pool, client, connection or Sequelize instance. The function recognises the kind of the object
 * by its methods. Throws a TypeError for any other object.
 */
export function makeFleetConnection(database: FleetDatabase): FleetConnection {
  if (has(database, 'getDialect')) return overSequelize(database as SequelizeLike)
  if (has(database, 'promise')) return overMysql((database as MysqlCallbackLike).promise() as MysqlLike)
  if (has(database, 'execute')) return overMysql(database as MysqlLike)
  if (has(database, 'query')) return overPg(database as PgLike)
  throw new TypeError('database is neither a pool or client of pg, nor one of mysql2, nor an instance of Sequelize')
}

function has(database: unknown, method: string): boolean {
  return typeof (database as Readonly<Record<string, unknown>> | undefined)?.[method] === 'function'
}

function overPg(client: PgLike): FleetConnection {
  return { isPostgres: true, query: async ({ postgres }, values) => (await client.query(postgres, [...values])).rows as QueryResultRow[] }
}

function overMysql(client: MysqlLike): FleetConnection {
  return {
    isPostgres: false,
    query: async ({ mysql }, values) => {
      const [rows] = (await client.query(mysql, [...values])) as [unknown]
      return Array.isArray(rows) ? (rows as QueryResultRow[]) : []
    },
  }
}

function overSequelize(sequelize: SequelizeLike): FleetConnection {
  const isPostgres = sequelize.getDialect() === 'postgres'
  return {
    isPostgres,
    query: async ({ postgres, mysql }, values) => {
      const options = { raw: true, logging: false, ...(isPostgres ? { bind: [...values] } : { replacements: [...values] }) }
      const [rows] = (await sequelize.query(isPostgres ? postgres : mysql, options as never)) as [unknown]
      return Array.isArray(rows) ? (rows as QueryResultRow[]) : []
    },
  }
}

/** Returns true if the error of a driver means that a table does not exist, on any of the servers. */
export function isMissingTableError(error: unknown): boolean {
  const { code, errno, original } = error as { readonly code?: unknown; readonly errno?: unknown; readonly original?: unknown }
  return code === '42P01' || errno === 1146 || (original !== undefined && isMissingTableError(original))
}
