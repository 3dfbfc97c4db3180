import type { Dialect } from '../dialect/dialect.ts'
import { type SqlStatement, sql } from '../dialect/sql.ts'

/**
 * The first ledger format with a table of past runs. A past run is a row of `interphase_migration` that was replaced or removed.
 */
export const FIRST_LEDGER_FORMAT_WITH_PAST_RUNS = 2

/**
 * The name of the ledger table of pauses. The ledger of an older version of interphase does not contain this table, so readers
 * check first that the table exists.
 */
export const PAUSE_TABLE_NAME = 'interphase_pause'

/**
 * Returns the statement that creates the ledger table of pauses. The table has no column for the number of the run (`epoch`),
 * because an operator writes a pause without the lock of the project.
 */
export function createPauseTableSql({ ledgerTableOptions: options, ledgerText: text }: TableOptions): SqlStatement {
  return sql`CREATE TABLE IF NOT EXISTS interphase_pause (
  project varchar(100) NOT NULL PRIMARY KEY,
  paused_at varchar(30) NOT NULL,
  paused_by varchar(300) NOT NULL,
  because ${text},
  resumed_at varchar(30),
  resumed_by varchar(300)
)${options}`
}

/**
 * The columns for the end of a pause. Each column has the statement that adds the column to a table of an older version of
 * interphase.
 */
export const PAUSE_END_COLUMNS: readonly (readonly [column: string, addition: SqlStatement])[] = [
  ['resumed_at', sql`ALTER TABLE interphase_pause ADD COLUMN resumed_at varchar(30)`],
  ['resumed_by', sql`ALTER TABLE interphase_pause ADD COLUMN resumed_by varchar(300)`],
]

/**
 * The name of the ledger table of key ranges. The engine creates the table when the first data step runs with workers, so readers
 * check first that the table exists.
 */
export const RANGE_TABLE_NAME = 'interphase_range'

/**
 * Returns the statement that creates the ledger table of key ranges, for data steps that several workers share. The row with
 * place 0 contains the rows that no worker has claimed yet. Leases are in seconds since 1970, on the clock of the server.
 */
export function createRangeTableSql({ ledgerTableOptions: options, ledgerText: text }: TableOptions): SqlStatement {
  return sql`CREATE TABLE IF NOT EXISTS interphase_range (
  project varchar(100) NOT NULL,
  id varchar(300) NOT NULL,
  place integer NOT NULL,
  range_cursor ${text} NOT NULL,
  affected bigint NOT NULL,
  worker varchar(40),
  worker_name varchar(300),
  backend varchar(40),
  leased_until bigint NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (project, id, place)
)${options}`
}

/**
 * The name of the ledger table of the application's instances. The ledger of an older version of interphase does not contain this
 * table, so readers check first that the table exists.
 */
export const FLEET_TABLE_NAME = 'interphase_fleet'

/**
 * Returns the statements that create the ledger tables of the fleet. Instances of the application write `interphase_fleet`, with
 * times in seconds since 1970 on the clock of the server. `interphase_release` contains the order of the releases, and the number
 * of migrations of each release. The tables have no column `epoch`, because instances write without the lock of the project.
 */
export function createFleetTablesSql({ ledgerTableOptions: options }: TableOptions): readonly SqlStatement[] {
  return [
    sql`CREATE TABLE IF NOT EXISTS interphase_release (
  project varchar(100) NOT NULL,
  place integer NOT NULL,
  release_name varchar(200) NOT NULL,
  expands integer NOT NULL,
  migrations integer NOT NULL,
  PRIMARY KEY (project, release_name)
)${options}`,
    sql`CREATE TABLE IF NOT EXISTS interphase_fleet (
  project varchar(100) NOT NULL,
  instance varchar(100) NOT NULL,
  release_name varchar(200) NOT NULL,
  host varchar(200) NOT NULL,
  joined_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  lease_seconds integer NOT NULL,
  PRIMARY KEY (project, instance)
)${options}`,
  ]
}

