import { objectsOfState, type SchemaState } from './state.ts'

// The engines beside InnoDB whose tables take part in transactions. A state names an engine only if it is not InnoDB.
const TRANSACTIONAL = /^(?:rocksdb|tokudb|ndbcluster|ndb)$/i

/** Returns the tables whose rows a rollback does not restore, such as those of MyISAM, Aria and MEMORY. */
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
