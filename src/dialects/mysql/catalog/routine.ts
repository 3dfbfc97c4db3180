import { sha256Digest } from '../../../digest.ts'
import type { FunctionObject, OpaqueObject, TriggerObject } from '../../../schema/object.ts'
import { replaceBackslashes } from '../text/backslash.ts'
import { normalizeMysqlRoutineBody } from './body.ts'
import { type MysqlObjectCollation, makeMysqlObjectCollation, mentionsMysqlTextType, separateMysqlReturnCollation } from './collation.ts'
import { makeMysqlCreationSqlMode } from './mode-facts.ts'
import type { MysqlEventRow, MysqlRoutineRow, MysqlTriggerRow } from './questions.ts'
import type { MysqlDatabaseFacts } from './surroundings.ts'

/**
 * Returns the schema object of a trigger. `order` is the position of the trigger among the triggers of its table with the same
 * time and event.
 */
export function makeMysqlTriggerObject(row: MysqlTriggerRow, facts: MysqlDatabaseFacts): TriggerObject {
  const action = normalizeMysqlRoutineBody(row.body, facts.database, row.mode)
  return {
    kind: 'trigger',
    table: row.table,
    name: row.name,
    fires: `${row.timing} ${row.event}`.toLowerCase(),
    order: Number(row.place),
    action,
    ...collatedIfText(action, row.databaseCollation, facts),
    ...makeMysqlCreationSqlMode(action, row.mode),
  }
}

/**
 * Returns the name of a routine in a schema state. The name of a procedure ends with `()`, because a function and a procedure can
 * have the same name on the server.
 */
export function mysqlRoutineNameInState(name: string, type: string): string {
  return type === 'PROCEDURE' ? `${name}()` : name
}

/**
 * Returns the collation of the text variables in a routine, a trigger or an event, which is the default collation that the
 * database had when the object was created. The result is empty if the definition names no text type.
 */
function collatedIfText(definition: string, databaseCollation: string | null, facts: MysqlDatabaseFacts): Partial<MysqlObjectCollation> {
  return databaseCollation !== null && mentionsMysqlTextType(definition) ? makeMysqlObjectCollation(databaseCollation, facts) : {}
}

/**
 * Returns the schema object of a routine, without the definer. `created` is the output of SHOW CREATE, and is undefined if the
 * user cannot read the definition. For a routine that is neither a function nor a procedure, such as a package, the object
 * contains only a digest of the definition.
 */
export function makeMysqlRoutineObject(
  row: MysqlRoutineRow,
  created: string | undefined,
  facts: MysqlDatabaseFacts,
): FunctionObject | OpaqueObject {
  const text = replaceBackslashes(removeMysqlDefiner(created ?? row.body ?? ''), row.mode)
  const collation = collatedIfText(text, row.databaseCollation, facts)
  if (row.type === 'FUNCTION' || row.type === 'PROCEDURE') {
    const routine = row.type === 'FUNCTION' ? 'function' : 'procedure'
    // The code must read the character set of the return type before it removes line breaks, because only a character set on the
    // line of the return type belongs to the return type.
    const returned = routine === 'function' ? separateMysqlReturnCollation(text, facts) : { definition: text }
    const definition = normalizeMysqlRoutineBody(returned.definition, facts.database, row.mode)
    return {
      kind: 'function',
      name: mysqlRoutineNameInState(row.name, row.type),
      routine,
      ...returned,
      definition,
      ...collation,
      ...makeMysqlCreationSqlMode(definition, row.mode),
    }
  }
  return {
    kind: 'opaque',
    what: row.type.toLowerCase(),
    name: row.name,
    hash: sha256Digest(normalizeMysqlRoutineBody(text, facts.database, row.mode)),
    ...collation,
  }
}

/**
 * Removes the definer and OR REPLACE from a CREATE statement. The account of the definer does not always exist on another server.
 * In a view, the algorithm precedes the definer.
 */
export function removeMysqlDefiner(created: string): string {
  return created.replace(DEFINER, 'CREATE $1')
}

const DEFINER = /^CREATE (?:OR REPLACE )?(ALGORITHM\s*=\s*\w+ )?DEFINER\s*=\s*(?:`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?|\S+) /

export function makeMysqlEventObject(row: MysqlEventRow, facts: MysqlDatabaseFacts): OpaqueObject {
  const body = normalizeMysqlRoutineBody(row.body, facts.database, row.mode)
  const collation = collatedIfText(body, row.databaseCollation, facts)
  const { syntax } = makeMysqlCreationSqlMode(body, row.mode)
  const hash = sha256Digest([row.when, body, ...(syntax === undefined ? [] : [syntax])].join('|'))
  return { kind: 'opaque', what: 'event', name: row.name, hash, ...collation }
}