/**
 * The name of the ledger table of rows in quarantine. The engine creates the table before the first data step that can put rows
 * into quarantine, so readers check first that the table exists.
 */
export const QUARANTINE_TABLE_NAME = 'interphase_quarantine'

/**
 * Returns the statement that creates the ledger table of rows in quarantine. The table contains the keys and errors of the rows,
 * and no other values.
 */
export function createQuarantineTableSql({ ledgerTableOptions: options, ledgerText: text }: TableOptions): SqlStatement {
  return sql`CREATE TABLE IF NOT EXISTS interphase_quarantine (
  project varchar(100) NOT NULL,
  migration varchar(300) NOT NULL,
  key_digest varchar(64) NOT NULL,
  table_name varchar(300) NOT NULL,
  key_columns ${text} NOT NULL,
  key_values ${text} NOT NULL,
  problem ${text} NOT NULL,
  failed_at varchar(30) NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (project, migration, key_digest)
)${options}`
}

type TableOptions = Pick<Dialect, 'ledgerTableOptions' | 'ledgerText'>

/**
 * Returns the CREATE TABLE statements of the ledger. Times are ISO 8601 texts in UTC, because all servers store texts in the same
 * way. The column `epoch` must be NOT NULL: every write selects the epoch from `interphase_project` under the condition that the
 * epoch of the run is still current. After a later run has begun, the result is NULL, and the server refuses the write.
 */
export function createLedgerTablesSql({ ledgerTableOptions: options, ledgerText: text }: TableOptions): readonly SqlStatement[] {
  return [
    sql`CREATE TABLE IF NOT EXISTS interphase_migration (
  project varchar(100) NOT NULL,
  id varchar(300) NOT NULL,
  place bigint NOT NULL,
  release_name varchar(200) NOT NULL,
  checksum varchar(64) NOT NULL,
  run_state varchar(10) NOT NULL,
  run_cursor ${text},
  affected bigint NOT NULL,
  how varchar(10) NOT NULL,
  started_at varchar(30) NOT NULL,
  finished_at varchar(30),
  run_by varchar(300) NOT NULL,
  engine varchar(40) NOT NULL,
  plan varchar(80) NOT NULL,
  policy varchar(80) NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (project, id)
)${options}`,
    sql`CREATE TABLE IF NOT EXISTS interphase_note (
  project varchar(100) NOT NULL,
  place bigint NOT NULL,
  noted_at varchar(30) NOT NULL,
  kind varchar(20) NOT NULL,
  noted_by varchar(300) NOT NULL,
  subject varchar(300) NOT NULL,
  fields ${text},
  digest varchar(64) DEFAULT '' NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (project, place)
)${options}`,
    sql`CREATE TABLE IF NOT EXISTS interphase_run (
  project varchar(100) NOT NULL,
  place bigint NOT NULL,
  id varchar(300) NOT NULL,
  release_name varchar(200) NOT NULL,
  checksum varchar(64) NOT NULL,
  affected bigint NOT NULL,
  how varchar(10) NOT NULL,
  started_at varchar(30) NOT NULL,
  finished_at varchar(30),
  run_by varchar(300) NOT NULL,
  engine varchar(40) NOT NULL,
  plan varchar(80) NOT NULL,
  policy varchar(80) NOT NULL,
  replaced varchar(10) NOT NULL,
  replaced_at varchar(30) NOT NULL,
  replaced_by varchar(300) NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (project, place)
)${options}`,
    // The engine creates the table `interphase_project` last. If this table exists, the other tables also exist, even after a
    // crash.
    sql`CREATE TABLE IF NOT EXISTS interphase_project (
  project varchar(100) NOT NULL PRIMARY KEY,
  format integer NOT NULL,
  epoch bigint NOT NULL,
  backend varchar(40),
  held_by varchar(300),
  held_since varchar(30),
  table_groups ${text} NOT NULL,
  note_head varchar(64) DEFAULT '' NOT NULL
)${options}`,
  ]
}
