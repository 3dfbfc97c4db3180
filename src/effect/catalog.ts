import { attributesOf, type Difference } from '../schema/difference.ts'
import type { ObjectKind, SchemaObject } from '../schema/object.ts'
import type { Effect } from './effect.ts'
import { widens } from './widening.ts'

/** What the judgement of one difference may know besides the difference. */
export interface Surroundings {
  /** Tables that were there before the release: only of those can running code know anything. */
  readonly knownTables: ReadonlySet<string>
}

type Of<K extends ObjectKind> = Extract<SchemaObject, { kind: K }>

interface Judgement<K extends ObjectKind> {
  readonly added: (object: Of<K>, at: Surroundings) => readonly Effect[]
  readonly removed: (object: Of<K>) => readonly Effect[]
  readonly altered: (before: Of<K>, after: Of<K>, attribute: string) => readonly Effect[]
}

const nothing = (): readonly Effect[] => []
const adds = (): readonly Effect[] => ['adds']
const removes = (): readonly Effect[] => ['removes']
const relaxes = (): readonly Effect[] => ['relaxes']
const tightens = (): readonly Effect[] => ['tightens']
const opaque = (): readonly Effect[] => ['opaque']

/** A comment tells people something and programs nothing. */
const TOLD_TO_PEOPLE: ReadonlySet<string> = new Set(['comment', 'dependsOn', 'owner'])

/**
 * What running code notices of each structural change. A new kind of object does not compile until it is judged. What
 * cannot be told by looking is opaque, until the author declares it with a reason.
 */
const EFFECT_OF: { readonly [K in ObjectKind]: Judgement<K> } = {
  'table': {
    added: adds,
    removed: removes,
    altered: (before, after, attribute) => {
      if (attribute === 'columns') return []
      const appeared = after.traits?.filter((trait) => !before.traits?.includes(trait)) ?? []
      return attribute === 'traits' && appeared.includes('row level security') ? ['tightens'] : ['opaque']
    },
  },
  'column': {
    added: (column, at) => (mustBeFilled(column) && at.knownTables.has(column.table) ? ['adds', 'tightens'] : ['adds']),
    removed: removes,
    altered: alteredColumn,
  },
  'primary-key': { added: newRule, removed: removes, altered: tightens },
  'unique': { added: newRule, removed: relaxes, altered: (_before, _after, attribute) => (attribute === 'invisible' ? [] : ['tightens']) },
  'check': { added: newRule, removed: relaxes, altered: alteredRule },
  'foreign-key': { added: newForeignKey, removed: relaxes, altered: alteredRule },
  'index': {
    added: (index, at) => (index.unique && at.knownTables.has(index.table) ? ['tightens'] : ['speeds']),
    // No result changes, but whoever leaned on it may now take minutes: it goes when nobody does.
    removed: (index) => (index.unique ? ['relaxes', 'removes'] : ['removes']),
    altered: (_before, after, attribute) => (attribute === 'invisible' && after.invisible ? ['removes'] : ['speeds']),
  },
  'trigger': { added: opaque, removed: removes, altered: opaque },
  'policy': { added: opaque, removed: opaque, altered: opaque },
  'view': { added: adds, removed: removes, altered: alteredView },
  'function': { added: adds, removed: removes, altered: opaque },
  'enum': {
    added: adds,
    removed: removes,
    altered: (before, after) => (before.labels.every((label) => after.labels.includes(label)) ? ['adds'] : ['removes']),
  },
  'domain': { added: adds, removed: removes, altered: alteredDomain },
  'sequence': { added: adds, removed: removes, altered: (_before, _after, attribute) => (attribute === 'ownedBy' ? [] : ['opaque']) },
  'extension': { added: adds, removed: removes, altered: nothing },
  'schema': { added: adds, removed: removes, altered: nothing },
  'opaque': { added: opaque, removed: opaque, altered: opaque },
}

