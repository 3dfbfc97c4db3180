import type { Session } from '../../../dialect/dialect.ts'

/** The database that the session was opened on, whatever an author's statement has made current since. */
export function databaseOf(session: Session): string {
  return session.where.slice(session.where.indexOf('/') + 1)
}
