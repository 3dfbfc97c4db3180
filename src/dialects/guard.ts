import type { QueryInterface } from 'sequelize'
import type { FunctionStatementSender } from '../dialect/choke-point.ts'
import type { FunctionMigrationCall } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { type ReadColumnProperties, watchColumnMethods } from './column-watch.ts'

/**
 * The methods of Sequelize's QueryInterface that the engine refuses, each with an alternative. The methods drop all objects of a
 * kind, a whole schema or a database, or create a database. The engine refuses them, because a target database can contain
 * objects that the shadow does not contain.
 */
const INSTEAD: Readonly<Record<string, string>> = {
  dropAllTables: 'drop each table by its name',
  dropAllSchemas: 'drop each schema by its name',
  dropAllEnums: 'drop each type by its name',
  dropSchema: 'drop the objects of the schema, and then write DROP SCHEMA … RESTRICT',
  dropDatabase: 'a migration changes only its own database',
  createDatabase: 'a migration changes only its own database',
}

interface Instance {
  query: unknown
  transaction: unknown
  readonly getQueryInterface: () => QueryInterface
}

/**
 * Prepares Sequelize's QueryInterface for a function migration. Afterwards, the methods of `INSTEAD` fail with
 * `migration.destructive-method`, and a call of any other method records the line of the call. The function replaces the methods
 * on the original objects, so that a migration cannot call the original methods.
 */
export function guardQueryInterface(
  sequelize: object,
  { file, onRemark }: FunctionMigrationCall,
  choke: FunctionStatementSender,
  read: ReadColumnProperties,
): QueryInterface {
  const instance = sequelize as Instance
  const queryInterface = instance.getQueryInterface()
  const tell = (says: string) => onRemark(`${file}:${choke.line()}: ${says}`)
  watchColumnMethods(queryInterface, read, tell)
  for (const [method, instead] of Object.entries(INSTEAD)) {
    replace(queryInterface, method, () => Promise.reject(new InterphaseError('migration.destructive-method', { file, method, instead })))
  }
  const watched = choke.watched(queryInterface)
  replace(instance, 'query', Reflect.get(choke.watched(instance), 'query'))
  replace(instance, 'getQueryInterface', () => watched)
  return watched
}

function replace(object: object, method: string, by: unknown): void {
  Object.defineProperty(object, method, { value: by, configurable: true, writable: true })
}
