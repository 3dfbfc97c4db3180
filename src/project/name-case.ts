import type { ServerVersion } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { SchemaState } from '../schema/state.ts'
import type { RecordedServer } from '../state/recording.ts'

/** The server whose schema the engine compares with recorded states: its name, its version and its setting for table names. */
export interface ServerToCompare {
  readonly where: string
  readonly version: ServerVersion
}

/**
 * Throws `states.name-case` if the server and the server of the recording treat capital letters in table names differently, and a
 * statement or a state of the release contains a table name with a capital letter. The same table would have different names on
 * the two servers.
 */
export function refuseDifferentNameCase(recorded: RecordedServer, server: ServerToCompare, states: readonly SchemaState[]): void {
  const found = server.version.lowerCaseTableNames ?? 0
  if ((recorded.lowerCaseTableNames ?? 0) === found) return
  const table = states.flatMap(tablesOf).find((name) => name !== name.toLowerCase())
  if (recorded.lowerCaseTableNames === undefined && table === undefined) return
  throw new InterphaseError('states.name-case', {
    where: server.where,
    recorded: recorded.lowerCaseTableNames ?? 0,
    found,
    ...(table !== undefined && { table }),
  })
}

function tablesOf({ groups }: SchemaState): readonly string[] {
  return [...groups.keys()].flatMap((key) => /^(?:table|view|sequence):(.*)$/s.exec(key)?.[1] ?? [])
}
