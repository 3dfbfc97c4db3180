import { digest } from '../../digest.ts'
import type { FunctionObject, OpaqueObject, SequenceObject, TriggerObject } from '../../schema/object.ts'
import { Cursor } from './cursor.ts'
import { withoutDatabase } from './expression.ts'
import type { EventRow, RoutineRow, TriggerRow } from './questions.ts'

/** A trigger, its place counted among those of its time and event. */
export function readTrigger(row: TriggerRow, database: string): TriggerObject {
  return {
    kind: 'trigger',
    table: row.table,
    name: row.name,
    fires: `${row.timing} ${row.event}`.toLowerCase(),
    order: Number(row.place),
    action: withoutDatabase(row.body, database),
  }
}

/** The name under which a routine is kept: functions and procedures have names of their own, so a procedure shows `()`. */
export function routineName(name: string, type: string): string {
  return type === 'PROCEDURE' ? `${name}()` : name
}

/** A routine as SHOW CREATE prints it, without its definer; packages and what else may come are opaque. */
export function readRoutine(row: RoutineRow, created: string | undefined, database: string): FunctionObject | OpaqueObject {
  const definition = withoutDatabase(withoutDefiner(created ?? row.body ?? ''), database)
  if (row.type === 'FUNCTION' || row.type === 'PROCEDURE') {
    const routine = row.type === 'FUNCTION' ? 'function' : 'procedure'
    return { kind: 'function', name: routineName(row.name, row.type), routine, definition }
  }
  return { kind: 'opaque', what: row.type.toLowerCase(), name: row.name, hash: digest(definition) }
}

/** A definer is an account, which another server need not have. A view prints its algorithm in front of it. */
export function withoutDefiner(created: string): string {
  return created.replace(DEFINER, 'CREATE $1')
}

const DEFINER = /^CREATE (?:OR REPLACE )?(ALGORITHM\s*=\s*\w+ )?DEFINER\s*=\s*(?:`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?|\S+) /

export function readEvent(row: EventRow, database: string): OpaqueObject {
  return { kind: 'opaque', what: 'event', name: row.name, hash: digest(withoutDatabase(row.definition, database)) }
}

/** A sequence from SHOW CREATE SEQUENCE. */
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
