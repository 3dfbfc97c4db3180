import { EventEmitter } from 'node:events'
import type { StatementResult } from '../../../dialect/dialect.ts'
import { messageOf } from '../../../error.ts'
import type { SendText } from '../../function-host.ts'
import { errnoOf } from '../session/errors.ts'

type Answered = (error: unknown, result?: unknown) => void
type Question = string | { readonly sql: string; readonly values?: readonly unknown[] }
/** Makes an object with the interface of a mysql2 connection for Sequelize. It sends every statement with `send`. */
export function wireConnection(send: SendText): object {
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

/** Makes a result in the form of mysql2: rows, a header, or a list of both for CALL. */
function shapeOf(text: string, outcome: StatementResult): unknown {
  const header = new ResultSetHeader(outcome)
  if (/^\s*call\b/i.test(text)) return outcome.columns.length > 0 ? [[...outcome.rows], header] : header
  return outcome.columns.length > 0 ? [...outcome.rows] : header
}

/** Sequelize checks the name of this class. */
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

/** Converts the error into an object of the driver's form. Sequelize reads its number and message, and adds the statement to it. */
function dressed(error: unknown): unknown {
  const errno = errnoOf(error)
  return errno === undefined ? error : { message: messageOf(error), errno, cause: error }
}
