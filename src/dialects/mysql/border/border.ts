import type { FoundObject, NamedObject } from '../../../dialect/border.ts'
import type { Border, Session } from '../../../dialect/dialect.ts'
import { join, type Sql, sql, value } from '../../../dialect/sql.ts'
import type { GroupKey } from '../../../schema/object.ts'
import { tokensOf } from '../lexer.ts'
import { routineName } from '../routine.ts'
import { type Place, placesIn } from '../statements/places.ts'
import { executed } from './executed.ts'

/**
 * A DDL statement commits, so everything is asked before it is sent: what it names, what a variable or a procedure has it
 * execute. After it there is nothing to take back.
 */
export const border: Border = {
  named: async (text) => namedIn(text),
  find,
  executed,
  strangers: async () => [],
  trespasses: async () => [],
}

const KIND: { readonly [K in Place['kind']]: NamedObject['kind'] } = {
  table: 'relation',
  routine: 'routine',
  trigger: 'trigger',
  event: 'event',
}

function namedIn(text: string): readonly NamedObject[] {
  const tokens = tokensOf(text)
  const isTemporary = tokens.some(({ kind, value: word }) => kind === 'word' && word === 'TEMPORARY')
  return placesIn(text, tokens).flatMap(({ kind, name, use }) => {
    // DROP TEMPORARY TABLE reaches no other table.
    if (use === 'reads' || (isTemporary && use === 'changes' && /\bdrop\b/i.test(text))) return []
    return [{ kind: KIND[kind], name, isMade: use === 'makes' }]
  })
}

interface Row {
  readonly name: string
  readonly type: string
  readonly owner: string | null
  readonly folds: string | number
}

async function find(session: Session, named: readonly NamedObject[]): Promise<readonly FoundObject[]> {
  const found: FoundObject[] = []
  for (const kind of new Set(named.map((one) => one.kind))) {
    const asked = named.filter((one) => one.kind === kind)
    const query = QUERIES[kind]
    const rows = query ? await session.query<Row>(query(join(asked.map(({ name }) => value(name))))) : []
    for (const row of rows) {
      const one = asked.find(({ name }) => isSame(name, row, kind))
      if (one)
        found.push({
          groups: groupsOf(kind, row),
          says: `${row.type.toLowerCase().replace('base table', 'table')} ${row.name}`,
          named: one,
        })
    }
  }
  return found
}

// Routines and events are told apart without their case, tables as the server's file system does.
function isSame(name: string, row: Row, kind: NamedObject['kind']): boolean {
  if (name === row.name) return true
  const folds = kind === 'routine' || kind === 'event' || Number(row.folds) !== 0
  return folds && name.toLowerCase() === row.name.toLowerCase()
}

function groupsOf(kind: NamedObject['kind'], { name, type, owner }: Row): readonly GroupKey[] {
  if (kind === 'relation') return [`table:${name}`, `view:${name}`, `sequence:${name}`]
  if (kind === 'trigger') return [`table:${owner ?? ''}`]
  if (kind !== 'routine') return [`opaque:event ${name}`]
  return type === 'FUNCTION' || type === 'PROCEDURE' ? [`function:${routineName(name, type)}`] : [`opaque:${type.toLowerCase()} ${name}`]
}

const QUERIES: { readonly [K in NamedObject['kind']]?: (names: Sql) => Sql } = {
  relation: (
    names,
  ) => sql`SELECT table_name AS name, table_type AS type, NULL AS owner, @@lower_case_table_names AS folds FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name IN (${names})`,
  routine: (names) => sql`SELECT routine_name AS name, routine_type AS type, NULL AS owner, 1 AS folds FROM information_schema.routines
    WHERE routine_schema = DATABASE() AND routine_name IN (${names})`,
  trigger: (names) => sql`SELECT trigger_name AS name, 'TRIGGER' AS type, event_object_table AS owner, @@lower_case_table_names AS folds
    FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name IN (${names})`,
  event: (names) => sql`SELECT event_name AS name, 'EVENT' AS type, NULL AS owner, 1 AS folds FROM information_schema.events
    WHERE event_schema = DATABASE() AND event_name IN (${names})`,
}
