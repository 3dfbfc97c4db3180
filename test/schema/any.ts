import fc from 'fast-check'
import type { SchemaObject } from '../../src/schema/object.ts'
import { makeSchemaState, type SchemaState } from '../../src/schema/state.ts'

const name = fc.constantFrom('a', 'b', 'c')
const type = fc.constantFrom('integer', 'text')

const object: fc.Arbitrary<SchemaObject> = fc.oneof(
  fc.record({ kind: fc.constant('table' as const), name, columns: fc.subarray(['a', 'b', 'c']) }),
  fc.record({ kind: fc.constant('column' as const), table: name, name, type, nullable: fc.boolean() }),
  fc.record({ kind: fc.constant('unique' as const), table: name, name, columns: fc.subarray(['a', 'b'], { minLength: 1 }) }),
  fc.record({ kind: fc.constant('enum' as const), name, labels: fc.subarray(['x', 'y', 'z']) }),
  fc.record({ kind: fc.constant('view' as const), name, columns: fc.constant([]), definition: type }),
)

/** A small state: names are few, so that two of them meet. */
export const anyState: fc.Arbitrary<SchemaState> = fc.array(object, { maxLength: 12 }).map(makeSchemaState)
