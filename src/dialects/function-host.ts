import type { QueryInterface, Sequelize as SequelizeClass } from 'sequelize'
import { FunctionStatementSender, type SendStatementOfFunction } from '../dialect/choke-point.ts'
import type {
  DatabaseSession,
  FunctionMigrationCall,
  FunctionMigrationRunner,
  SourceLocation,
  StatementResult,
} from '../dialect/dialect.ts'
import type { SqlStatement } from '../dialect/sql.ts'
import type { ReadColumnProperties } from './column-watch.ts'
import { guardQueryInterface } from './guard.ts'

/**
 * Sends the text of one statement with its values. Every statement of a function migration is sent by a function of this type.
 */
export type SendStatementText = (text: string, values?: readonly unknown[]) => Promise<StatementResult>

/**
 * A Sequelize instance that has the engine's session as its only connection. The instance sends no statement of its own, such as
 * a query for the version of the server.
 */
export interface SequelizeOnSession {
  readonly Sequelize: typeof SequelizeClass
  readonly sequelize: object
}

/**
 * Replaces the transaction statements of a function migration by savepoint statements, if the migration runs in a transaction of
 * the engine.
 */
export interface FunctionTransactionTranslator {
  /**
   * Returns the statements that the engine sends instead of a statement of a function migration. Returns the text unchanged if
   * the engine has no open transaction. Throws `migration.transaction-control` for a COMMIT or ROLLBACK without an earlier BEGIN,
   * and for other statements that would end the engine's transaction.
   */
  translate(text: string): Promise<readonly string[]>
  /** Throws `migration.transaction-control` if a function migration has ended, and a transaction that it began is still open. */
  close(): void
}

/** The operations for function migrations that differ between the servers. */
export interface FunctionMigrationServerOperations<Transactions extends FunctionTransactionTranslator> {
  readonly open: (session: DatabaseSession, send: SendStatementText) => Promise<SequelizeOnSession>
  /** Throws `statement.refused` for a statement of a kind that is not allowed in migrations. */
  readonly judge: (text: string, at: SourceLocation) => Promise<void>
  readonly transactions: (call: FunctionMigrationCall) => Transactions
  /**
   * Returns a function that prepares the session for each statement of one function migration. On PostgreSQL, the returned
   * function sets the lock timeout. The runner calls the returned function with the text of each statement before the statement
   * is sent.
   */
  readonly beforeEach: (session: DatabaseSession, call: FunctionMigrationCall) => (text: string) => Promise<void>
  /**
   * Handles the error of a failed statement. If the error does not matter, the function returns a result for Sequelize. Otherwise
   * the function throws the error.
   */
  readonly failed: (error: unknown, text: string, call: FunctionMigrationCall, transactions: Transactions) => StatementResult
  /** Returns the text of a statement, with placeholders for its values, and the values in the form that the driver expects. */
  readonly compile: (statement: SqlStatement) => { readonly text: string; readonly values: readonly unknown[] }
  readonly readColumn: (session: DatabaseSession) => ReadColumnProperties
  /**
   * Replaces the methods of Sequelize that do something else on the server than their documentation states. The new methods
   * report the unexpected effect.
   */
  readonly adapt: (queryInterface: QueryInterface, remark: (says: string) => void) => void
}

/**
 * Returns the runner of function migrations for a server. Sequelize opens no connection, because a `FunctionStatementSender`
 * sends all statements in the engine's session.
 */
export function makeFunctionMigrationRunner<Transactions extends FunctionTransactionTranslator>(
  server: FunctionMigrationServerOperations<Transactions>,
): FunctionMigrationRunner {
  return {
    async run(session, call) {
      const transactions = server.transactions(call)
      const choke = new FunctionStatementSender(call, sending(server, session, call, transactions))
      const send: SendStatementText = (text, values) => choke.send(text, values)
      const { Sequelize, sequelize } = await server.open(session, send)
      const queryInterface = guardQueryInterface(sequelize, call, choke, server.readColumn(session))
      const query = async (text: string, values?: readonly unknown[]) => (await send(text, values)).rows
      server.adapt(queryInterface, (says) => call.onRemark(`${call.file}:${choke.line()}: ${says}`))
      const { dialect } = session
      const affected = await choke.run(() => call.body({ dialect, queryInterface, Sequelize, query, signal: call.signal }))
      transactions.close()
      return affected
    },
    async runBatchCode(session, { body, ...call }) {
      const asFunction: FunctionMigrationCall = { ...call, inTransaction: true, body: () => Promise.resolve(), onRemark: () => undefined }
      const transactions = server.transactions(asFunction)
      const choke = new FunctionStatementSender(asFunction, sending(server, session, asFunction, transactions))
      const send = async (statement: SqlStatement) => {
        const { text, values } = server.compile(statement)
        return (await choke.send(text, values)).rows
      }
      const affected = await choke.run(() => body(send))
      transactions.close()
      return affected
    },
  }
}

export const EMPTY_STATEMENT_RESULT: StatementResult = { rows: [], columns: [], affected: 0 }

function sending<Transactions extends FunctionTransactionTranslator>(
  server: FunctionMigrationServerOperations<Transactions>,
  session: DatabaseSession,
  call: FunctionMigrationCall,
  transactions: Transactions,
): SendStatementOfFunction {
  const before = server.beforeEach(session, call)
  return async (text, values, line) => {
    const at = { file: call.file, line }
    await server.judge(text, at)
    let result = EMPTY_STATEMENT_RESULT
    for (const one of await transactions.translate(text)) {
      call.signal.throwIfAborted()
      await call.onStatement(one, at)
      await before(one)
      result = await session.execute(one, at, values).catch((error: unknown) => server.failed(error, one, call, transactions))
    }
    return result
  }
}
