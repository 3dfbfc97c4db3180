import type { QueryInterface } from 'sequelize'
import { InterphaseError } from '../../error.ts'

/** Methods of Sequelize's QueryInterface that lose parts of the schema on these servers, and what to write instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  'renameColumn':
    'it rebuilds the column without AUTO_INCREMENT, checks, comment and generated expression. Write ALTER TABLE … RENAME COLUMN … TO …',
  'changeColumn': 'it drops whatever of the column is not said again. Write ALTER TABLE … MODIFY COLUMN … in full',
  'dropAllTables': 'it drops tables that this migration does not know. Write DROP TABLE for each',
  'dropAllSchemas': 'it drops databases. Write DROP TABLE for each table',
  'createDatabase': 'a migration stays in its database',
  'dropDatabase': 'a migration stays in its database',
  'createSchema': 'a migration stays in its database',
  'dropSchema': 'a migration stays in its database',
}

/** Makes those methods throw, on the very object, so that no way around leads to the originals. */
export function guard(queryInterface: QueryInterface, file: string): void {
  for (const [method, instead] of Object.entries(INSTEAD)) {
    replace(queryInterface, method, () => refuse(file, method, instead))
  }
  const addIndex = queryInterface.addIndex.bind(queryInterface) as (...args: readonly unknown[]) => Promise<unknown>
  replace(queryInterface, 'addIndex', (...args) =>
    args.some(hasWhere)
      ? refuse(file, 'addIndex', '`where` is dropped: these servers have no partial indexes. Leave it out')
      : addIndex(...args),
  )
}

function replace(queryInterface: QueryInterface, method: string, by: (...args: readonly unknown[]) => Promise<unknown>): void {
  Object.defineProperty(queryInterface, method, { value: by, configurable: true })
}

function refuse(file: string, method: string, instead: string): Promise<never> {
  return Promise.reject(new InterphaseError('migration.destructive-method', { file, method, instead }))
}

function hasWhere(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'where' in argument && argument.where !== undefined
}
