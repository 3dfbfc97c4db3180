import { dirname, resolve } from 'node:path'
import { errorMessageOf, InterphaseError } from '../../error.ts'
import { isObjectOrFunction } from '../../project/exported.ts'
import { loadProjectModule } from '../../project/loader.ts'
import type { DialectName } from '../../schema/object.ts'
import { loadSequelizeClass, type SequelizeConstructor } from '../sequelize/old-sequelize.ts'

/** The properties of a Sequelize instance that the engine needs in order to create the tables of its models. */
interface ModelsInstance {
  readonly options: { databaseVersion?: unknown }
  getDialect(): string
  authenticate(): Promise<void>
  sync(): Promise<unknown>
  close(): Promise<void>
  readonly connectionManager: Record<'getConnection' | 'releaseConnection', (...args: readonly unknown[]) => unknown>
}

/**
 * Creates the tables of a project's Sequelize models in a scratch database. The file must export a Sequelize instance, an object
 * with the property `sequelize`, or a function that defines models on a given instance. An exported instance keeps its models,
 * but sends its statements to the scratch database. Throws `draft.models` if the file exports none of these, or if the file
 * fails.
 */
export async function createTablesOfSequelizeModels(file: string, url: string, dialect: DialectName): Promise<void> {
  const refuse = (problem: string, cause?: unknown) => new InterphaseError('draft.models', { file, dialect, problem }, { cause })
  const path = resolve(file)
  const opened: ModelsInstance[] = []
  try {
    const exported = exportedValue(await loadProjectModule(path))
    const instance = asInstance(exported) ?? (await fromFunction(exported, path, url, dialect, opened))
    if (!instance) throw refuse('the file exports neither a Sequelize instance nor a function')
    if (!opened.includes(instance)) await redirect(instance, url, dialect, opened, refuse)
    await instance.sync()
  } catch (error) {
    throw error instanceof InterphaseError ? error : refuse(errorMessageOf(error), error)
  } finally {
    for (const instance of opened) await instance.close()
  }
}

function exportedValue(module: unknown): unknown {
  if (!isObjectOrFunction(module)) return module
  const { default: value } = module
  return value === undefined ? module : value
}

function asInstance(value: unknown): ModelsInstance | undefined {
  if (!isObjectOrFunction(value)) return undefined
  const found = [value, value['sequelize']].find((one) => isObjectOrFunction(one) && typeof one['getQueryInterface'] === 'function')
  // The cast is safe, because only a Sequelize instance has the method getQueryInterface.
  return found as ModelsInstance | undefined
}

/**
 * Calls a function `(sequelize, DataTypes)`, as files of sequelize-cli export it. Returns the instance with the defined models.
 * Returns undefined if the file does not export a function.
 */
async function fromFunction(
  exported: unknown,
  path: string,
  url: string,
  dialect: DialectName,
  opened: ModelsInstance[],
): Promise<ModelsInstance | undefined> {
  if (typeof exported !== 'function') return undefined
  const Sequelize = loadSequelizeClass(dirname(path))
  const own = open(Sequelize, url, dialect === 'postgres' ? 'postgres' : 'mysql')
  opened.push(own)
  const result: unknown = await Reflect.apply(exported, undefined, [own, Sequelize.DataTypes])
  return asInstance(result) ?? own
}

function open(Sequelize: SequelizeConstructor, url: string, dialect: string): ModelsInstance {
  // The cast is needed, because the code loads the class Sequelize from the project, and the type of the class is unknown.
  return new Sequelize(url.replace(/^mariadb:/, 'mysql:').replace(/^mysql:/, `${dialect === 'mariadb' ? 'mariadb' : dialect}:`), {
    logging: false,
    dialect,
    pool: { max: 1, min: 0, idle: 10_000 },
  }) as unknown as ModelsInstance
}

/** Makes a Sequelize instance use the connections of a new instance that is connected to the scratch database. */
async function redirect(
  instance: ModelsInstance,
  url: string,
  dialect: DialectName,
  opened: ModelsInstance[],
  refuse: (problem: string) => Error,
): Promise<void> {
  const own = instance.getDialect()
  if ((own === 'postgres') !== (dialect === 'postgres'))
    throw refuse(`the Sequelize instance of the file is made for ${own}. Add the option --dialect with this server`)
  // The constructor of the instance is the class Sequelize that the project itself uses. This class can have another version than
  // the Sequelize on which interphase depends.
  const Sequelize = instance.constructor as unknown as SequelizeConstructor
  const scratch = open(Sequelize, url, own)
  opened.push(scratch)
  await scratch.authenticate()
  instance.options.databaseVersion = scratch.options.databaseVersion
  const { connectionManager } = scratch
  instance.connectionManager.getConnection = (...args) => connectionManager.getConnection(...args)
  instance.connectionManager.releaseConnection = (...args) => connectionManager.releaseConnection(...args)
}
