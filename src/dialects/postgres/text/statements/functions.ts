import { REASON_AGAINST_LARGE_OBJECT } from './reasons.ts'

interface Refused {
  /** The description of the refused functions for the page docs/statements.md. */
  readonly says: string
  readonly names: RegExp
  readonly because: string
}

/**
 * The functions of the server and its extensions that change objects outside the database, or whose changes the engine cannot
 * observe.
 */
export const POSTGRES_REFUSED_FUNCTIONS: readonly Refused[] = [
  {
    says: 'dblink, dblink_exec, dblink_connect, …',
    names: /^dblink/,
    because: 'The function sends statements to another database, even from a shadow. Copy the rows outside of migrations.',
  },
  {
    says: 'pg_terminate_backend, pg_cancel_backend',
    names: /^pg_(?:terminate|cancel)_backend$/,
    because: 'The statement ends other sessions or their statements. A run prints the sessions that block a migration.',
  },
  {
    says: 'pg_advisory_unlock, pg_advisory_unlock_all',
    names: /^pg_advisory_unlock(?:_all|_shared)?$/,
    because: 'The function may release the lock of the run. Take a lock with pg_advisory_xact_lock, which ends with the transaction.',
  },
  {
    says: 'pg_read_file, pg_ls_dir, lo_import, lo_export, pg_file_write, …',
    names: /^(?:pg_read_(?:binary_)?file|pg_ls_\w+|pg_stat_file|pg_file_\w+|lo_import|lo_export|pg_logdir_ls)$/,
    because:
      'The function reads or writes files on the machine of the server, and a shadow runs on another machine. Write the rows as INSERT.',
  },
  {
    says: 'lo_create, lo_unlink, lo_put, …',
    names: /^(?:lo_(?:creat|create|unlink|put|from_bytea|open|truncate|truncate64)|lowrite)$/,
    because: REASON_AGAINST_LARGE_OBJECT,
  },
  {
    says: 'pg_reload_conf, pg_rotate_logfile, pg_switch_wal, pg_promote, pg_stat_reset, …',
    names:
      /^pg_(?:reload_conf|rotate_logfile(?:_old|_v2)?|switch_wal|switch_xlog|promote|wal_replay_\w+|create_restore_point|backup_\w+|start_backup|stop_backup|log_\w+|stat_reset\w*)$/,
    because: 'The function changes the whole server. Call it outside of migrations, as an administrator.',
  },
  {
    says: 'pg_create_logical_replication_slot, pg_drop_replication_slot, pg_logical_emit_message, pg_replication_origin_create, …',
    names:
      /^pg_(?:create_(?:physical|logical)_replication_slot|copy_\w+_replication_slot|drop_replication_slot|replication_slot_advance|sync_replication_slots|logical_\w+|replication_origin_\w+)$/,
    because: 'The statement changes the replication of the whole server. Execute it outside of migrations, as an administrator.',
  },
]

export function reasonToRefuseServerFunction(name: string): string | undefined {
  return POSTGRES_REFUSED_FUNCTIONS.find(({ names }) => names.test(name.toLowerCase()))?.because
}
