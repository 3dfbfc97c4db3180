import { objectsOfState, type SchemaState } from './state.ts'

// The storage engines besides InnoDB whose tables take part in transactions. A schema state contains the name of a storage engine
// only if it is not InnoDB.
const TRANSACTIONAL = /^(?:rocksdb|tokudb|ndbcluster|ndb)$/i

/**
 * Returns the names of the tables whose rows a rollback does not restore, such as tables of the storage engines MyISAM, Aria and
 * MEMORY.
 */
export function tablesWithoutRollback(state: SchemaState): ReadonlySet<string> {
  const found = new Set<string>()
  for (const object of objectsOfState(state)) {
    if (object.kind !== 'table') continue
    const engine = object.traits?.find((trait) => trait.startsWith(ENGINE))?.slice(ENGINE.length)
    if (engine !== undefined && !TRANSACTIONAL.test(engine)) found.add(object.name)
  }
  return found
}

const ENGINE = 'engine '
