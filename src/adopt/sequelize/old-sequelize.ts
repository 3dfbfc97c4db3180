import { createRequire } from 'node:module'
import { join } from 'node:path'
import { errorMessageOf, InterphaseError } from '../../error.ts'
import type { DialectName } from '../../schema/object.ts'
import { inlineValues, SentStatements } from './sent-sql.ts'

/** The project's own Sequelize on a scratch database. It notes every statement that it sends. */
export interface OldSequelize {
  readonly Sequelize: unknown
  readonly queryInterface: object
  /** Waits until no statement is being answered, and returns the statements since the last call. */
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

/** The class Sequelize of a project. */
export type SequelizeConstructor = (new (
  url: string,
  options: object,
) => Instance) & {
  readonly DataTypes?: unknown
  readonly addHook?: (event: 'afterInit', name: string, hook: (instance: Instance) => void) => void
  readonly removeHook?: (event: 'afterInit', name: string) => void
  /** The library of promises of Sequelize 4 and 5, which these versions expect from their own methods. */
  readonly Promise?: PromiseConstructor
}

/** Opens the Sequelize that the old migrations use, from the `node_modules` of their project. Throws `import.sequelize`. */
export async function openOldSequelize(directory: string, url: string, dialect: DialectName): Promise<OldSequelize> {
  const Sequelize = loadSequelizeClass(directory)
  const isPostgres = dialect === 'postgres'
  const sequelize = new Sequelize(url.replace(/^mariadb:/, 'mysql:'), {
    logging: false,
    dialect: isPostgres ? 'postgres' : 'mysql',
    // Projects with several statements in one text set the option in their configuration.
    ...(isPostgres ? {} : { timezone: '+00:00', dialectOptions: { multipleStatements: true } }),
  })
  const sent = new SentStatements(!isPostgres)
  const inHand = new Set<Promise<void>>()
  oneAtATime(sequelize.connectionManager, Sequelize.Promise ?? Promise)
  recordSentStatements(sequelize, sent, inHand)
  const stopRedirecting = await redirectOthers(Sequelize, sequelize)
  return {
    Sequelize,
    queryInterface: sequelize.getQueryInterface(),
    async take() {
      // Code that does not wait for its statements sends them in later turns of the event loop.
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

/** Loads the class Sequelize from the `node_modules` of a project. Throws `import.sequelize`. */
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

/** Replaces the methods of the driver's connection that send statements. The placeholders of a statement are replaced by its values. */
function recordSentStatements(sequelize: Instance, sent: SentStatements, inHand: Set<Promise<void>>): void {
  const { connectionManager } = sequelize
  const getConnection = connectionManager.getConnection.bind(connectionManager)
  const heard = new WeakSet<object>()
  // Sequelize 4 and 5 expect the promise of their own library here, so `then` is called on the promise that they made.
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
 * Lets statements outside transactions wait for each other, so that they are sent in the order of the code. A transaction has a connection
 * of its own, as under the old tool: many migrations forget to pass their transaction to a statement.
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
 * Lets every other instance of the class take its connections from `own`: a migration that loads the models of its project writes to the
 * scratch database, and not to the database of the project's configuration. Returns a function that ends this.
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
  return values && values.length > 0 ? inlineValues(text, values, literal) : text
}

/**
 * Sends a statement, and notes that its answer is awaited. The answer comes by a callback or by a promise. `refused` is called if it is an
 * error.
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
  // The answer itself goes to Sequelize.
}
