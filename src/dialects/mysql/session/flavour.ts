import { type SqlStatement, sql, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import type { DialectName } from '../../../schema/object.ts'

/**
 * MySQL or MariaDB, with the properties in which the two servers differ. Other files read the properties from an object of this
 * type, and do not check which of the two servers runs.
 */
export interface MysqlFamilyServer {
  readonly name: Extract<DialectName, 'mysql' | 'mariadb'>
  /** The name of the server product, as messages write it. */
  readonly title: string
  /** The oldest version of the server that the engine supports: major, minor and patch. */
  readonly oldestVersion: readonly [number, number, number]
  /**
   * Returns the assignment for a SET statement that sets the statement timeout in milliseconds. Undefined means no limit. MySQL
   * applies the timeout only to SELECT.
   */
  readonly statementTimeout: (ms: number | undefined) => SqlStatement
  /**
   * Returns the query for the ids that InnoDB gives to tables. The columns of the result are `name` (as InnoDB writes it), `id` and
   * `version`. On MySQL, `version` consists of the id and a counter that grows when a statement adds or drops a column. `which` is
   * the part of the condition that follows `name`, such as `LIKE …`.
   */
  readonly tableIds: (which: SqlStatement) => SqlStatement
  /**
   * Returns the query for the InnoDB id of each table or partition, and for the id of its newest index. The columns are `name`,
   * `id` and `newest`.
   */
  readonly newestIndexIds: (which: SqlStatement) => SqlStatement
  /**
   * True if the column `version` of the query `tableIds` changes with every added or dropped column. If the version of a table
   * stays the same, a new name of a column means that the column was renamed.
   */
  readonly showsColumnRenames: boolean
  /**
   * The query for the tables and routines that the open transaction has locked. The value is undefined if the server does not
   * show which objects a transaction has locked.
   */
  readonly lockedObjects: SqlStatement | undefined
  readonly hasSequences: boolean
  /** The SQL expression for a text that identifies the server, such as its UUID. */
  readonly serverIdentity: SqlStatement
  /** Returns the query for the connections that block the connection with the number `backend`. The only column is `id`. */
  readonly blockers: (backend: string) => SqlStatement
  /** The SQL name of the table with the global status variables. */
  readonly globalStatus: SqlStatement
  /**
   * The query for the size of the redo log since the last checkpoint, in percent of the largest size that the server allows. The
   * only column is `value`.
   */
  readonly checkpointAge: SqlStatement
  /** The query for the number of undo records that InnoDB's purge has not removed yet. The only column is `value`. */
  readonly historyList: SqlStatement
  /**
   * Returns the query for the program name of the connection with the number `backend`. The only column is `program`. The field
   * is undefined if the server does not show program names.
   */
  readonly program: ((backend: string) => SqlStatement) | undefined
}

export type MysqlFamilyServerName = MysqlFamilyServer['name']

/** Returns the name of the server, MySQL or MariaDB, from the text of `version()`. */
export function detectMysqlFamilyServerName(versionText: string): MysqlFamilyServerName {
  return /mariadb/i.test(versionText) ? 'mariadb' : 'mysql'
}

const MYSQL: MysqlFamilyServer = {
  name: 'mysql',
  title: 'MySQL',
  // MySQL 8.0.29 is the oldest supported version, because the query `tableIds` needs the column `total_row_versions`, which older
  // versions do not have.
  oldestVersion: [8, 0, 29],
  statementTimeout: (ms) => sql`max_execution_time = ${sqlVerbatim(String(Math.round(ms ?? 0)))}`,
  tableIds: (which) => sql`SELECT name AS name, table_id AS id, concat(table_id, '.', total_row_versions) AS version
    FROM information_schema.innodb_tables WHERE name ${which}`,
  newestIndexIds: (which) => sql`SELECT t.name AS name, t.table_id AS id, MAX(i.index_id) AS newest
    FROM information_schema.innodb_tables t LEFT JOIN information_schema.innodb_indexes i ON i.table_id = t.table_id
    WHERE t.name ${which} GROUP BY t.name, t.table_id`,
  showsColumnRenames: true,
  serverIdentity: sql`@@server_uuid`,
  hasSequences: false,
  lockedObjects: sql`SELECT object_type AS kind, object_schema AS base, object_name AS name
    FROM performance_schema.metadata_locks
    WHERE owner_thread_id = ps_current_thread_id() AND lock_duration = 'TRANSACTION'
    AND object_type IN ('TABLE', 'FUNCTION', 'PROCEDURE')
    AND EXISTS (SELECT 1 FROM performance_schema.events_transactions_current
      WHERE thread_id = ps_current_thread_id() AND state = 'ACTIVE')`,
  // The query finds the session that holds a row lock by the table lock of its transaction. The server shows an owner for each row
  // lock, but the owner can be wrong: for an inserted row, the server creates the entry of the lock only when another session
  // waits, and names the waiting session as the owner.
  blockers: (backend) => sql`SELECT DISTINCT holder.processlist_id AS id
    FROM performance_schema.metadata_locks wanted
    JOIN performance_schema.threads waiter ON waiter.thread_id = wanted.owner_thread_id
    JOIN performance_schema.metadata_locks held ON held.object_type = wanted.object_type
      AND held.object_schema <=> wanted.object_schema AND held.object_name <=> wanted.object_name
      AND held.lock_status = 'GRANTED' AND held.owner_thread_id <> wanted.owner_thread_id
    JOIN performance_schema.threads holder ON holder.thread_id = held.owner_thread_id
    WHERE wanted.lock_status = 'PENDING' AND waiter.processlist_id = ${sqlValue(backend)}
    UNION SELECT DISTINCT holder.processlist_id
    FROM performance_schema.data_lock_waits waits
    JOIN performance_schema.threads waiter ON waiter.thread_id = waits.requesting_thread_id
    JOIN performance_schema.data_locks own ON own.engine = waits.engine
      AND own.engine_transaction_id = waits.blocking_engine_transaction_id AND own.lock_type = 'TABLE'
    JOIN performance_schema.threads holder ON holder.thread_id = own.thread_id
    WHERE waiter.processlist_id = ${sqlValue(backend)} AND holder.thread_id <> waiter.thread_id`,
  globalStatus: sql`performance_schema.global_status`,
  // The status variables about the redo log exist since MySQL 8.0.30. On an older server, the query returns no row.
  checkpointAge: sql`SELECT 100 * (current_lsn.variable_value - checkpoint_lsn.variable_value) / capacity.variable_value AS value
    FROM performance_schema.global_status current_lsn
    JOIN performance_schema.global_status checkpoint_lsn ON checkpoint_lsn.variable_name = 'Innodb_redo_log_checkpoint_lsn'
    JOIN performance_schema.global_status capacity ON capacity.variable_name = 'Innodb_redo_log_capacity_resized'
    WHERE current_lsn.variable_name = 'Innodb_redo_log_current_lsn'`,
  historyList: sql`SELECT count AS value FROM information_schema.innodb_metrics WHERE name = 'trx_rseg_history_len'`,
  program: (backend) => sql`SELECT attr_value AS program FROM performance_schema.session_connect_attrs
    WHERE attr_name = 'program_name' AND processlist_id = ${sqlValue(backend)}`,
}

const MARIADB: MysqlFamilyServer = {
  name: 'mariadb',
  title: 'MariaDB',
  oldestVersion: [10, 6, 0],
  statementTimeout: (ms) => sql`max_statement_time = ${sqlVerbatim(((ms ?? 0) / 1000).toFixed(3))}`,
  tableIds: (which) => sql`SELECT name AS name, table_id AS id, concat(table_id) AS version
    FROM information_schema.innodb_sys_tables WHERE name ${which}`,
  newestIndexIds: (which) => sql`SELECT t.name AS name, t.table_id AS id, MAX(i.index_id) AS newest
    FROM information_schema.innodb_sys_tables t LEFT JOIN information_schema.innodb_sys_indexes i ON i.table_id = t.table_id
    WHERE t.name ${which} GROUP BY t.name, t.table_id`,
  // On MariaDB, the version of a table does not show whether a column was renamed. If a statement drops the last column of a table
  // and another statement adds a column of the same type, all InnoDB ids stay the same, as after a rename of the column.
  showsColumnRenames: false,
  // MariaDB has an identifier of the server only in newer versions, so the expression uses the host name and the port.
  serverIdentity: sql`concat(@@hostname, ':', @@port)`,
  hasSequences: true,
  lockedObjects: undefined,
  // MariaDB does not show metadata locks, so every open transaction in the database counts as a possible holder of a metadata
  // lock.
  blockers: (backend) => sql`SELECT DISTINCT blocking.trx_mysql_thread_id AS id
    FROM information_schema.innodb_lock_waits waits
    JOIN information_schema.innodb_trx blocking ON blocking.trx_id = waits.blocking_trx_id
    JOIN information_schema.innodb_trx requesting ON requesting.trx_id = waits.requesting_trx_id
    WHERE requesting.trx_mysql_thread_id = ${sqlValue(backend)}
    UNION SELECT trx.trx_mysql_thread_id FROM information_schema.innodb_trx trx
    JOIN information_schema.processlist other ON other.id = trx.trx_mysql_thread_id
    JOIN information_schema.processlist waiter ON waiter.id = ${sqlValue(backend)} AND waiter.db = other.db
      AND waiter.state LIKE 'Waiting for table metadata lock%'
    WHERE trx.trx_mysql_thread_id <> waiter.id`,
  globalStatus: sql`information_schema.global_status`,
  checkpointAge: sql`SELECT 100 * age.variable_value / largest.variable_value AS value
    FROM information_schema.global_status age
    JOIN information_schema.global_status largest ON largest.variable_name = 'Innodb_checkpoint_max_age'
    WHERE age.variable_name = 'Innodb_checkpoint_age'`,
  historyList: sql`SELECT variable_value AS value FROM information_schema.global_status WHERE variable_name = 'Innodb_history_list_length'`,
  program: undefined,
}

export const MYSQL_FAMILY_SERVERS: { readonly [N in MysqlFamilyServerName]: MysqlFamilyServer } = {
  mysql: MYSQL,
  mariadb: MARIADB,
}

export function mysqlFamilyServerOf(dialect: DialectName): MysqlFamilyServer {
  return dialect === 'mariadb' ? MARIADB : MYSQL
}
