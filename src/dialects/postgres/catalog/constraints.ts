import type { ForeignKeyObject, SchemaObject } from '../../../schema/object.ts'
import { canonicalDefinition } from './canonical.ts'
import { dependsOn, opaqueObject, optionalField, someOf } from './catalog-object.ts'
import type { TableFacts } from './facts.ts'
import type { ConstraintRow } from './table-query.ts'

/** Makes the schema object of a constraint. A constraint with unsupported properties becomes an opaque object. */
export function constraintObject(row: ConstraintRow, facts: TableFacts): SchemaObject {
  const described = optionalField('comment', row.comment)
  switch (row.type) {
    case 'p':
    case 'u':
      return row.special ? opaqueOf('constraint', row, facts) : { ...key(row, facts), ...described }
    case 'c':
      return { ...check(row, facts), ...described }
    case 'n':
      return { ...unprovenNotNull(row, facts), ...described }
    case 'f':
      return row.special ? opaqueOf('foreign key', row, facts) : { ...foreignKey(row, facts), ...described }
    case 'x':
      return opaqueOf('exclusion constraint', row, facts)
  }
}

/** True for a NOT NULL constraint that is not validated (PostgreSQL 18). */
export function isNotNull(row: ConstraintRow): boolean {
  return row.type === 'n'
}

function key(row: ConstraintRow, facts: TableFacts): SchemaObject {
  const index = facts.index(row.index)
  return {
    kind: row.type === 'p' ? 'primary-key' : 'unique',
    table: facts.table,
    name: row.name,
    columns: facts.columns(row.columns ?? []),
    ...someOf('include', facts.columns(index?.include ?? [])),
    ...optionalField('nullsNotDistinct', index?.nullsNotDistinct === true && (true as const)),
    ...deferrable(row),
    ...optionalField('invalid', index?.valid === false && (true as const)),
  }
}

function check(row: ConstraintRow, facts: TableFacts): SchemaObject {
  return {
    kind: 'check',
    table: facts.table,
    name: row.name,
    expression: `${canonicalDefinition(row.expression ?? '')}${row.inheritable ? '' : ' NO INHERIT'}`,
    ...optionalField('notValid', !row.validated && (true as const)),
    ...optionalField('notEnforced', !row.enforced && (true as const)),
    ...dependsOn(facts.uses('constraint', row.oid)),
  }
}

function unprovenNotNull(row: ConstraintRow, facts: TableFacts): SchemaObject {
  const [column = ''] = facts.columns(row.columns ?? [])
  const expression = `(${column} IS NOT NULL)`
  return {
    kind: 'check',
    table: facts.table,
    name: row.name,
    expression,
    notValid: true,
    ...dependsOn([`column:${facts.table}.${column}`]),
  }
}

function foreignKey(row: ConstraintRow, facts: TableFacts): ForeignKeyObject {
  const key = row.targetKey && `${row.targetKey.startsWith('p') ? 'primary-key' : 'unique'}:${row.target}.${row.targetKey.slice(1)}`
  return {
    kind: 'foreign-key',
    table: facts.table,
    name: row.name,
    columns: facts.columns(row.columns ?? []),
    references: { table: row.target ?? '', columns: row.targetColumns ?? [] },
    ...optionalField('onUpdate', ACTIONS[row.onUpdate]),
    ...optionalField('onDelete', ACTIONS[row.onDelete]),
    ...optionalField('match', row.match === 'f' && ('full' as const)),
    ...deferrable(row),
    ...optionalField('notValid', !row.validated && (true as const)),
    ...dependsOn(key ? [key] : []),
  }
}

const ACTIONS: Readonly<Record<string, 'restrict' | 'cascade' | 'set null' | 'set default'>> = {
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

function deferrable(row: ConstraintRow) {
  return optionalField('deferrable', row.deferrable && (row.deferred ? ('initially deferred' as const) : ('initially immediate' as const)))
}

function opaqueOf(what: string, row: ConstraintRow, facts: TableFacts): SchemaObject {
  const object = opaqueObject(what, row.name, canonicalDefinition(row.definition ?? ''), facts.table)
  return { ...object, ...optionalField('comment', row.comment), ...dependsOn(facts.uses('constraint', row.oid)) }
}
