import type { IndexObject } from '../../../schema/object.ts'
import { canonicalizePostgresDefinition } from './canonical.ts'
import { dependsOnField, optionalField, optionalListField, type SchemaObjectWithServerId } from './catalog-object.ts'
import type { PostgresTableFacts } from './facts.ts'
import type { PostgresIndexRow } from './table-query.ts'

/**
 * Returns the schema object of an index. Returns an empty list if the index belongs to a constraint, or if a partition inherits
 * the index unchanged.
 */
export function makePostgresIndexObjects(row: PostgresIndexRow, facts: PostgresTableFacts): readonly SchemaObjectWithServerId[] {
  if (row.definition === null || !row.own) return []
  const object: IndexObject = {
    kind: 'index',
    table: facts.table,
    name: row.name,
    method: row.method,
    keys: parseIndexKeys(canonicalizePostgresDefinition(row.definition)),
    ...optionalListField('include', facts.columns(row.include ?? [])),
    ...optionalField('unique', row.unique && (true as const)),
    ...optionalField('nullsNotDistinct', row.nullsNotDistinct && (true as const)),
    ...optionalField('predicate', row.predicate && canonicalizePostgresDefinition(row.predicate)),
    ...optionalField('invalid', !row.valid && (true as const)),
    ...optionalField('comment', row.comment),
    ...dependsOnField(facts.uses('index', row.oid)),
  }
  return [{ object, identity: String(row.oid) }]
}

/**
 * Returns the keys of an index from its printed definition `CREATE INDEX … USING method (keys) …`. Only the whole definition
 * contains the order, collation, operator class and parameters of a key. When the server prints a single key, the server omits
 * these properties.
 */
export function parseIndexKeys(definition: string): readonly string[] {
  const keys: string[] = []
  let depth = 0
  let from = 0
  for (const { character, index } of unquoted(definition)) {
    if (depth === 0 && !definition.startsWith(' USING ', from) && character === ' ' && definition.startsWith(' USING ', index)) from = index
    if (from === 0) continue
    if (character === '(') {
      depth += 1
      if (depth === 1) from = index + 1
    }
    if (depth === 1 && (character === ',' || character === ')')) {
      keys.push(withoutSpareParentheses(definition.slice(from, index).trim()))
      from = index + 1
    }
    if (character === ')') {
      depth -= 1
      if (depth === 0) return keys
    }
  }
  return keys
}

// Removes double parentheses around the key of an index. Within one major version of PostgreSQL, some minor versions print `((a
// AT TIME ZONE 'utc'))`, and others print `(a AT TIME ZONE 'utc')`.
function withoutSpareParentheses(key: string): string {
  const [outer, inner] = [0, 1].map((at) => closing(key, at))
  return outer !== undefined && inner === outer - 1 ? key.slice(1, outer) + key.slice(outer + 1) : key
}

/**
 * Returns the index of the closing parenthesis that belongs to the opening parenthesis at the index `at`. Returns undefined if
 * one of the two parentheses is missing.
 */
function closing(text: string, at: number): number | undefined {
  if (text.charAt(at) !== '(') return undefined
  let depth = 0
  for (const { character, index } of unquoted(text)) {
    if (index < at) continue
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth === 0) return index
  }
  return undefined
}

/** Returns the characters of a SQL text that are outside of quotes, with their indexes. */
function* unquoted(text: string): Generator<{ readonly character: string; readonly index: number }> {
  let quote: string | undefined
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (quote === undefined && (character === '"' || character === "'")) quote = character
    else if (character === quote) quote = undefined
    else if (quote === undefined) yield { character, index }
  }
}
