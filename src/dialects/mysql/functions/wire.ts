import { EventEmitter } from 'node:events'
import type { StatementResult } from '../../../dialect/dialect.ts'
import { errorMessageOf } from '../../../error.ts'
import type { SendStatementText } from '../../function-host.ts'
import { mysqlErrorNumberOf } from '../session/errors.ts'

type Answered = (error: unknown, result?: unknown) => void
type Question = string | { readonly sql: string; readonly values?: readonly unknown[] }

/** Returns an object for Sequelize with the interface of a mysql2 connection. The object sends every statement with `send`. */
export function makeMysql2ConnectionAdapter(send: SendStatementText): object {
  const ask = (question: Question, values: readonly unknown[] | undefined, answered: Answered): EventEmitter => {
    const text = typeof question === 'string' ? question : question.sql
    const given = typeof question === 'string' ? values : (question.values ?? values)
    send(text, given).then(
      (outcome) => answered(null, shapeOf(text, outcome)),
      (error: unknown) => answered(dressed(error)),
    )
    return new EventEmitter()
  }
  return Object.assign(new EventEmitter(), {
    query: (question: Question, answered: Answered) => ask(question, undefined, answered),
    execute: (question: Question, values: readonly unknown[], answered: Answered) => ask(question, values, answered),
  })
}

/**
 * Returns a result as the driver mysql2 would return it: the rows, or a header if the result has no columns. For a CALL with
 * rows, returns the rows and a header.
 */
function shapeOf(text: string, outcome: StatementResult): unknown {
  const header = new ResultSetHeader(outcome)
  if (/^\s*call\b/i.test(text)) return outcome.columns.length > 0 ? [[...outcome.rows], header] : header
  return outcome.columns.length > 0 ? [...outcome.rows] : header
}

/**
 * The header of a result without rows. The class must have the name ResultSetHeader, because Sequelize recognises a header by the
 * name of its class.
 */
class ResultSetHeader {
  readonly affectedRows: number
  readonly insertId: number
  readonly changedRows: number
  readonly warningStatus = 0

  constructor(outcome: StatementResult) {
    this.affectedRows = outcome.affected
    this.changedRows = outcome.affected
    this.insertId = outcome.insertId ?? 0
  }
}

/**
 * Returns an engine error as the driver mysql2 would report it. Sequelize reads the error number and the message of a driver
 * error, and adds the statement.
 */
function dressed(error: unknown): unknown {
  const errno = mysqlErrorNumberOf(error)
  return errno === undefined ? error : { message: errorMessageOf(error), errno, cause: error }
}
