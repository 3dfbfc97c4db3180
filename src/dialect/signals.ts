import type { ServerSignalName } from '../phase/throttle.ts'
import type { SqlStatement } from './sql.ts'

/**
 * The reading of one signal about the server's load. A signal that the server does not have, such as the lag of no replica, gets no
 * reading.
 */
export type SignalReading =
  | {
      readonly signal: ServerSignalName
      readonly value: number
      /** The object that the value belongs to, such as the name of a replica. */
      readonly what?: string
    }
  | { readonly signal: ServerSignalName; readonly unreadable: string }

/** The part of a database session that reads the signals about the server's load. */
export interface SignalSession {
  /** Aborts as soon as the connection is lost. */
  readonly lost: AbortSignal
  query<Row extends object>(statement: SqlStatement): Promise<readonly Row[]>
}

/** Reads the signals about the load of a server. */
export interface ServerSignalReader {
  /**
   * Reads the given signals. Must be called outside a transaction. A signal that the connection may not read is reported as
   * unreadable.
   */
  read(session: SignalSession, signals: readonly ServerSignalName[]): Promise<readonly SignalReading[]>
}

/**
 * The query for each signal: one row with a column `value`, and a column `what` that may be missing. No row means that the server has
 * nothing to measure, and NULL that the connection may not see the value.
 */
export type SignalQueries = { readonly [S in ServerSignalName]: SqlStatement | undefined }

/** The queries of gates whose SQL differs between the servers. */
export interface GateQueries {
  /** One row with the server's time in a column `now`, in ISO 8601. */
  readonly databaseTime: SqlStatement
  /**
   * The open transactions of other sessions: a name in `what`, and the age in `seconds`. NULL in `seconds` means that the user may not
   * see whether the session has an open transaction.
   */
  readonly longTransactions: SqlStatement
  /** The name of the database and the server's own identifier, in one column `identity`. */
  readonly identity: SqlStatement
  /** The role of the session, in one column `role`. */
  readonly role: SqlStatement
  /** True if the primary server of this kind shows its replicas. */
  readonly showsReplicas: boolean
}
