import type { Dialect, Reading, ScratchServer, Session, Target } from '../dialect/dialect.ts'
import type { FilePurpose } from '../dialect/judgement.ts'
import { digest } from '../digest.ts'
import { InterphaseError, messageOf } from '../error.ts'
import type { Release, SqlText } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'

/** A scratch database that releases are run from, and what is read of its schema. */
export interface Boundary {
  readonly name: string
  readonly reading: Reading
  /** Nobody needs the database itself: whoever comes next may work in it instead of in a copy. */
  readonly spare?: boolean
}

/** The name of the scratch database that holds the schema at the end of `releases`, without sample rows. */
export function boundaryName(setup: SqlText | undefined, releases: readonly Release[]): string {
  const made = releases.flatMap(phasedOrder).flatMap((migration) => [migration.id, migration.checksum])
  return `at_${digest(setup?.text ?? '', ...made).slice(0, 20)}`
}

/** Opens a scratch database, works on it and closes it, whatever happens. */
export async function onDatabase<T>(dialect: Dialect, target: Target, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await dialect.open(target)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/** An empty database with what the project's set-up puts into it, as the boundary before the first release. */
export async function makeFirstBoundary(
  server: ScratchServer,
  dialect: Dialect,
  setup: SqlText | undefined,
  name: string,
): Promise<Reading> {
  const reading = await onDatabase(dialect, await server.create('first'), async (session) => {
    if (setup) await runScript(session, dialect, setup, 'record.rows', 'setup')
    return dialect.catalog.read(session, 'whole')
  })
  // A copy appears under the boundary's name whole: whoever finds one may rely on it.
  await server.copy('first', name)
  return reading
}

/** Runs a whole file of an author's, statement by statement. */
export async function runScript(
  session: Session,
  dialect: Dialect,
  sql: SqlText,
  code: 'record.rows',
  purpose: FilePurpose = 'migration',
): Promise<void> {
  const { statements } = await dialect.files.script(sql, 'auto', purpose)
  for (const statement of statements) {
    const at = { file: sql.file, line: statement.line }
    for (const text of (await dialect.border.executed(session, statement.text, true)).texts)
      await dialect.files.judge({ file: sql.file, text }, at.line)
    try {
      await session.execute(statement.text, at)
    } catch (error) {
      throw new InterphaseError(code, { file: sql.file, dialect: dialect.name, problem: messageOf(error) }, { cause: error })
    }
  }
  await session.reset()
}
