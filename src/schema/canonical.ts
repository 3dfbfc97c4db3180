import { factCountingOf } from './counting.ts'
import { objectIdOf, type SchemaGroupKey, type SchemaObject } from './object.ts'
import type { SchemaObjectGroup, SchemaState } from './state.ts'

/** Whether a fact of a schema object is only recorded and printed, and never makes two schemas differ. */
export function isOnlyReportedFact(kind: SchemaObject['kind'], attribute: string): boolean {
  return factCountingOf(kind, attribute) === 'reported'
}

/** Returns one object as one line of text, identical on every machine. The line does not contain facts that are only reported. */
export function canonicalObjectLine(object: SchemaObject): string {
  const facts = Object.entries(object)
    .filter(([attribute, value]) => value !== undefined && !NAMES.has(attribute) && !isOnlyReportedFact(object.kind, attribute))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([attribute, value]) => `${attribute}=${jsonWithSortedKeys(value)}`)
  return [objectIdOf(object), ...facts].join(' ')
}

const NAMES: ReadonlySet<string> = new Set(['kind', 'table', 'name'])

/**
 * Returns the whole schema state as text, with groups and objects in the order of their ids. The fingerprint is the hash of this
 * text.
 */
export function canonicalStateText(state: SchemaState): string {
  const keys = [...state.groups.keys()].sort()
  return keys.map((key) => canonicalGroup(key, state.groups.get(key))).join('')
}

// Caches the canonical text of each group of schema objects, because states share the groups that are equal in both.
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