/** What running code notices of this difference, each effect once. */
export function effectsOf(difference: Difference, at: Surroundings): readonly Effect[] {
  switch (difference.kind) {
    case 'added':
      return judge(difference.object.kind).added(difference.object, at)
    case 'removed':
      return isOnNewTable(difference.object, at) ? ['adds'] : judge(difference.object.kind).removed(difference.object)
    case 'renamed':
      return isOnNewTable(difference.before, at) ? ['adds'] : renamed(difference.before)
    case 'altered': {
      if (isOnNewTable(difference.before, at)) return ['adds']
      const { before, after } = difference
      const attributes = attributesOf(before, after).filter((attribute) => !TOLD_TO_PEOPLE.has(attribute))
      return [...new Set(attributes.flatMap((attribute) => judge(before.kind).altered(before, after, attribute)))]
    }
  }
}

// Constraints and indexes are called by their names by nobody but other migrations.
const NAMELESS_TO_CODE: ReadonlySet<ObjectKind> = new Set<ObjectKind>([
  'primary-key',
  'unique',
  'check',
  'foreign-key',
  'index',
  'trigger',
  'policy',
])

function renamed(object: SchemaObject): readonly Effect[] {
  return NAMELESS_TO_CODE.has(object.kind) ? [] : ['removes']
}

// The table is total, and each row takes the objects of its own kind: the compiler cannot follow that through a lookup.
function judge(kind: ObjectKind): Judgement<ObjectKind> {
  return EFFECT_OF[kind] as Judgement<ObjectKind>
}

function isOnNewTable(object: SchemaObject, at: Surroundings): boolean {
  if (object.kind === 'table') return !at.knownTables.has(object.name)
  return 'table' in object && object.table !== undefined && !at.knownTables.has(object.table)
}

function mustBeFilled(column: Of<'column'>): boolean {
  return !column.nullable && column.default === undefined && column.generated === undefined && column.identity === undefined
}

function newRule(rule: Of<'primary-key' | 'unique' | 'check'>, at: Surroundings): readonly Effect[] {
  if (rule.kind === 'check' && rule.notEnforced) return ['adds']
  return at.knownTables.has(rule.table) ? ['tightens'] : ['adds']
}

/** A key on a new table binds those who delete from the old one, unless its rows follow. */
function newForeignKey(key: Of<'foreign-key'>, at: Surroundings): readonly Effect[] {
  const follows = key.onDelete === 'cascade' || key.onDelete === 'set null'
  const binds = at.knownTables.has(key.table) || (at.knownTables.has(key.references.table) && !follows)
  return binds ? ['tightens'] : ['adds']
}

function alteredRule(before: Of<'check' | 'foreign-key'>, after: Of<'check' | 'foreign-key'>, attribute: string): readonly Effect[] {
  if (attribute === 'notValid') return after.notValid ? ['relaxes'] : ['proves']
  if (attribute === 'notEnforced') return after.kind === 'check' && after.notEnforced ? ['relaxes'] : ['tightens']
  if (attribute === 'ownIndex') return []
  return before.kind === 'check' ? ['tightens'] : ['opaque']
}

function alteredColumn(before: Of<'column'>, after: Of<'column'>, attribute: string): readonly Effect[] {
  switch (attribute) {
    case 'nullable':
      return after.nullable ? ['relaxes'] : ['tightens']
    case 'type':
      return widens(before.type, after.type) ? ['relaxes'] : ['tightens', 'removes']
    case 'default':
      if (before.default === undefined) return ['relaxes']
      if (after.default === undefined) return after.nullable ? ['opaque'] : ['tightens']
      return ['opaque']
    case 'identity':
      if (after.identity === undefined) return ['tightens']
      return after.identity === 'always' ? ['tightens'] : ['relaxes']
    case 'invisible':
      return after.invisible ? ['removes'] : ['adds']
    default:
      return ['opaque']
  }
}

function alteredView(before: Of<'view'>, after: Of<'view'>, attribute: string): readonly Effect[] {
  if (attribute !== 'columns') return ['opaque']
  const keeps = before.columns.every(
    (column, index) => after.columns[index]?.name === column.name && after.columns[index]?.type === column.type,
  )
  return keeps ? ['adds'] : ['removes']
}

function alteredDomain(before: Of<'domain'>, after: Of<'domain'>, attribute: string): readonly Effect[] {
  if (attribute === 'nullable') return after.nullable ? ['relaxes'] : ['tightens']
  if (attribute !== 'checks') return ['opaque']
  const kept = after.checks.every((check) => before.checks.some((known) => known.expression === check.expression))
  if (!kept) return ['tightens']
  return after.checks.length < before.checks.length ? ['relaxes'] : ['proves']
}
