import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { readLiveInstances } from '../ledger/fleet.ts'
import type { GateFleetReader } from './gate.ts'

/** Returns the reader with which gates read the live instances and the sessions of the application. */
export function makeGateFleetReader(session: DatabaseSession, dialect: Dialect, project: string): GateFleetReader {
  return {
    live: () => readLiveInstances(session, dialect, project),
    sessionsOf: (application) => dialect.fleet.sessionsOf(session, application),
    sessionsOfUsers: (users) => dialect.fleet.sessionsOfUsers(session, users),
  }
}
