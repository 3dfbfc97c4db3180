import { AssertionError } from 'chai'
import type { DatabaseSession, SourceLocation } from '../../../src/dialect/dialect.ts'
import { openPostgresSession } from '../../../src/dialects/postgres/session/connect.ts'
import type { PostgresSession } from '../../../src/dialects/postgres/session/session.ts'
import { parsePostgresStatements } from '../../../src/dialects/postgres/text/parser.ts'
import { onServers } from '../../support/servers.ts'

export const AT: SourceLocation = { file: 'a.sql', line: 1 }

/** The suite once for each PostgreSQL there is: the embedded one and the distribution's. */
export function onPostgres(suite: (database: Database) => void): void {
  onServers(['postgres', 'postgres-system'], (_, fresh) => {
    let url: string | undefined
    let session: PostgresSession | undefined
    before(async () => {
      url = await fresh()
      session = await openPostgresSession({ url, purpose: 'interphase test' })
    })
    after(() => session?.close())
    suite({ session: () => known(session), url: () => known(url) })
  })
}

/** An empty database of the suite's own, with a session on it. */
export interface Database {
  readonly session: () => PostgresSession
  readonly url: () => string
}

function known<T>(one: T | undefined): T {
  if (one === undefined) throw new AssertionError('the server was not reached')
  return one
}

/** Runs each statement as an author's, also one that no file may have. */
export async function author(session: DatabaseSession, text: string): Promise<void> {
  for (const statement of await parsePostgresStatements({ file: AT.file, text }))
    await session.execute(statement.text, { file: AT.file, line: statement.line })
}

/** What the promise was rejected with. Fails when it was not. */
export async function problemOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw new AssertionError(`nothing was thrown, but ${JSON.stringify(outcome.value)} came`)
}

const PATIENCE_MS = 20_000

/** Waits until it is so. Fails when that takes too long. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new AssertionError('it did not come to pass')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
