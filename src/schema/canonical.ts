import { comparisonModeOfObjectProperty } from './counting.ts'
import { objectIdOf, type SchemaGroupKey, type SchemaObject } from './object.ts'
import type { SchemaObjectGroup, SchemaState } from './state.ts'

/** Returns true if a property of a schema object is only recorded and printed, and never makes two schemas differ. */
export function isReportedOnlyObjectProperty(kind: SchemaObject['kind'], property: string): boolean {
  return comparisonModeOfObjectProperty(kind, property) === 'reported'
}

/**
 * Returns one schema object as one line of text. Equal objects have the same line on every machine. The line does not contain
 * properties that never make two schemas differ, such as the owner.
 */
export function canonicalObjectLine(object: SchemaObject): string {
  const facts = Object.entries(object)
    .filter(([property, value]) => value !== undefined && !NAMES.has(property) && !isReportedOnlyObjectProperty(object.kind, property))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([property, value]) => `${property}=${jsonWithSortedKeys(value)}`)
  return [objectIdOf(object), ...facts].join(' ')
}

const NAMES: ReadonlySet<string> = new Set(['kind', 'table', 'name'])

/**
 * Returns a whole schema state as text, with the groups in the order of their keys and the objects of each group in the order of
 * their ids. The fingerprint of a state is a hash of this text.
 */
export function canonicalStateText(state: SchemaState): string {
  const keys = [...state.groups.keys()].sort()
  return keys.map((key) => canonicalGroup(key, state.groups.get(key))).join('')
}

// A cache of the canonical text of each group of schema objects. If a group is equal in two states, both states contain the same
// JavaScript object, so the text is computed only once.
const TEXTS = new WeakMap<SchemaObjectGroup, string>()

function canonicalGroup(key: SchemaGroupKey, group: SchemaObjectGroup | undefined): string {
  if (!group) return ''
  const known = TEXTS.get(group)
  if (known !== undefined) return known
  const lines = [...group.values()].map(canonicalObjectLine).sort()
  const text = `${key}\n${lines.map((line) => `  ${line}\n`).join('')}`
  TEXTS.set(group, text)
  return text
}

/** Returns a value as JSON with the keys of every object in sorted order. */
export function jsonWithSortedKeys(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonWithSortedKeys).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${jsonWithSortedKeys(entry)}`).join(',')}}`
}
