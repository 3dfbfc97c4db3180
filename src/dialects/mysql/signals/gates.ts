import type { GateQueries } from '../../../dialect/signals.ts'
import { sql } from '../../../dialect/sql.ts'

export const mysqlGateQueries: GateQueries = {
  databaseTime: sql`SELECT date_format(utc_timestamp(3), '%Y-%m-%dT%H:%i:%s.%fZ') AS now`,
  // InnoDB shows the start of a transaction in the time zone of the server, not in that of the session. The thread 0 belongs to a
  // prepared XA transaction.
  longTransactions: sql`SELECT concat('connection ', trx_mysql_thread_id) AS what,
      timestampdiff(SECOND, trx_started, convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')) AS seconds
    FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> connection_id() ORDER BY 2 DESC`,
  showsReplicas: false,
}
