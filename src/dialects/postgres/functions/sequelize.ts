import type { Options } from 'sequelize'
import type { DatabaseSession, StatementResult } from '../../../dialect/dialect.ts'
import type { SendStatementText, SequelizeOnSession } from '../../function-host.ts'
import { pgDriver } from '../session/driver.ts'

/**
 * Returns a Sequelize instance that has the engine's session as its only connection. The instance sends no queries about the
 * server.
 */
export async function makeSequelizeOnSession(session: DatabaseSession, send: SendStatementText): Promise<SequelizeOnSession> {
  const { Sequelize: Constructor } = await import('sequelize')
  const options: Options & { readonly databaseVersion: string } = {
    dialect: 'postgres',
    dialectModule: pgDriver,
    // With the option `databaseVersion`, Sequelize does not ask the server for its version.
    databaseVersion: `${session.version.major}.${session.version.minor}.0`,
    logging: false,
  }
  const sequelize = new Constructor(options)
  // The cast is needed because Sequelize's public types do not contain the connection manager.
  const { connectionManager } = sequelize as unknown as { connectionManager: ConnectionManager }
  const connection = connectionOver(send)
  connectionManager.getConnection = async () => connection
  connectionManager.releaseConnection = () => {}
  connectionManager.close = async () => {}
  return { Sequelize: Constructor, sequelize }
}

interface ConnectionManager {
  getConnection: () => Promise<object>
  releaseConnection: () => void
  close: () => Promise<void>
}

type Answer = (error: unknown, result?: object) => void

/** Returns an object with the parts of a connection of the driver pg that Sequelize uses. */
function connectionOver(send: SendStatementText): object {
  return {
    uuid: undefined,
    query(text: string, valuesOrAnswer: readonly unknown[] | Answer, maybeAnswer?: Answer): void {
      const [values, answer] = typeof valuesOrAnswer === 'function' ? [undefined, valuesOrAnswer] : [valuesOrAnswer, maybeAnswer]
      send(text, values).then(
        (outcome) => answer?.(null, resultOf(outcome)),
        (error: unknown) => answer?.(error),
      )
    },
  }
}

function resultOf({ rows, columns, affected }: StatementResult): object {
  return { rows: [...rows], rowCount: affected || rows.length, fields: columns.map((name) => ({ name })) }
}
