import type { LoadSignalQueries, ServerLoadSignalReader } from '../../../dialect/signals.ts'
import { sql } from '../../../dialect/sql.ts'
import { makeLoadSignalReader } from '../../signals.ts'

// The FROM clause of the queries about replicas. The clause excludes clients such as pg_receivewal or a backup, which have a state
// but no replay position. If both columns are NULL, the clause does not exclude the row, because a user without pg_monitor sees
// NULL for every replica.
const REPLICAS = sql`FROM pg_stat_replication WHERE replay_lsn IS NOT NULL OR state IS NULL`

const QUERIES: LoadSignalQueries = {
  // For some time, the server still shows the last lag of an idle replica. The query therefore returns the lag 0 for a replica
  // that has replayed everything.
  'replica-lag': sql`SELECT application_name AS what, CASE WHEN replay_lsn IS NULL THEN NULL
      WHEN replay_lsn >= pg_current_wal_lsn() THEN 0 ELSE COALESCE(extract(epoch FROM replay_lag), 0)::float8 END AS value
    ${REPLICAS} ORDER BY 2 DESC NULLS FIRST LIMIT 1`,
  'replica-backlog': sql`SELECT application_name AS what, (pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) / 1048576)::float8 AS value
    ${REPLICAS} ORDER BY 2 DESC NULLS FIRST LIMIT 1`,
  'slot-retention': sql`SELECT slot_name AS what, (pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) / 1048576)::float8 AS value
    FROM pg_replication_slots WHERE restart_lsn IS NOT NULL ORDER BY 2 DESC LIMIT 1`,
  'archive-queue': sql`SELECT (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')::float8 AS value
    WHERE current_setting('archive_mode') <> 'off'`,
  // The signal checkpoint-age is the size of the log since the previous checkpoint, and 100 % means twice max_wal_size. If the
  // checkpoints keep up with the writes, this size does not grow far beyond max_wal_size.
  'checkpoint-age': sql`SELECT (100 * pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)
      / (2 * pg_size_bytes(current_setting('max_wal_size'))))::float8 AS value FROM pg_control_checkpoint()`,
  'old-snapshot': sql`SELECT 'pid ' || pid AS what, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS value
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) ORDER BY xact_start LIMIT 1`,
  'history-list': undefined,
  // The query for lock waits excludes sessions that wait for an advisory lock or for old snapshots, because these sessions wait
  // for no row and no table.
  'lock-waits': sql`SELECT count(*)::float8 AS value FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple', 'relation')`,
  'active-sessions': sql`SELECT count(*)::float8 AS value FROM pg_stat_activity
    WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
}

export const postgresLoadSignalReader: ServerLoadSignalReader = makeLoadSignalReader(QUERIES)
