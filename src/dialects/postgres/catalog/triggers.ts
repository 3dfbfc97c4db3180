import { canonicalizePostgresDefinition } from './canonical.ts'
import type { SchemaObjectWithServerId } from './catalog-object.ts'
import { dependsOnField, optionalField } from './catalog-object.ts'
import type { PostgresTableFacts } from './facts.ts'
import type { PostgresTriggerRow } from './rest-query.ts'

/**
 * Returns the schema objects of the triggers of a table. `order` is the position of a trigger in the firing order. The position
 * counts only triggers with the same time, the same level (row or statement) and a common event.
 */
export function makePostgresTriggerObjects(
  rows: readonly PostgresTriggerRow[],
  facts: PostgresTableFacts,
): readonly SchemaObjectWithServerId[] {
  return rows.map((row) => ({
    identity: String(row.oid),
    object: {
      kind: 'trigger',
      table: facts.table,
      name: row.name,
      fires: firesOf(row, facts),
      order: 1 + rows.filter((other) => firesBefore(other, row)).length,
      action: actionOf(row, facts),
      ...optionalField('enabled', ENABLED[row.enabled]),
      ...optionalField('comment', row.comment),
      ...dependsOnField(facts.uses('trigger', row.oid)),
    },
  }))
}

// The bits of the column pg_trigger.tgtype, from the file catalog/pg_trigger.h of the server's source.
const ROW = 1
const BEFORE = 2
const INSTEAD = 64
const EVENTS: readonly (readonly [number, string])[] = [
  [4, 'insert'],
  [16, 'update'],
  [8, 'delete'],
  [32, 'truncate'],
]
const ALL_EVENTS = 4 | 8 | 16 | 32

const ENABLED: Readonly<Record<string, string>> = { D: 'disabled', R: 'replica', A: 'always' }

function firesOf({ type, columns }: PostgresTriggerRow, facts: PostgresTableFacts): string {
  const time = type & BEFORE ? 'before' : type & INSTEAD ? 'instead of' : 'after'
  const of = columns && columns.length > 0 && columns[0] !== undefined ? ` of ${facts.columns(columns).join(', ')}` : ''
  const events = EVENTS.filter(([bit]) => type & bit).map(([, name]) => (name === 'update' ? `update${of}` : name))
  return `${time} ${events.join(' or ')} for each ${type & ROW ? 'row' : 'statement'}`
}

// Returns true when the trigger `other` fires before the trigger `row`. PostgreSQL fires triggers in the byte order of their
// names.
function firesBefore(other: PostgresTriggerRow, row: PostgresTriggerRow): boolean {
  const sameTime = ((other.type ^ row.type) & (ROW | BEFORE | INSTEAD)) === 0
  return sameTime && (other.type & row.type & ALL_EVENTS) !== 0 && Buffer.compare(Buffer.from(other.name), Buffer.from(row.name)) < 0
}

/**
 * Returns the part of the definition of a trigger that follows the name of the table: deferral, transition tables, condition and
 * call.
 */
function actionOf({ definition }: PostgresTriggerRow, facts: PostgresTableFacts): string {
  const on = ` ON ${facts.quoted} `
  const at = definition.indexOf(on)
  const rest = at < 0 ? definition : definition.slice(at + on.length)
  return canonicalizePostgresDefinition(rest).replace(/\bFOR EACH (ROW|STATEMENT) /, '')
}
