import { EventEmitter } from 'node:events'
import type { StatementResult } from '../../../dialect/dialect.ts'
import { messageOf } from '../../../error.ts'
import type { Send } from '../../function-host.ts'
import { errnoOf } from '../session/errors.ts'

type Answered = (error: unknown, result?: unknown) => void
type Question = string | { readonly sql: string; readonly values?: readonly unknown[] }
/** A connection as Sequelize expects one of mysql2, which sends nothing by itself. */
export function lend(send: Send): object {
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

/** The shapes in which mysql2 answers: rows, a header, and for CALL a list of both. */
function shapeOf(text: string, outcome: StatementResult): unknown {
  const header = new ResultSetHeader(outcome)
  if (/^\s*call\b/i.test(text)) return outcome.columns.length > 0 ? [[...outcome.rows], header] : header
  return outcome.columns.length > 0 ? [...outcome.rows] : header
}

/** Sequelize asks for the class's name. */
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

/** Sequelize reads the server's number and message, and writes the statement onto it. */
function dressed(error: unknown): unknown {
  const errno = errnoOf(error)
  return errno === undefined ? error : { message: messageOf(error), errno, cause: error }
}
