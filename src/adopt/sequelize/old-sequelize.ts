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

interface Instance {
  getQueryInterface(): object
  authenticate(): Promise<void>
  close(): Promise<void>
  escape(value: unknown): string
  readonly connectionManager: { getConnection: (...args: readonly unknown[]) => Promise<object> }
}

/** The class Sequelize of a project. */
export type SequelizeConstructor = (new (url: string, options: object) => Instance) & { readonly DataTypes?: unknown }

/** Opens the Sequelize that the old migrations use, from the `node_modules` of their project. Throws `import.sequelize`. */
export async function openOldSequelize(directory: string, url: string, dialect: DialectName): Promise<OldSequelize> {
  const Sequelize = constructorFrom(directory)
  const sequelize = new Sequelize(url.replace(/^mariadb:/, 'mysql:'), {
    logging: false,
    dialect: dialect === 'postgres' ? 'postgres' : 'mysql',
    ...(dialect === 'postgres' ? {} : { timezone: '+00:00' }),
    // One connection sends the statements in their order.
    pool: { max: 1, min: 0, idle: 10_000 },
  })
  const sent = new SentStatements()
  const inHand = new Set<Promise<void>>()
  listen(sequelize, sent, inHand)
  return {
    Sequelize,
    queryInterface: sequelize.getQueryInterface(),
    async take() {
      while (inHand.size > 0) await Promise.all(inHand)
      return sent.take()
    },
    close: () => sequelize.close(),
  }
}

/** Loads the class Sequelize from the `node_modules` of a project. Throws `import.sequelize`. */
export function constructorFrom(directory: string): SequelizeConstructor {
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
function listen(sequelize: Instance, sent: SentStatements, inHand: Set<Promise<void>>): void {
  const { connectionManager } = sequelize
  const getConnection = connectionManager.getConnection.bind(connectionManager)
  const heard = new WeakSet<object>()
  // Sequelize 4 and 5 expect the promise of their own library here, so `then` is called on the promise that they made.
  connectionManager.getConnection = (...args) =>
    getConnection(...args).then((connection) => {
      if (heard.has(connection)) return connection
      heard.add(connection)
      for (const method of ['query', 'execute'] as const) {
        const send: unknown = Reflect.get(connection, method)
        if (typeof send !== 'function') continue
        const noted: Query = (...call) => {
          sent.add(textOf(call, (value) => sequelize.escape(value)))
          return answered(inHand, call, (words) => Reflect.apply(send, connection, words))
        }
        Reflect.set(connection, method, noted)
      }
      return connection
    })
}

function textOf([question, second]: readonly unknown[], literal: (value: unknown) => string): string {
  const asked = question as string | { readonly sql?: string; readonly text?: string; readonly values?: readonly unknown[] }
  const text = typeof asked === 'string' ? asked : (asked.sql ?? asked.text ?? '')
  const values = Array.isArray(second) ? (second as readonly unknown[]) : typeof asked === 'string' ? undefined : asked.values
  return values && values.length > 0 ? inlineValues(text, values, literal) : text
}

/** Sends a statement, and notes that its answer is awaited. The answer comes by a callback or by a promise. */
function answered(inHand: Set<Promise<void>>, call: readonly unknown[], send: (args: readonly unknown[]) => unknown): unknown {
  const last = call.at(-1)
  if (typeof last !== 'function') {
    const result = send(call)
    if (result instanceof Promise) hold(inHand, result.then(nothing, nothing))
    return result
  }
  let done: () => void = nothing
  hold(inHand, new Promise((resolve) => (done = resolve)))
  const callback: Query = (...answer) => {
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
