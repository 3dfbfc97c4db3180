import { countingOf } from './counting.ts'
import { type GroupKey, idOf, type SchemaObject } from './object.ts'
import type { Group, State } from './state.ts'

/** True for a fact of a schema object that is recorded and shown, but never makes two schemas differ. */
export function isReported(kind: SchemaObject['kind'], attribute: string): boolean {
  return countingOf(kind, attribute) === 'reported'
}

/** Writes one object as one line of text, identical on every machine. Facts that are only shown are left out. */
export function canonicalLine(object: SchemaObject): string {
  const facts = Object.entries(object)
    .filter(([attribute, value]) => value !== undefined && !NAMES.has(attribute) && !isReported(object.kind, attribute))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([attribute, value]) => `${attribute}=${canonicalJson(value)}`)
  return [idOf(object), ...facts].join(' ')
}

const NAMES: ReadonlySet<string> = new Set(['kind', 'table', 'name'])

/** Writes the whole schema state as text, with groups and objects in the order of their ids. The fingerprint is the hash of this text. */
export function canonicalText(state: State): string {
  const keys = [...state.groups.keys()].sort()
  return keys.map((key) => canonicalGroup(key, state.groups.get(key))).join('')
}

// The text of each group, built only once, because states share the groups that did not change.
const TEXTS = new WeakMap<Group, string>()

function canonicalGroup(key: GroupKey, group: Group | undefined): string {
  if (!group) return ''
  const known = TEXTS.get(group)
  if (known !== undefined) return known
  const lines = [...group.values()].map(canonicalLine).sort()
  const text = `${key}\n${lines.map((line) => `  ${line}\n`).join('')}`
  TEXTS.set(group, text)
  return text
}

/** Writes a value as JSON with the keys of every object in sorted order. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
}
