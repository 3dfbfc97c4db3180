import { InterphaseError } from '../../../error.ts'
import type { FunctionObject, SchemaObject, SchemaObjectId } from '../../../schema/object.ts'
import { canonicalizePostgresDefinition } from './canonical.ts'
import {
  dependsOnField,
  makePostgresOpaqueObject,
  optionalField,
  optionalListField,
  type SchemaObjectWithServerId,
} from './catalog-object.ts'
import type { PostgresNonTableObjectRow } from './other-query.ts'

/** Returns the schema object for a row of the queries in `other-query.ts`. */
export function makePostgresNonTableObject({ kind, identity, facts }: PostgresNonTableObjectRow): SchemaObjectWithServerId {
  const shape = SHAPES[kind]
  if (!shape) throw new InterphaseError('internal', { problem: `the catalog query gave a ${kind}` })
  const reader = readerOf(facts)
  return { identity, object: { ...shape(reader), ...optionalField('comment', reader.maybe('comment')) } }
}

/** Reads the properties of a schema object from the field `facts` of a catalog row, with the types that the query returns. */
interface Reader {
  readonly text: (name: string) => string
  readonly maybe: (name: string) => string | undefined
  readonly is: (name: string) => boolean
  readonly texts: (name: string) => readonly string[]
  readonly list: (name: string) => readonly Reader[]
}

function readerOf(facts: Readonly<Record<string, unknown>>): Reader {
  const list = (name: string): readonly unknown[] => {
    const found = facts[name]
    return Array.isArray(found) ? found : []
  }
  const maybe = (name: string) => {
    const found = facts[name]
    return typeof found === 'string' ? found : undefined
  }
  return {
    text: (name) => maybe(name) ?? '',
    maybe,
    is: (name) => facts[name] === true,
    texts: (name) => list(name).filter((one) => typeof one === 'string'),
    list: (name) => list(name).map((one) => readerOf(one as Readonly<Record<string, unknown>>)),
  }
}

const SHAPES: Readonly<Record<string, (facts: Reader) => SchemaObject>> = {
  'view': (facts) => ({
    kind: 'view',
    name: facts.text('name'),
    owner: facts.text('owner'),
    columns: facts.list('columns').map((column) => ({ name: column.text('name'), type: column.text('type') })),
    definition: canonicalizePostgresDefinition(facts.text('definition').trim()),
    ...optionalField('materialized', facts.is('materialized') && (true as const)),
    ...optionalField('unpopulated', facts.is('unpopulated') && (true as const)),
    ...optionalListField('options', [...facts.texts('options')].sort()),
    ...dependsOnField(facts.texts('uses')),
  }),
  'function': (facts) => ({
    kind: 'function',
    name: facts.text('name'),
    owner: facts.text('owner'),
    routine: ROUTINES[facts.text('routine')] ?? 'function',
    definition: canonicalizePostgresDefinition(unqualified(facts.text('definition').trimEnd(), facts.maybe('schema'))),
    ...optionalField('overloadsBuiltIn', facts.is('overloadsBuiltIn') && (true as const)),
    ...dependsOnField(facts.texts('uses')),
  }),
  'enum': (facts) => ({ kind: 'enum', name: facts.text('name'), owner: facts.text('owner'), labels: facts.texts('labels') }),
  'domain': domain,
  'sequence': (facts) => ({
    kind: 'sequence',
    name: facts.text('name'),
    owner: facts.text('owner'),
    type: facts.text('type'),
    start: facts.text('start'),
    increment: facts.text('increment'),
    minimum: facts.text('minimum'),
    maximum: facts.text('maximum'),
    ...optionalField('cycle', facts.is('cycle') && (true as const)),
    ...optionalField('cache', facts.maybe('cache')),
    ...optionalField('unlogged', facts.is('unlogged') && (true as const)),
    ...optionalField('ownedBy', facts.maybe('ownedBy') satisfies SchemaObjectId | undefined),
  }),
  'extension': (facts) => ({ kind: 'extension', name: facts.text('name'), version: facts.text('version') }),
  'schema': (facts) => ({ kind: 'schema', name: facts.text('name'), owner: facts.text('owner') }),
  'opaque': (facts) => ({
    ...makePostgresOpaqueObject(facts.text('what'), facts.text('name'), canonicalizePostgresDefinition(facts.text('definition'))),
    ...optionalField('owner', facts.maybe('owner')),
  }),
}

const ROUTINES: Readonly<Record<string, FunctionObject['routine']>> = { f: 'function', p: 'procedure', a: 'aggregate', w: 'window' }

function domain(facts: Reader): SchemaObject {
  return {
    kind: 'domain',
    name: facts.text('name'),
    owner: facts.text('owner'),
    type: `${facts.text('type')}${facts.maybe('collation') === undefined ? '' : ` COLLATE ${facts.text('collation')}`}`,
    nullable: !facts.is('required'),
    ...optionalField('default', canonicalizePostgresDefinition(facts.text('default'))),
    checks: facts.list('checks').map((check) => ({
      name: check.text('name'),
      expression: canonicalizePostgresDefinition(check.text('expression')),
      ...optionalField('notValid', !check.is('validated') && (true as const)),
    })),
    ...dependsOnField(facts.texts('uses')),
  }
}

// Removes the current schema of the connection from the definition of a function. The server always prints the schema. Without
// the removal, the same function would differ in a database with another default schema.
function unqualified(definition: string, schema: string | undefined): string {
  if (schema === undefined) return definition
  const head = /^CREATE OR REPLACE (FUNCTION|PROCEDURE) /.exec(definition)?.[0] ?? ''
  const rest = definition.slice(head.length)
  return rest.startsWith(`${schema}.`) ? head + rest.slice(schema.length + 1) : definition
}
