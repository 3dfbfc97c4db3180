import { createRequire } from 'node:module'
import { join } from 'node:path'
import { errorMessageOf, InterphaseError } from '../../error.ts'
import type { DialectName } from '../../schema/object.ts'
import { inlinePlaceholderValues, SequelizeSentStatementCollector } from './sent-sql.ts'

/**
 * An instance of the Sequelize version that the old project uses, connected to a scratch database. The engine records the
 * statements of the instance.
 */
export interface OldSequelize {
  readonly Sequelize: unknown
  readonly queryInterface: object
  /** Waits until the server has answered every sent statement. Returns the statements that were sent since the last call. */
  take(): Promise<readonly string[]>
  close(): Promise<void>
}

interface ConnectionManager {
  getConnection: (options?: { readonly uuid?: unknown }, ...more: readonly unknown[]) => Promise<object>
  releaseConnection: (connection: object, ...more: readonly unknown[]) => unknown
}

interface Instance {
  readonly options: { databaseVersion?: unknown }
  getDialect(): string
  getQueryInterface(): object
  authenticate(): Promise<void>
  close(): Promise<void>
  escape(value: unknown): string
  readonly connectionManager: ConnectionManager
}

/** The class `Sequelize` of a project, in one of the versions 4 to 6. */
export type SequelizeConstructor = (new (
  url: string,
  options: object,
) => Instance) & {
  readonly DataTypes?: unknown
  readonly addHook?: (event: 'afterInit', name: string, hook: (instance: Instance) => void) => void
  readonly removeHook?: (event: 'afterInit', name: string) => void
  /**
   * The class of the promises that Sequelize 4 and 5 expect from their own methods. Later versions of Sequelize do not have this
   * property.
   */
  readonly Promise?: PromiseConstructor
}

/**
 * Connects the Sequelize in the `node_modules` of the old project to a scratch database. Throws `import.sequelize` if Sequelize
 * cannot be loaded.
 */
export async function openOldSequelize(directory: string, url: string, dialect: DialectName): Promise<OldSequelize> {
  const Sequelize = loadSequelizeClass(directory)
  const isPostgres = dialect === 'postgres'
  const sequelize = new Sequelize(url.replace(/^mariadb:/, 'mysql:'), {
    logging: false,
    dialect: isPostgres ? 'postgres' : 'mysql',
    // Old migrations can send several statements in one text, because their projects can set `multipleStatements`.
    ...(isPostgres ? {} : { timezone: '+00:00', dialectOptions: { multipleStatements: true } }),
  })
  const sent = new SequelizeSentStatementCollector(!isPostgres)
  const inHand = new Set<Promise<void>>()
  oneAtATime(sequelize.connectionManager, Sequelize.Promise ?? Promise)
  recordSentStatements(sequelize, sent, inHand)
  const stopRedirecting = await redirectOthers(Sequelize, sequelize)
  return {
    Sequelize,
    queryInterface: sequelize.getQueryInterface(),
    async take() {
      // A migration that does not wait for its statements can send them in later turns of Node's event loop. The method therefore
      // waits until no statement was sent during two turns.
      for (let quiet = 0; quiet < 2; quiet = inHand.size > 0 ? 0 : quiet + 1) {
        await Promise.all(inHand)
        await new Promise((resolve) => setImmediate(resolve))
      }
      return sent.take()
    },
    close: async () => {
      stopRedirecting()
      await sequelize.close()
    },
  }
}

/** Loads the class Sequelize from the `node_modules` of a project. Throws `import.sequelize` if the class cannot be loaded. */
export function loadSequelizeClass(directory: string): SequelizeConstructor {
  try {
    const load = createRequire(join(directory, 'migration.js'))
    const module = load('sequelize') as SequelizeConstructor & { readonly Sequelize?: SequelizeConstructor }
    return module.Sequelize ?? module
  } catch (error) {
    throw new InterphaseError('import.sequelize', { directory, problem: errorMessageOf(error).split('\n')[0] ?? '' }, { cause: error })
  }
}

type Query = (...args: readonly unknown[]) => unknown

/**
 * Replaces the methods of the driver that send statements, so that the engine can record each statement. In the recorded text,
 * the values replace the placeholders.
 */
