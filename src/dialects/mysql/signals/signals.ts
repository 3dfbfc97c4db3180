import type { ServerLoadSignalReader } from '../../../dialect/signals.ts'
import { sql } from '../../../dialect/sql.ts'
import { makeLoadSignalReader } from '../../signals.ts'
import type { MysqlFamilyServer } from '../session/flavour.ts'

/**
 * Returns the reader of signals for MySQL and MariaDB. The reader has no signal for the lag of replicas, because a primary server
 * does not measure the lag of its replicas.
 */
export function makeMysqlLoadSignalReader({ globalStatus, checkpointAge, historyList }: MysqlFamilyServer): ServerLoadSignalReader {
  return makeLoadSignalReader({
    'replica-lag': undefined,
    'replica-backlog': undefined,
    'slot-retention': undefined,
    'archive-queue': undefined,
    'checkpoint-age': checkpointAge,
    'old-snapshot': undefined,
    'history-list': historyList,
    'lock-waits': sql`SELECT count(*) AS value FROM information_schema.innodb_trx
      WHERE trx_state = 'LOCK WAIT' AND trx_mysql_thread_id <> connection_id()`,
    // The status variable `Threads_running` is the number of running threads of the server. The query subtracts 1, because the
    // connection of the engine is one of these threads.
    'active-sessions': sql`SELECT variable_value - 1 AS value FROM ${globalStatus} WHERE variable_name = 'Threads_running'`,
  })
}
