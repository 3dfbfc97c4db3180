import type { LoadSignalQueries, LoadSignalQuerySession, LoadSignalReading, ServerLoadSignalReader } from '../dialect/signals.ts'
import { InterphaseError } from '../error.ts'
import type { ServerLoadSignalName } from '../phase/throttle.ts'

/**
 * Returns a reader of signals, which are figures of the server such as the replication lag. The reader sends one query for each
 * signal, so an error of one query does not affect the other signals. The result does not contain a signal for which the server
 * has no query, or whose query returns no row.
 */
export function makeLoadSignalReader(queries: LoadSignalQueries): ServerLoadSignalReader {
  return {
    read: async (session, signals) => {
      const readings: LoadSignalReading[] = []
      for (const signal of signals) {
        const reading = await read(session, signal, queries)
        if (reading) readings.push(reading)
      }
      return readings
    },
  }
}

async function read(
  session: LoadSignalQuerySession,
  signal: ServerLoadSignalName,
  queries: LoadSignalQueries,
): Promise<LoadSignalReading | undefined> {
  const query = queries[signal]
  if (!query) return undefined
  try {
    const [row] = await session.query<{ readonly value: unknown; readonly what?: string | null }>(query)
    if (!row) return undefined
    if (row.value === null) return { signal, unreadable: 'the server does not show the value to this user' }
    const { value, what } = row
    return { signal, value: Number(value), ...(typeof what === 'string' && what !== '' && { what }) }
  } catch (error) {
    if (session.lost.aborted || !(error instanceof InterphaseError)) throw error
    return { signal, unreadable: error.message }
  }
}
