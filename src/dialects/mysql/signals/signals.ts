import type { ServerSignals } from '../../../dialect/signals.ts'
import { sql } from '../../../dialect/sql.ts'
import { makeServerSignals } from '../../signals.ts'
import type { MysqlFamilyServer } from '../session/flavour.ts'

/** A primary of MySQL or MariaDB does not know how far its replicas are, so it has no signal of their lag. */
export function mysqlSignals({ globalStatus, checkpointAge, historyList }: MysqlFamilyServer): ServerSignals {
  return makeServerSignals({
    'replica-lag': undefined,
    'replica-backlog': undefined,
    'slot-retention': undefined,
    'archive-queue': undefined,
    'checkpoint-age': checkpointAge,
    'old-snapshot': undefined,
    'history-list': historyList,
    'lock-waits': sql`SELECT count(*) AS value FROM information_schema.innodb_trx
      WHERE trx_state = 'LOCK WAIT' AND trx_mysql_thread_id <> connection_id()`,
    // This connection is one of the running threads.
    'active-sessions': sql`SELECT variable_value - 1 AS value FROM ${globalStatus} WHERE variable_name = 'Threads_running'`,
  })
}
