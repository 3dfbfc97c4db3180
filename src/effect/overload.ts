import type { FunctionObject, SchemaObject } from '../schema/object.ts'
import type { EffectContext } from './surroundings.ts'

/**
 * Returns a phrase that states why the server can choose a new function for calls of running code that mean another function of the
 * same name. Returns undefined if no such call exists, or if the object is not a function.
 */
export function reasonFunctionTakesCalls(object: SchemaObject, at: EffectContext): string | undefined {
  if (object.kind !== 'function') return undefined
  const name = nameWithoutArguments(object)
  if (at.knowsOverload(name)) return `calls of the other functions ${name} can mean it. Choose another name`
  return object.overloadsBuiltIn && !at.isEmpty
    ? `calls of a function ${name} of the server or of an extension can mean it. Choose another name`
    : undefined
}

function nameWithoutArguments({ name }: FunctionObject): string {
  return name.replace(/\(.*$/s, '')
}
