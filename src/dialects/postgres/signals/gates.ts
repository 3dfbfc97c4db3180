import type { GateQueries } from '../../../dialect/signals.ts'
import { sql } from '../../../dialect/sql.ts'

export const postgresGateQueries: GateQueries = {
  databaseTime: sql`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS now`,
  // A user without pg_read_all_stats sees NULL as the state and the transaction start of the sessions of other users. For such a
  // session, the query returns NULL as the duration.
  longTransactions: sql`SELECT concat_ws(' ', 'session', pid, 'of', usename, nullif(application_name, '')) AS what,
      CASE WHEN state IS NULL THEN NULL ELSE extract(epoch FROM clock_timestamp() - xact_start)::float8 END AS seconds
    FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
      AND (xact_start IS NOT NULL OR state IS NULL)
    UNION ALL SELECT 'prepared transaction ' || gid, extract(epoch FROM clock_timestamp() - prepared)::float8
    FROM pg_prepared_xacts WHERE database = current_database() ORDER BY 2 DESC NULLS LAST`,
  // A promoted replica has the same system identifier as its former primary, so both servers have the same identity.
  identity: sql`SELECT concat(current_database(), '@', (SELECT system_identifier FROM pg_control_system())) AS identity`,
  role: sql`SELECT session_user AS role`,
  showsReplicas: true,
}
