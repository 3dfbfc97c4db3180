import { sha256Digest } from '../../../digest.ts'
import type { FunctionObject, OpaqueObject, SequenceObject, TriggerObject } from '../../../schema/object.ts'
import { replaceBackslashes } from '../text/backslash.ts'
import { DefinitionTokenReader } from '../text/cursor.ts'
import { normalizeRoutineBody } from './body.ts'
import { type CollationFact, makeCollationFact, mentionsTextType, separateReturnCollation } from './collation.ts'
import { makeModeFacts } from './mode-facts.ts'
import type { MysqlEventRow, MysqlRoutineRow, MysqlTriggerRow } from './questions.ts'
import type { MysqlDatabaseFacts } from './surroundings.ts'

/** Makes the schema object of a trigger. Its position counts the triggers of the table with the same time and event. */
export function makeTriggerObject(row: MysqlTriggerRow, facts: MysqlDatabaseFacts): TriggerObject {
  const action = normalizeRoutineBody(row.body, facts.database, row.mode)
  return {
    kind: 'trigger',
    table: row.table,
    name: row.name,
    fires: `${row.timing} ${row.event}`.toLowerCase(),
    order: Number(row.place),
    action,
    ...collatedIfText(action, row.databaseCollation, facts),
    ...makeModeFacts(action, row.mode),
  }
}

/**
 * Returns the name of a routine in a schema state. Functions and procedures may have the same name, so the name of a procedure ends
 * with `()`.
 */
export function routineNameInState(name: string, type: string): string {
  return type === 'PROCEDURE' ? `${name}()` : name
}

/**
 * Returns the collation that was the database's default when a routine, a trigger or an event was created. Its text variables keep
 * that collation.
 */
function collatedIfText(definition: string, databaseCollation: string | null, facts: MysqlDatabaseFacts): Partial<CollationFact> {
  return databaseCollation !== null && mentionsTextType(definition) ? makeCollationFact(databaseCollation, facts) : {}
}

/**
 * Makes the schema object of a routine from the output of SHOW CREATE, without the definer. Packages and other kinds become opaque
 * objects.
 */
export function makeRoutineObject(
  row: MysqlRoutineRow,
  created: string | undefined,
  facts: MysqlDatabaseFacts,
): FunctionObject | OpaqueObject {
  const text = replaceBackslashes(removeDefiner(created ?? row.body ?? ''), row.mode)
  const collation = collatedIfText(text, row.databaseCollation, facts)
  if (row.type === 'FUNCTION' || row.type === 'PROCEDURE') {
    const routine = row.type === 'FUNCTION' ? 'function' : 'procedure'
    // The character set stands on the line on which the server prints the return type, so the definition is split there.
    const returned = routine === 'function' ? separateReturnCollation(text, facts) : { definition: text }
    const definition = normalizeRoutineBody(returned.definition, facts.database, row.mode)
    return {
      kind: 'function',
      name: routineNameInState(row.name, row.type),
      routine,
      ...returned,
      definition,
      ...collation,
      ...makeModeFacts(definition, row.mode),
    }
  }
  return {
    kind: 'opaque',
    what: row.type.toLowerCase(),
    name: row.name,
    hash: sha256Digest(normalizeRoutineBody(text, facts.database, row.mode)),
    ...collation,
  }
}

/**
 * Removes the definer from a definition, because the definer is an account that may be missing on another server. In a view, the
 * algorithm stands before the definer.
 */
export function removeDefiner(created: string): string {
  return created.replace(DEFINER, 'CREATE $1')
}

const DEFINER = /^CREATE (?:OR REPLACE )?(ALGORITHM\s*=\s*\w+ )?DEFINER\s*=\s*(?:`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?|\S+) /

export function makeEventObject(row: MysqlEventRow, facts: MysqlDatabaseFacts): OpaqueObject {
  const body = normalizeRoutineBody(row.body, facts.database, row.mode)
  const collation = collatedIfText(body, row.databaseCollation, facts)
  const { syntax } = makeModeFacts(body, row.mode)
  const hash = sha256Digest([row.when, body, ...(syntax === undefined ? [] : [syntax])].join('|'))
  return { kind: 'opaque', what: 'event', name: row.name, hash, ...collation }
}

/** Makes the schema object of a sequence from the output of SHOW CREATE SEQUENCE. */
export function makeSequenceObject(name: string, created: string): SequenceObject {
  const cursor = new DefinitionTokenReader(created)
  const numbers = new Map<string, string>()
  let type = 'bigint'
  let cycle = false
  while (!cursor.done) {
    const word = cursor.next()?.value ?? ''
    if (word === 'AS') type = cursor.until('START').text.toLowerCase()
    else if (word === 'CYCLE') cycle = true
    else if (/^(?:START|MINVALUE|MAXVALUE|INCREMENT)$/.test(word)) numbers.set(word, readNumber(cursor))
  }
  return {
    kind: 'sequence',
    name,
    type,
    start: numbers.get('START') ?? '',
    increment: numbers.get('INCREMENT') ?? '',
    minimum: numbers.get('MINVALUE') ?? '',
    maximum: numbers.get('MAXVALUE') ?? '',
    ...(cycle ? { cycle: true } : {}),
  }
}

function readNumber(cursor: DefinitionTokenReader): string {
  cursor.takes('WITH')
  cursor.takes('BY')
  const sign = cursor.takes('-') ? '-' : ''
  return `${sign}${cursor.name()}`
}
