import type { TableObject } from './object.ts'
import { objectsOfState, type SchemaState } from './state.ts'

// The storage engines besides InnoDB whose tables take part in transactions. A schema state contains the name of a storage engine
// only if it is not InnoDB.
const TRANSACTIONAL = /^(?:rocksdb|tokudb|ndbcluster|ndb)$/i

const ENGINE = 'engine '

/**
 * Returns the names of the tables whose rows a rollback does not restore, such as tables of the storage engines MyISAM, Aria and
 * MEMORY.
 */
export function tablesWithoutRollback(state: SchemaState): ReadonlySet<string> {
  const found = new Set<string>()
  for (const object of objectsOfState(state))
    if (object.kind === 'table' && storageEngineWithoutRollback(object) !== undefined) found.add(object.name)
  return found
}

/** Returns the storage engine of a table, if the rows of the table do not take part in transactions. */
export function storageEngineWithoutRollback({ traits }: TableObject): string | undefined {
  const engine = traits?.find((trait) => trait.startsWith(ENGINE))?.slice(ENGINE.length)
  return engine === undefined || TRANSACTIONAL.test(engine) ? undefined : engine
}
