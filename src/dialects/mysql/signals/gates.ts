import type { GateQueries } from '../../../dialect/signals.ts'
import { sql } from '../../../dialect/sql.ts'
import type { MysqlFamilyServer } from '../session/flavour.ts'

/** Returns the queries with which gates read the state of MySQL and MariaDB. */
export function makeMysqlGateQueries({ serverIdentity }: MysqlFamilyServer): GateQueries {
  return {
    databaseTime: sql`SELECT date_format(utc_timestamp(3), '%Y-%m-%dT%H:%i:%s.%fZ') AS now`,
    // InnoDB shows the start of a transaction in the time zone of the server, and not in the time zone of the session. The query
    // therefore compares the start with the present time in the time zone of the server. A prepared XA transaction belongs to no
    // connection, and InnoDB shows the thread number 0 for such a transaction.
    longTransactions: sql`SELECT concat('connection ', trx.trx_mysql_thread_id, coalesce(concat(' of ', entry.user), ''),
        coalesce(concat(' in database ', entry.db), '')) AS what,
      timestampdiff(SECOND, trx.trx_started, convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')) AS seconds
    FROM information_schema.innodb_trx trx LEFT JOIN information_schema.processlist entry ON entry.id = trx.trx_mysql_thread_id
    WHERE trx.trx_mysql_thread_id <> connection_id() ORDER BY 2 DESC`,
    identity: sql`SELECT concat(database(), '@', ${serverIdentity}) AS identity`,
    role: sql`SELECT substring_index(current_user(), '@', 1) AS role`,
    showsReplicas: false,
  }
}