function recordSentStatements(sequelize: Instance, sent: SequelizeSentStatementCollector, inHand: Set<Promise<void>>): void {
  const { connectionManager } = sequelize
  const getConnection = connectionManager.getConnection.bind(connectionManager)
  const heard = new WeakSet<object>()
  // Sequelize 4 and 5 need a promise of their own promise library as the result. The code therefore calls `then` on the promise
  // of the original method, which returns a promise of the same library.
  connectionManager.getConnection = (...args) => {
    const acquired = getConnection(...args)
    hold(inHand, Promise.resolve(acquired).then(nothing, nothing))
    return acquired.then((connection) => {
      if (heard.has(connection)) return connection
      heard.add(connection)
      for (const method of ['query', 'execute'] as const) {
        const send: unknown = Reflect.get(connection, method)
        if (typeof send !== 'function') continue
        const noted: Query = (...call) => {
          const takeBack = sent.add(
            connection,
            textOf(call, (value) => sequelize.escape(value)),
          )
          return answered(inHand, call, (words) => Reflect.apply(send, connection, words), takeBack)
        }
        Reflect.set(connection, method, noted)
      }
      return connection
    })
  }
}

/**
 * Makes each statement outside a transaction wait for the previous statement, so that the driver sends the statements in the
 * order of the code. Each transaction gets a separate connection, as in the old tool, because many migrations do not pass their
 * transaction to every statement.
 */
function oneAtATime(connectionManager: ConnectionManager, Promises: PromiseConstructor): void {
  const getConnection = connectionManager.getConnection.bind(connectionManager)
  const releaseConnection = connectionManager.releaseConnection.bind(connectionManager)
  const released = new Map<object, () => void>()
  let last: Promise<void> = Promise.resolve()
  connectionManager.getConnection = (options, ...more) => {
    if (options?.uuid !== undefined) return getConnection(options, ...more)
    const before = last
    let free: () => void = nothing
    last = new Promise((resolve) => (free = resolve))
    const acquired = before.then(async () => {
      try {
        const connection = await getConnection(options, ...more)
        released.set(connection, free)
        return connection
      } catch (error) {
        free()
        throw error
      }
    })
    return Promises.resolve(acquired)
  }
  connectionManager.releaseConnection = (connection, ...more) => {
    const result = releaseConnection(connection, ...more)
    released.get(connection)?.()
    released.delete(connection)
    return result
  }
}

const REDIRECT = 'interphase-import'

/**
 * Makes every other instance of the class Sequelize use the connections of `own`. A migration that loads the models of its
 * project then writes to the scratch database, and not to the database of the project's configuration. Returns a function that
 * ends this behaviour for instances that are created later.
 */
async function redirectOthers(Sequelize: SequelizeConstructor, own: Instance): Promise<() => void> {
  await own.authenticate()
  Sequelize.addHook?.('afterInit', REDIRECT, (other) => {
    if (other.getDialect() !== own.getDialect()) {
      const problem = `it opens a database of ${other.getDialect()}, and the migrations are imported for ${own.getDialect()}`
      throw new InterphaseError('usage', { problem, try: 'Set the configuration that the migration loads to this dialect.' })
    }
    other.options.databaseVersion = own.options.databaseVersion
    other.connectionManager.getConnection = (...args) => own.connectionManager.getConnection(...args)
    other.connectionManager.releaseConnection = (...args) => own.connectionManager.releaseConnection(...args)
  })
  return () => Sequelize.removeHook?.('afterInit', REDIRECT)
}

function textOf([question, second]: readonly unknown[], literal: (value: unknown) => string): string {
  const asked = question as string | { readonly sql?: string; readonly text?: string; readonly values?: readonly unknown[] }
  const text = typeof asked === 'string' ? asked : (asked.sql ?? asked.text ?? '')
  const values = Array.isArray(second) ? (second as readonly unknown[]) : typeof asked === 'string' ? undefined : asked.values
  return values && values.length > 0 ? inlinePlaceholderValues(text, values, literal) : text
}

/**
 * Sends a statement, and keeps a promise in `inHand` until the server has answered. The driver passes the answer to a callback or
 * to a promise. If the server refuses the statement, the function calls `refused`.
 */
function answered(
  inHand: Set<Promise<void>>,
  call: readonly unknown[],
  send: (args: readonly unknown[]) => unknown,
  refused: () => void,
): unknown {
  const last = call.at(-1)
  if (typeof last !== 'function') {
    const result = send(call)
    if (result instanceof Promise) hold(inHand, result.then(nothing, refused))
    return result
  }
  let done: () => void = nothing
  hold(inHand, new Promise((resolve) => (done = resolve)))
  const callback: Query = (...answer) => {
    if (answer[0]) refused()
    done()
    return Reflect.apply(last, undefined, answer)
  }
  return send([...call.slice(0, -1), callback])
}

function hold(inHand: Set<Promise<void>>, work: Promise<void>): void {
  inHand.add(work)
  void work.then(() => inHand.delete(work))
}

function nothing(): void {
  // Sequelize itself receives the result of the statement, so the callback does nothing.
}
