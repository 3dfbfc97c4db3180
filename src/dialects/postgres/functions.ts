import type { FunctionCall, FunctionHost, Outcome, Session } from '../../dialect/dialect.ts'
import { InterphaseError, messageOf } from '../../error.ts'
import { isPatient as mustWait } from './grammar.ts'
import { guarded } from './guard.ts'
import { Savepoints } from './savepoints.ts'
import { sequelizeOver } from './sequelize.ts'
import { judge, type Parsed, statementsOf } from './split.ts'

/** Hands the session to function migrations as Sequelize's QueryInterface. */
export const functions: FunctionHost = { run }

async function run(session: Session, call: FunctionCall): Promise<number> {
  const { file, signal } = call
  const savepoints = new Savepoints(file, call.inTransaction)
  // What the function sees is the driver's error, as it would be without us; what we throw is ours.
  const ours = new Map<unknown, InterphaseError>()
  let affected = 0
  const waiting = new Waiting(session, call)
  const send = async (text: string, values?: readonly unknown[]): Promise<Outcome> => {
    try {
      await judge({ file, text })
      const outcome = await sendAll(await savepoints.translate(text), values, session, call, waiting)
      affected += outcome.affected
      return outcome
    } catch (error) {
      if (!(error instanceof InterphaseError)) throw error
      const cause = error.code.startsWith('statement.') && error.cause !== undefined ? error.cause : error
      ours.set(cause, error)
      throw cause
    }
  }
  const { Sequelize, sequelize } = await sequelizeOver(session, send)
  const queryInterface = guarded(sequelize.getQueryInterface(), file)
  const query = async (text: string, values?: readonly unknown[]) => (await send(text, values)).rows
  try {
    await call.body({ dialect: 'postgres', queryInterface, Sequelize, query, signal })
  } catch (error) {
    throw ourError(error, ours, file)
  }
  signal.throwIfAborted()
  await savepoints.close()
  return affected
}

async function sendAll(
  texts: readonly string[],
  values: readonly unknown[] | undefined,
  session: Session,
  call: FunctionCall,
  waiting: Waiting,
): Promise<Outcome> {
  let outcome: Outcome = { rows: [], columns: [], affected: 0 }
  for (const text of texts) {
    call.signal.throwIfAborted()
    call.onStatement(text)
    await waiting.suit(text)
    outcome = await session.author(text, { file: call.file, line: 1 }, values)
  }
  return outcome
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

/** The error of ours that is behind what the function threw: Sequelize wraps the driver's, and others wrap Sequelize's. */
function ourError(error: unknown, ours: ReadonlyMap<unknown, InterphaseError>, file: string): unknown {
  let inner: unknown = error
  for (let depth = 0; depth < 8 && typeof inner === 'object' && inner !== null; depth += 1) {
    if (inner instanceof InterphaseError) return inner
    const found = ours.get(inner)
    if (found) return found
    inner = Reflect.get(inner, 'parent') ?? Reflect.get(inner, 'cause')
  }
  return new InterphaseError('migration.threw', { file, problem: messageOf(error) }, { cause: error })
}
