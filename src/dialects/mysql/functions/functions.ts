import type { Options, QueryInterface, Sequelize as SequelizeInstance } from 'sequelize'
import type { DatabaseSession } from '../../../dialect/dialect.ts'
import {
  EMPTY_STATEMENT_RESULT,
  makeFunctionMigrationRunner,
  type SendStatementText,
  type SequelizeOnSession,
} from '../../function-host.ts'
import { MYSQL_NO_SUCH_SAVEPOINT, mysqlErrorNumberOf } from '../session/errors.ts'
import { renderMysqlStatement } from '../text/notation.ts'
import { refuseForbiddenMysqlStatement } from '../text/split.ts'
import { readMysqlColumnProperties } from './column-facts.ts'
import { MysqlFunctionSavepointTranslator } from './savepoints.ts'
import { makeMysql2ConnectionAdapter } from './wire.ts'

/** Runs function migrations on MySQL and MariaDB. */
export const mysqlFunctionMigrationRunner = makeFunctionMigrationRunner({
  open,
  judge: async (text, at) => refuseForbiddenMysqlStatement(text, at),
  transactions: ({ file, inTransaction }) => new MysqlFunctionSavepointTranslator(file, inTransaction),
  beforeEach: () => () => Promise.resolve(),
  failed: (error, text, _, savepoints) => {
    // The error about the savepoint is ignored, because a DDL statement committed implicitly and so removed the savepoint.
    // `DatabaseSession.intact` reports the commit.
    if (savepoints.owns(text) && mysqlErrorNumberOf(error) === MYSQL_NO_SUCH_SAVEPOINT) return EMPTY_STATEMENT_RESULT
    throw error
  },
  compile: renderMysqlStatement,
  readColumn: (session) => (table, column) => readMysqlColumnProperties(session, table, column),
  adapt: reportWhere,
})

async function open(session: DatabaseSession, send: SendStatementText): Promise<SequelizeOnSession> {
  const { Sequelize } = await import('sequelize')
  return { Sequelize, sequelize: around(new Sequelize(optionsFor(session)), send) }
}

/** Reports each call of `addIndex` with the option `where`, because Sequelize ignores `where` on MySQL and MariaDB. */
function reportWhere(queryInterface: QueryInterface, remark: (says: string) => void): void {
  const addIndex = queryInterface.addIndex.bind(queryInterface) as (...args: readonly unknown[]) => Promise<void>
  const by = (...args: readonly unknown[]) => {
    const options = args.find(hasWhere)
    const isUnique = options?.unique === true || options?.type === 'UNIQUE'
    if (options)
      remark(
        `addIndex ignores \`where\`, because this server has no partial indexes${isUnique ? '; the unique rule holds for every row' : ''}`,
      )
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

/**
 * Returns the options of the Sequelize instance. The dialect is `mysql` also on MariaDB, because Sequelize 6 fails with its own
 * dialect `mariadb`.
 */
function optionsFor(session: DatabaseSession): Options {
  // With the option `databaseVersion`, Sequelize does not ask the server for its version. The types of Sequelize do not contain
  // this option.
  const told = { databaseVersion: `${session.version.major}.${session.version.minor}.0` }
  return { ...told, dialect: 'mysql', database: session.database, logging: false, timezone: '+00:00' }
}

interface ConnectionManager {
  getConnection: () => Promise<unknown>
  releaseConnection: () => void
  close: () => Promise<void>
}

function around(sequelize: SequelizeInstance, send: SendStatementText): SequelizeInstance {
  const { connectionManager } = sequelize as unknown as { connectionManager: ConnectionManager }
  const connection = makeMysql2ConnectionAdapter(send)
  connectionManager.getConnection = () => Promise.resolve(connection)
  connectionManager.releaseConnection = () => undefined
  connectionManager.close = () => Promise.resolve()
  return sequelize
}
