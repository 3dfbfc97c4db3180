import type { DatabaseSession, FunctionMigrationCall } from '../../../dialect/dialect.ts'
import { renderSql } from '../../../dialect/sql.ts'
import { InterphaseError, isError } from '../../../error.ts'
import { makeFunctionMigrationRunner } from '../../function-host.ts'
import { waitsWithoutLockTimeout as mustWait } from '../text/grammar.ts'
import { postgresSqlNotation } from '../text/notation.ts'
import { type ParsedPostgresStatement, parsePostgresStatements, refuseForbiddenPostgresStatement } from '../text/parser.ts'
import { readPostgresColumnProperties } from './column-facts.ts'
import { PostgresFunctionSavepointTranslator } from './savepoints.ts'
import { makeSequelizeOnSession } from './sequelize.ts'

/** Runs function migrations on PostgreSQL. */
export const postgresFunctionMigrationRunner = makeFunctionMigrationRunner({
  open: makeSequelizeOnSession,
  judge: (text, { file, line }) => refuseForbiddenPostgresStatement({ file, text }, line),
  transactions: ({ file, inTransaction }) => new PostgresFunctionSavepointTranslator(file, inTransaction),
  beforeEach: (session, call) => {
    const waiting = new Waiting(session, call)
    return (text) => waiting.suit(text)
  },
  failed: (error, _, { inTransaction }) => {
    throw inTransaction ? withoutTransaction(error) : error
  },
  compile: (statement) => renderSql(statement, postgresSqlNotation),
  readColumn: (session) => (table, column) => readPostgresColumnProperties(session, table, column),
  adapt: () => undefined,
})

// The SQLSTATE codes of errors that the declaration `transaction off` prevents. The failed statement cannot run in a transaction,
// calls a procedure that commits, or uses an enum label which the same transaction added.
const NEEDS_OFF: ReadonlySet<string> = new Set(['25001', '2D000', '55P04'])

function withoutTransaction(error: unknown): unknown {
  if (!isError(error, 'statement.failed') || !NEEDS_OFF.has(error.facts.sqlState)) return error
  const { file, line, statement, message } = error.facts
  return new InterphaseError('migration.needs-off', { file, line, statement, message }, { cause: error })
}

/**
 * Sets the lock timeout of the phase's policy for each statement that a function migration sends outside a transaction. A statement
 * such as CREATE INDEX CONCURRENTLY runs without a lock timeout, because its cancellation would leave an invalid object.
 */
class Waiting {
  readonly #session: DatabaseSession
  readonly #call: FunctionMigrationCall
  #isPatient = false

  constructor(session: DatabaseSession, call: FunctionMigrationCall) {
    this.#session = session
    this.#call = call
  }

  async suit(text: string): Promise<void> {
    const { limits, file } = this.#call
    if (!limits) return
    const parsed = CONCURRENTLY.test(text)
      ? await parsePostgresStatements({ file, text }).catch((): readonly ParsedPostgresStatement[] => [])
      : []
    const isPatient = parsed.some(({ kind, tree }) => mustWait(kind, tree))
    if (isPatient === this.#isPatient) return
    await this.#session.limit(isPatient ? { ...limits, lockTimeoutMs: 0 } : limits)
    this.#isPatient = isPatient
  }
}

// Matches the word CONCURRENTLY. To save time, the engine does not parse a text without this word.
const CONCURRENTLY = /\bconcurrently\b/i
