import { InterphaseError } from '../../error.ts'

/** Methods of Sequelize's QueryInterface that lose parts of a schema without a word, and what to write instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  changeColumn: 'it does nothing on enums and drops what is not restated: write ALTER TABLE … ALTER COLUMN …',
  dropAllTables: 'name the tables that may go',
  dropAllSchemas: 'name the schemas that may go',
  dropAllEnums: 'name the types that may go',
  dropSchema: 'it drops everything in the schema: write DROP SCHEMA … RESTRICT',
  dropDatabase: 'a migration is not to drop a database',
  createDatabase: 'a migration is not to create a database',
}

/** The QueryInterface without those methods. */
export function guarded<Interface extends object>(queryInterface: Interface, file: string): Interface {
  return new Proxy(queryInterface, {
    get(target, property, receiver) {
      const instead = typeof property === 'string' && Object.hasOwn(INSTEAD, property) ? INSTEAD[property] : undefined
      if (instead === undefined) return Reflect.get(target, property, receiver)
      const method = String(property)
      return () => Promise.reject(new InterphaseError('migration.destructive-method', { file, method, instead }))
    },
  })
}
