import type { Options, QueryInterface, Sequelize as SequelizeInstance } from 'sequelize'
import { ChokePoint, type SendStatement } from '../../../dialect/choke-point.ts'
import type { FunctionCall, FunctionHost, Session, StatementResult } from '../../../dialect/dialect.ts'
import { guard } from '../../guard.ts'
import { errnoOf, NO_SAVEPOINT } from '../session/errors.ts'
import { refuse } from '../text/split.ts'
import { columnFacts } from './column-facts.ts'
import { Savepoints } from './savepoints.ts'
import { lend } from './wire.ts'

export const functions: FunctionHost = { run }

/**
 * Runs a function migration with Sequelize around the session. Sequelize never connects: whatever it sends goes to
 * `session.author`, and its own transactions become savepoints where the engine has one open.
 */
async function run(session: Session, call: FunctionCall): Promise<number> {
  const { Sequelize } = await import('sequelize')
  const choke = new ChokePoint(call, delivery(session, call))
  const send: Send = (text, values) => choke.send(text, values)
  const sequelize = around(new Sequelize(optionsFor(session)), send)
  const queryInterface = guard(sequelize, call, choke, (table, column) => columnFacts(session, table, column))
  const query = async (text: string, values?: readonly unknown[]) => (await send(text, values)).rows
  tellOfWhere(queryInterface, (says) => call.onRemark(`${call.file}:${choke.line()}: ${says}`))
  const { dialect } = session
  return choke.run(() => call.body({ dialect, queryInterface, Sequelize, query, signal: call.signal }))
}

type Send = (text: string, values?: readonly unknown[]) => Promise<StatementResult>

function delivery(session: Session, call: FunctionCall): SendStatement {
  const savepoints = new Savepoints(call.file)
  return async (text, values, line) => {
    const place = { file: call.file, line }
    let outcome = NOTHING
    refuse(text, place)
    for (const one of call.inTransaction ? savepoints.translate(text) : [text]) {
      call.signal.throwIfAborted()
      await call.onStatement(one, place)
      outcome = await session.execute(one, place, values).catch((error: unknown) => {
        // A schema statement has committed: the savepoint is gone, and `intact` will say so to whoever asks.
        if (savepoints.owns(one) && errnoOf(error) === NO_SAVEPOINT) return NOTHING
        throw error
      })
    }
    return outcome
  }
}

/** Sequelize leaves the `where` of an index out on these servers. */
function tellOfWhere(queryInterface: QueryInterface, tell: (says: string) => void): void {
  const addIndex = queryInterface.addIndex.bind(queryInterface) as (...args: readonly unknown[]) => Promise<void>
  const by = (...args: readonly unknown[]) => {
    const options = args.find(hasWhere)
    const isUnique = options?.unique === true || options?.type === 'UNIQUE'
    if (options)
      tell(`addIndex leaves \`where\` out: these servers have no partial indexes${isUnique ? ', and the rule is for every row' : ''}`)
    return addIndex(...args)
  }
  Object.defineProperty(queryInterface, 'addIndex', { value: by, configurable: true, writable: true })
}

interface IndexOptions {
  readonly where: unknown
  readonly unique?: unknown
  readonly type?: unknown
}

function hasWhere(argument: unknown): argument is IndexOptions {
  return typeof argument === 'object' && argument !== null && 'where' in argument && argument.where !== undefined
}

const NOTHING: StatementResult = { rows: [], columns: [], affected: 0 }

/** MariaDB too is 'mysql' here: Sequelize 6 breaks on its own `mariadb` dialect. */
function optionsFor(session: Session): Options {
  // Sequelize asks the server for its version unless it is told; its types do not know the option.
  const told = { databaseVersion: `${session.version.major}.${session.version.minor}.0` }
  return { ...told, dialect: 'mysql', database: session.database, logging: false, timezone: '+00:00' }
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
