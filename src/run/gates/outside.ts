import type { DatabaseSession } from '../../dialect/dialect.ts'
import { sql, sqlValue } from '../../dialect/sql.ts'
import { type GateFactsReader, makeGateFactsReader } from '../../gate/outside.ts'
import type { ConnectedProject } from '../connected-project.ts'

// The time limit for connecting to a replica, in milliseconds. The limit is short, because a data step or a gate waits during the
// connection attempt.
const REPLICA_CONNECT_MS = 5000

/**
 * Returns the replicas of the configuration. In each replica, `what` is the name for messages, such as `database.replicas[0]`,
 * and `open` opens a session.
 */
export function replicasOfConfiguration(
  connected: ConnectedProject,
): readonly { readonly what: string; readonly open: () => Promise<DatabaseSession> }[] {
  const { config, dialect, target } = connected
  const { replicas = [], tls } = config.database
  return replicas.map((url, index) => {
    const address = { url, purpose: `${target.purpose} (lag)`, connectTimeoutMs: REPLICA_CONNECT_MS, ...(tls && { tls }) }
    return { what: `database.replicas[${index}]`, open: () => dialect.open(address) }
  })
}

/**
 * Makes the object that reads facts from outside the database for the gates of a phase. The object executes the commands of the
 * policy in the directory of the project.
 */
export function makeGateFactsReaderForPhase(connected: ConnectedProject, release: string, phase: string): GateFactsReader {
  const { session, dialect, clock, signal, config } = connected
  return makeGateFactsReader({
    session,
    dialect,
    clock,
    signal,
    directory: config.root,
    environment: { INTERPHASE_PROJECT: config.project, INTERPHASE_RELEASE: release, INTERPHASE_PHASE: phase },
    replicas: replicasOfConfiguration(connected),
    epoch: sql`SELECT epoch FROM interphase_project WHERE project = ${sqlValue(config.project)}`,
  })
}
