import { AssertionError } from 'chai'
import type { Place, Session } from '../../../src/dialect/dialect.ts'
import { openSession, type PgSession } from '../../../src/dialects/postgres/session.ts'
import { files } from '../../../src/dialects/postgres/split.ts'
import { freshDatabase, serverUrl } from '../../support/servers.ts'

export const AT: Place = { file: 'a.sql', line: 1 }

/** A session on an empty database of its own; the suite is skipped where there is no server. */
export function onServer(): { readonly session: () => PgSession; readonly url: () => string } {
  let url: string | undefined
  let session: PgSession | undefined
  before(async function () {
    if ((await serverUrl('postgres')) === undefined) this.skip()
    url = await freshDatabase('postgres')
    session = await openSession({ url, purpose: 'interphase test' })
  })
  after(() => session?.close())
  return { session: () => known(session), url: () => known(url) }
}

function known<T>(one: T | undefined): T {
  if (one === undefined) throw new AssertionError('the server was not reached')
  return one
}

/** Runs each statement as an author's. */
export async function author(session: Session, text: string): Promise<void> {
  const { statements } = await files.script({ file: AT.file, text }, 'auto')
  for (const statement of statements) await session.author(statement.text, { file: AT.file, line: statement.line })
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
