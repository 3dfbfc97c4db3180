import { countingOf } from './counting.ts'
import { type GroupKey, idOf, type SchemaObject } from './object.ts'
import type { Group, State } from './state.ts'

/** True for a fact that is recorded and shown, but never makes two schemas differ. */
export function isReported(kind: SchemaObject['kind'], attribute: string): boolean {
  return countingOf(kind, attribute) === 'reported'
}

/** One object as one line of text, identical on every machine. Reported facts are left out. */
export function canonicalLine(object: SchemaObject): string {
  const facts = Object.entries(object)
    .filter(([attribute, value]) => value !== undefined && !NAMES.has(attribute) && !isReported(object.kind, attribute))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([attribute, value]) => `${attribute}=${canonicalJson(value)}`)
  return [idOf(object), ...facts].join(' ')
}

const NAMES: ReadonlySet<string> = new Set(['kind', 'table', 'name'])

/** The whole state as text, with groups and objects in order of their ids. The fingerprint is the hash of this text. */
export function canonicalText(state: State): string {
  const keys = [...state.groups.keys()].sort()
  return keys.map((key) => canonicalGroup(key, state.groups.get(key))).join('')
}

// States share the groups that did not change, so the text of each group is built only once.
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

/** JSON with the keys of every object in sorted order. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
}
