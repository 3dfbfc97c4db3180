import type { SqlStatement } from './sql.ts'

/** The part of a database session that queries the sessions of the application. */
export interface FleetQuerySession {
  query<Row extends object>(statement: SqlStatement): Promise<readonly Row[]>
}

/** The time on the server's clock in seconds since 1970. */
export interface ServerTimes {
  readonly now: number
  /** The time in seconds since 1970 at which the server started. */
  readonly startedAt: number
}

/**
 * A session of the application on the database of the engine. `name` is the `application_name` or the connection attribute
 * `program_name` of the session.
 */
export interface ApplicationSession {
  readonly name: string
  readonly user: string
  readonly from: string
}

/** The sessions of the application, or the reason why the user cannot read the sessions of other users. */
export type ApplicationSessionsReading = readonly ApplicationSession[] | { readonly unseen: string; readonly remedy: string }

/** Reads the sessions of the application on a database, and the clock of the server. */
export interface FleetSessionReader {
  times(session: FleetQuerySession): Promise<ServerTimes>
  /** Returns the sessions whose name is `application` or begins with `application/`. */
  sessionsOf(session: FleetQuerySession, application: string): Promise<ApplicationSessionsReading>
  /** Returns the sessions of the given database users on the database of the engine. */
  sessionsOfUsers(session: FleetQuerySession, users: readonly string[]): Promise<ApplicationSessionsReading>
}
