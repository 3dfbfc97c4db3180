import { ChokePoint, type SendStatement } from '../../../dialect/choke-point.ts'
import type { FunctionCall, FunctionHost, Session, StatementResult } from '../../../dialect/dialect.ts'
import { InterphaseError, isError } from '../../../error.ts'
import { guard } from '../../guard.ts'
import { isPatient as mustWait } from '../text/grammar.ts'
import { judge, type Parsed, statementsOf } from '../text/parser.ts'
import { columnFacts } from './column-facts.ts'
import { Savepoints } from './savepoints.ts'
import { sequelizeOver } from './sequelize.ts'

/** Hands the session to function migrations as Sequelize's QueryInterface. */
export const functions: FunctionHost = { run }

async function run(session: Session, call: FunctionCall): Promise<number> {
  const savepoints = new Savepoints(call.file, call.inTransaction)
  const choke = new ChokePoint(call, delivery(session, call, savepoints))
  const send = (text: string, values?: readonly unknown[]) => choke.send(text, values)
  const { Sequelize, sequelize } = await sequelizeOver(session, send)
  const queryInterface = guard(sequelize, call, choke, (table, column) => columnFacts(session, table, column))
  const query = async (text: string, values?: readonly unknown[]) => (await send(text, values)).rows
  const affected = await choke.run(() => call.body({ dialect: 'postgres', queryInterface, Sequelize, query, signal: call.signal }))
  await savepoints.close()
  return affected
}

function delivery(session: Session, call: FunctionCall, savepoints: Savepoints): SendStatement {
  const waiting = new Waiting(session, call)
  return async (text, values, line) => {
    await judge({ file: call.file, text }, line)
    let outcome: StatementResult = { rows: [], columns: [], affected: 0 }
    for (const one of await savepoints.translate(text)) {
      call.signal.throwIfAborted()
      await call.onStatement(one, { file: call.file, line })
      await waiting.suit(one)
      outcome = await session.execute(one, { file: call.file, line }, values).catch((error: unknown) => {
        throw call.inTransaction ? withoutTransaction(error) : error
      })
    }
    return outcome
  }
}
// The statement refuses a transaction; it uses a label that the transaction has added.
const NEEDS_OFF: ReadonlySet<string> = new Set(['25001', '55P04'])

function withoutTransaction(error: unknown): unknown {
  if (!isError(error, 'statement.failed') || !NEEDS_OFF.has(error.facts.sqlState)) return error
  const { file, line, statement, message } = error.facts
  return new InterphaseError('migration.needs-off', { file, line, statement, message }, { cause: error })
}

/** Outside a transaction every statement gives way to a lock as the policy says, but for those that must not. */
class Waiting {
  readonly #session: Session
  readonly #call: FunctionCall
  #isPatient = false

  constructor(session: Session, call: FunctionCall) {
    this.#session = session
    this.#call = call
  }

  async suit(text: string): Promise<void> {
    const { limits, file } = this.#call
    if (!limits) return
    const parsed = CONCURRENTLY.test(text) ? await statementsOf({ file, text }).catch((): readonly Parsed[] => []) : []
    const isPatient = parsed.some(({ kind, tree }) => mustWait(kind, tree))
    if (isPatient === this.#isPatient) return
    await this.#session.limit(isPatient ? { ...limits, lockTimeoutMs: 0 } : limits)
    this.#isPatient = isPatient
  }
}

// A text without it is not parsed.
const CONCURRENTLY = /\bconcurrently\b/i
