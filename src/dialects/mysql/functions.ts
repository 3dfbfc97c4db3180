import type { Options, Sequelize as SequelizeInstance } from 'sequelize'
import type { FunctionCall, FunctionHost, Outcome, Session } from '../../dialect/dialect.ts'
import { InterphaseError, messageOf } from '../../error.ts'
import { errnoOf, NO_SAVEPOINT } from './errors.ts'
import { guard } from './guards.ts'
import { databaseOf } from './place.ts'
import { Savepoints } from './savepoints.ts'
import { refuse } from './split.ts'
import { lend } from './wire.ts'

export const functions: FunctionHost = { run }

/**
 * Runs a function migration with Sequelize around the session. Sequelize never connects: whatever it sends goes to
 * `session.author`, and its own transactions become savepoints where the engine has one open.
 */
async function run(session: Session, call: FunctionCall): Promise<number> {
  const { Sequelize } = await import('sequelize')
  let affected = 0
  const send = sender(session, call, (rows) => {
    affected += rows
  })
  const sequelize = around(new Sequelize(optionsFor(session)), send)
  const queryInterface = sequelize.getQueryInterface()
  guard(queryInterface, call.file)
  try {
    await call.body({
      dialect: session.dialect,
      queryInterface,
      Sequelize,
      query: async (text, values) => (await send(text, values)).rows,
      signal: call.signal,
    })
  } catch (error) {
    throw unwrapped(error, call)
  }
  return affected
}

type Send = (text: string, values?: readonly unknown[]) => Promise<Outcome>

function sender(session: Session, call: FunctionCall, onWritten: (rows: number) => void): Send {
  const savepoints = new Savepoints(call.file)
  const place = { file: call.file, line: 1 }
  return async (text, values) => {
    call.signal.throwIfAborted()
    const sent = call.inTransaction ? savepoints.translate(text) : [text]
    let outcome = NOTHING
    refuse(text, place)
    for (const statement of sent) {
      call.onStatement(statement)
      outcome = await session.author(statement, place, values).catch((error: unknown) => {
        // A schema statement has committed: the savepoint is gone, and `intact` will say so to whoever asks.
        if (savepoints.owns(statement) && errnoOf(error) === NO_SAVEPOINT) return NOTHING
        throw error
      })
      onWritten(outcome.affected)
    }
    return outcome
  }
}

const NOTHING: Outcome = { rows: [], columns: [], affected: 0 }

/** MariaDB too is 'mysql' here: Sequelize 6 breaks on its own `mariadb` dialect. */
function optionsFor(session: Session): Options {
  // Sequelize asks the server for its version unless it is told; its types do not know the option.
  const told = { databaseVersion: `${session.version.major}.${session.version.minor}.0` }
  return { ...told, dialect: 'mysql', database: databaseOf(session), logging: false, timezone: '+00:00' }
}

interface ConnectionManager {
  getConnection: () => Promise<unknown>
  releaseConnection: () => void
  close: () => Promise<void>
}

function around(sequelize: SequelizeInstance, send: Send): SequelizeInstance {
  const { connectionManager } = sequelize as unknown as { connectionManager: ConnectionManager }
  const connection = lend(send)
  connectionManager.getConnection = () => Promise.resolve(connection)
  connectionManager.releaseConnection = () => undefined
  connectionManager.close = () => Promise.resolve()
  return sequelize
}

/** Sequelize wraps what a statement throws; the engine's own error is inside. Anything else is the function's own. */
function unwrapped(error: unknown, { file, signal }: FunctionCall): unknown {
  for (let inner: unknown = error; typeof inner === 'object' && inner !== null; inner = parentOf(inner)) {
    if (inner instanceof InterphaseError) return inner
  }
  if (signal.aborted) return error
  return new InterphaseError('migration.threw', { file, problem: messageOf(error) }, { cause: error })
}

function parentOf(error: object): unknown {
  return 'parent' in error ? error.parent : 'cause' in error ? error.cause : undefined
}
