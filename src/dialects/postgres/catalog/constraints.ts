import type { ForeignKeyObject, SchemaObject } from '../../../schema/object.ts'
import { canonicalizePostgresDefinition } from './canonical.ts'
import { dependsOnField, makePostgresOpaqueObject, optionalField, optionalListField } from './catalog-object.ts'
import type { PostgresTableFacts } from './facts.ts'
import { parseIndexKeys } from './indexes.ts'
import type { PostgresConstraintRow } from './table-query.ts'

/**
 * Returns the schema object of a constraint. A key or foreign key becomes an opaque object if it has properties that the engine does
 * not represent.
 */
export function makePostgresConstraintObject(row: PostgresConstraintRow, facts: PostgresTableFacts): SchemaObject {
  const described = optionalField('comment', row.comment)
  switch (row.type) {
    case 'p':
    case 'u':
      if (row.special) return opaqueOf('constraint', row, facts)
      return { ...(row.period ? temporalKey(row, facts) : key(row, facts)), ...described }
    case 'c':
      return { ...check(row, facts), ...described }
    case 'n':
      return { ...unprovenNotNull(row, facts), ...described }
    case 'f':
      return row.special ? opaqueOf('foreign key', row, facts) : { ...foreignKey(row, facts), ...described }
    case 'x':
      return { ...exclusion(row, facts), ...described }
  }
}

/** Returns true for a NOT NULL constraint that is not validated. PostgreSQL 18 introduced NOT NULL constraints of this kind. */
export function isUnvalidatedNotNull(row: PostgresConstraintRow): boolean {
  return row.type === 'n'
}

function key(row: PostgresConstraintRow, facts: PostgresTableFacts): SchemaObject {
  const index = facts.index(row.index)
  return {
    kind: row.type === 'p' ? 'primary-key' : 'unique',
    table: facts.table,
    name: row.name,
    columns: facts.columns(row.columns ?? []),
    ...optionalListField('include', facts.columns(index?.include ?? [])),
    ...optionalField('nullsNotDistinct', index?.nullsNotDistinct === true && (true as const)),
    ...deferrable(row),
    ...optionalField('invalid', index?.valid === false && (true as const)),
  }
}

function exclusion(row: PostgresConstraintRow, facts: PostgresTableFacts): SchemaObject {
  const index = facts.index(row.index)
  const elements = parseIndexKeys(canonicalizePostgresDefinition(row.definition ?? '')).map(splitExclusionElement)
  return {
    kind: 'exclusion',
    table: facts.table,
    name: row.name,
    method: index?.method ?? '',
    keys: elements.map(({ key }) => key),
    operators: elements.map(({ operator }) => operator),
    ...optionalListField('include', facts.columns(index?.include ?? [])),
    ...optionalField('predicate', index?.predicate && canonicalizePostgresDefinition(index.predicate)),
    ...deferrable(row),
    ...dependsOnField(facts.uses('constraint', row.oid)),
  }
}

/** Returns a key WITHOUT OVERLAPS as an exclusion constraint, because the server enforces both in the same way. */
function temporalKey(row: PostgresConstraintRow, facts: PostgresTableFacts): SchemaObject {
  const index = facts.index(row.index)
  const definition = row.definition ?? ''
  const columns = parseIndexKeys(`INDEX USING ${index?.method} ${definition.slice(definition.indexOf('('))}`)
  return {
    kind: 'exclusion',
    table: facts.table,
    name: row.name,
    method: index?.method ?? '',
    keys: columns.map((column) => column.replace(/ WITHOUT OVERLAPS$/, '')),
    operators: columns.map((_, position) => (position === columns.length - 1 ? '&&' : '=')),
    ...optionalListField('include', facts.columns(index?.include ?? [])),
    temporal: row.type === 'p' ? 'primary key' : 'unique constraint',
    ...deferrable(row),
    ...dependsOnField(facts.uses('constraint', row.oid)),
  }
}

/**
 * Splits an element of an exclusion constraint, such as `during WITH &&`, into the key and the operator. The last WITH always
 * precedes the operator, because no operator contains a letter.
 */
function splitExclusionElement(element: string): { readonly key: string; readonly operator: string } {
  const at = element.lastIndexOf(' WITH ')
  return { key: element.slice(0, at), operator: element.slice(at + ' WITH '.length) }
}

function check(row: PostgresConstraintRow, facts: PostgresTableFacts): SchemaObject {
  return {
    kind: 'check',
    table: facts.table,
    name: row.name,
    expression: `${canonicalizePostgresDefinition(row.expression ?? '')}${row.inheritable ? '' : ' NO INHERIT'}`,
    ...optionalField('notValid', !row.validated && (true as const)),
    ...optionalField('notEnforced', !row.enforced && (true as const)),
    ...dependsOnField(facts.uses('constraint', row.oid)),
  }
}

function unprovenNotNull(row: PostgresConstraintRow, facts: PostgresTableFacts): SchemaObject {
  const [column = ''] = facts.columns(row.columns ?? [])
  const expression = `(${column} IS NOT NULL)`
  return {
    kind: 'check',
    table: facts.table,
    name: row.name,
    expression,
    notValid: true,
    ...dependsOnField([`column:${facts.table}.${column}`]),
  }
}

function foreignKey(row: PostgresConstraintRow, facts: PostgresTableFacts): ForeignKeyObject {
  const plainKind = row.targetKey?.startsWith('p') ? 'primary-key' : 'unique'
  const key = row.targetKey && `${row.period ? 'exclusion' : plainKind}:${row.target}.${row.targetKey.slice(1)}`
  return {
    kind: 'foreign-key',
    table: facts.table,
    name: row.name,
    columns: facts.columns(row.columns ?? []),
    references: { table: row.target ?? '', columns: row.targetColumns ?? [] },
    ...optionalField('onUpdate', ACTIONS[row.onUpdate]),
    ...optionalField('onDelete', ACTIONS[row.onDelete]),
    ...optionalField('match', row.match === 'f' && ('full' as const)),
    ...optionalField('period', row.period && (true as const)),
    ...deferrable(row),
    ...optionalField('notValid', !row.validated && (true as const)),
    ...dependsOnField(key ? [key] : []),
  }
}

const ACTIONS: Readonly<Record<string, 'restrict' | 'cascade' | 'set null' | 'set default'>> = {
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

function deferrable(row: PostgresConstraintRow) {
  return optionalField('deferrable', row.deferrable && (row.deferred ? ('initially deferred' as const) : ('initially immediate' as const)))
}

function opaqueOf(what: string, row: PostgresConstraintRow, facts: PostgresTableFacts): SchemaObject {
  const object = makePostgresOpaqueObject(what, row.name, canonicalizePostgresDefinition(row.definition ?? ''), facts.table)
  return { ...object, ...optionalField('comment', row.comment), ...dependsOnField(facts.uses('constraint', row.oid)) }
}
