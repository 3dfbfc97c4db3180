import { digest } from '../../../digest.ts'
import type { FunctionObject, OpaqueObject, SequenceObject, TriggerObject } from '../../../schema/object.ts'
import { Cursor } from '../text/cursor.ts'
import { plainBody, withPlainBackslashes } from './body.ts'
import { type CollationFact, collationFact, namesText, takeReturned } from './collation.ts'
import type { EventRow, RoutineRow, TriggerRow } from './questions.ts'
import type { DatabaseFacts } from './surroundings.ts'

/** Makes the schema object of a trigger. Its position counts the triggers of the table with the same time and event. */
export function readTrigger(row: TriggerRow, facts: DatabaseFacts): TriggerObject {
  const action = plainBody(row.body, facts.database, row.mode)
  return {
    kind: 'trigger',
    table: row.table,
    name: row.name,
    fires: `${row.timing} ${row.event}`.toLowerCase(),
    order: Number(row.place),
    action,
    ...collatedIfText(action, row.databaseCollation, facts),
  }
}

/**
 * Returns the name of a routine in a schema state. Functions and procedures may have the same name, so the name of a procedure ends
 * with `()`.
 */
export function routineName(name: string, type: string): string {
  return type === 'PROCEDURE' ? `${name}()` : name
}

/**
 * Returns the collation that was the database's default when a routine, a trigger or an event was created. Its text variables keep
 * that collation.
 */
function collatedIfText(definition: string, databaseCollation: string | null, facts: DatabaseFacts): Partial<CollationFact> {
  return databaseCollation !== null && namesText(definition) ? collationFact(databaseCollation, facts) : {}
}

/**
 * Makes the schema object of a routine from the output of SHOW CREATE, without the definer. Packages and other kinds become opaque
 * objects.
 */
export function readRoutine(row: RoutineRow, created: string | undefined, facts: DatabaseFacts): FunctionObject | OpaqueObject {
  const text = withPlainBackslashes(withoutDefiner(created ?? row.body ?? ''), row.mode)
  const collation = collatedIfText(text, row.databaseCollation, facts)
  if (row.type === 'FUNCTION' || row.type === 'PROCEDURE') {
    const routine = row.type === 'FUNCTION' ? 'function' : 'procedure'
    // The character set stands on the line on which the server prints the return type, so the definition is split there.
    const returned = routine === 'function' ? takeReturned(text, facts) : { definition: text }
    const definition = plainBody(returned.definition, facts.database, row.mode)
    return { kind: 'function', name: routineName(row.name, row.type), routine, ...returned, definition, ...collation }
  }
  return {
    kind: 'opaque',
    what: row.type.toLowerCase(),
    name: row.name,
    hash: digest(plainBody(text, facts.database, row.mode)),
    ...collation,
  }
}

/**
 * Removes the definer from a definition, because the definer is an account that may be missing on another server. In a view, the
 * algorithm stands before the definer.
 */
export function withoutDefiner(created: string): string {
  return created.replace(DEFINER, 'CREATE $1')
}

const DEFINER = /^CREATE (?:OR REPLACE )?(ALGORITHM\s*=\s*\w+ )?DEFINER\s*=\s*(?:`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?|\S+) /

export function readEvent(row: EventRow, facts: DatabaseFacts): OpaqueObject {
  const body = plainBody(row.body, facts.database, row.mode)
  const collation = collatedIfText(body, row.databaseCollation, facts)
  return { kind: 'opaque', what: 'event', name: row.name, hash: digest(`${row.when}|${body}`), ...collation }
}

/** Makes the schema object of a sequence from the output of SHOW CREATE SEQUENCE. */
export function readSequence(name: string, created: string): SequenceObject {
  const cursor = new Cursor(created)
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

function readNumber(cursor: Cursor): string {
  cursor.takes('WITH')
  cursor.takes('BY')
  const sign = cursor.takes('-') ? '-' : ''
  return `${sign}${cursor.name()}`
}
