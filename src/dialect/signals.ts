import type { ServerLoadSignalName } from '../phase/throttle.ts'
import type { SqlStatement } from './sql.ts'

/**
 * The value of one signal about the server's load, or the reason why the user cannot read the signal. A signal that the server
 * cannot measure has no reading, such as the lag of replicas on a server without replicas.
 */
export type LoadSignalReading =
  | {
      readonly signal: ServerLoadSignalName
      readonly value: number
      /** The object whose value was measured, such as the name of a replica. */
      readonly what?: string
    }
  | { readonly signal: ServerLoadSignalName; readonly unreadable: string }

/** The part of a database session that reads the signals about the server's load. */
export interface LoadSignalQuerySession {
  /** A signal that aborts as soon as the connection to the server is lost. */
  readonly lost: AbortSignal
  query<Row extends object>(statement: SqlStatement): Promise<readonly Row[]>
}

/** Reads the signals about the load of a server. */
export interface ServerLoadSignalReader {
  /**
   * Reads the given signals of the server. The caller calls this method outside a transaction. If the user does not have the
   * privilege to read a signal, the reading is `unreadable`.
   */
  read(session: LoadSignalQuerySession, signals: readonly ServerLoadSignalName[]): Promise<readonly LoadSignalReading[]>
}

/**
 * The query for each signal, or undefined if the server does not provide the signal. A row of the result has a column `value` and
 * an optional column `what`. No row means that the server has nothing to measure. NULL in `value` means that the user does not
 * have the privilege to read the value.
 */
export type LoadSignalQueries = { readonly [S in ServerLoadSignalName]: SqlStatement | undefined }

/** The queries for gates whose SQL differs between the servers. */
export interface GateQueries {
  /** The query for the server's time. The result is one row with the time in a column `now`, in ISO 8601. */
  readonly databaseTime: SqlStatement
  /**
   * The query for the open transactions of other sessions. Each row has a name in `what` and the age in `seconds`. NULL in
   * `seconds` means that the user does not have the privilege to see whether the session has an open transaction.
   */
  readonly longTransactions: SqlStatement
  /** The query for the name of the database with the identifier of the server. The result is one row with a column `identity`. */
  readonly identity: SqlStatement
  /** The query for the role of the user in the session. The result is one row with a column `role`. */
  readonly role: SqlStatement
  /** True if a primary server of the product, such as PostgreSQL, can list its replicas. */
  readonly showsReplicas: boolean
}
