import { objectIdOf, type SchemaObject } from '../../src/schema/object.ts'
import { makeSchemaState, objectsOfState, type SchemaState } from '../../src/schema/state.ts'

/** A schema that differs from another in one object, and the name of that object. */
export interface Mutation {
  readonly state: SchemaState
  readonly says: string
}

/** Every change of one object of a schema: of its facts that count, its removal, and another object beside it. */
export function* singleMutations(state: SchemaState): Generator<Mutation> {
  const objects = [...objectsOfState(state)]
  for (const object of objects) {
    const others = objects.filter((one) => one !== object)
    for (const changed of changesOf(object)) yield { state: makeSchemaState([...others, changed]), says: nameOf(object) }
    if (object.kind === 'table') {
      const name = `${object.name}_copy`
      yield { state: makeSchemaState([...objects, { ...object, name }]), says: name }
      const rest = objects.filter((one) => one !== object && !('table' in one && one.table === object.name))
      yield { state: makeSchemaState(rest), says: object.name }
    } else if (object.kind !== 'sequence') yield { state: makeSchemaState(others), says: nameOf(object) }
    if (object.kind === 'column') {
      const name = `${object.name}_extra`
      yield { state: makeSchemaState([...objects, { ...object, name }]), says: `${object.table}.${name}` }
    }
    if (object.kind === 'index') {
      const name = `${object.name}_extra`
      yield { state: makeSchemaState([...objects, { ...object, name }]), says: name }
    }
  }
}

function changesOf(object: SchemaObject): readonly SchemaObject[] {
  switch (object.kind) {
    case 'column':
      return [
        { ...object, type: 'varchar(77)' },
        { ...object, nullable: !object.nullable },
        { ...object, default: "'another'" },
      ].filter((one) => JSON.stringify(one) !== JSON.stringify(object))
    case 'foreign-key':
      return (['set null', 'set default'] as const).flatMap((rule) => [
        { ...object, onDelete: rule },
        { ...object, onUpdate: rule },
      ])
    case 'unique':
    case 'primary-key':
      return [{ ...object, columns: [...object.columns, 'other'] }]
    case 'index':
      return [
        { ...object, keys: [...object.keys, 'other'] },
        { ...object, method: 'hash' },
      ]
    default:
      return []
  }
}

function nameOf(object: SchemaObject): string {
  if (object.kind === 'column') return `${object.table}.${object.name}`
  return 'table' in object && object.table !== undefined ? object.table : objectIdOf(object).replace(/^[^:]*:/, '')
}
