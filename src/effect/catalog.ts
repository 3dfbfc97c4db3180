import { type Difference, objectBeforeDifference } from '../schema/difference.ts'
import type { OpaqueObject, SchemaObject, SchemaObjectKind } from '../schema/object.ts'
import { EFFECTS_OF_TYPE_CHANGE, effectsOfAlteredColumn, isRequiredInInsert } from './column.ts'
import type { EffectOnRunningCode } from './effect.ts'
import { reasonWritesOfRunningCodeFail } from './failing-write.ts'
import { NO_TABLE_OR_COLUMN_RENAMES, propertiesChangedBeyondRenames, type RenamedTablesAndColumns } from './new-names.ts'
import { effectsOfNewPartition, isPartitionOfKnownTable } from './new-partition.ts'
import { reasonFunctionTakesCalls } from './overload.ts'
import {
  effectsOfAlteredCheck,
  effectsOfAlteredExclusion,
  effectsOfAlteredForeignKey,
  effectsOfAlteredIndex,
  effectsOfAlteredKey,
  effectsOfNewCheck,
  effectsOfNewExclusion,
  effectsOfNewForeignKey,
  effectsOfNewIndex,
  effectsOfNewKey,
  effectsOfRemovedForeignKey,
  isNotNullAlreadyChecked,
} from './rule.ts'
import type { EffectContext } from './surroundings.ts'
import { type ColumnTypeFit, compareColumnTypes } from './widening.ts'

type Of<K extends SchemaObjectKind> = Extract<SchemaObject, { kind: K }>

interface Judgement<K extends SchemaObjectKind> {
  readonly added: (object: Of<K>, at: EffectContext) => readonly EffectOnRunningCode[]
  readonly removed: (object: Of<K>) => readonly EffectOnRunningCode[]
  readonly altered: (before: Of<K>, after: Of<K>, property: string, at: EffectContext) => readonly EffectOnRunningCode[]
}

const nothing = (): readonly EffectOnRunningCode[] => []
const adds = (): readonly EffectOnRunningCode[] => ['adds']
const removes = (): readonly EffectOnRunningCode[] => ['removes']
const relaxes = (): readonly EffectOnRunningCode[] => ['relaxes']
const opaque = (): readonly EffectOnRunningCode[] => ['opaque']

/**
 * The properties that have no effect on running application code when they change, such as a comment. The list applies to objects
 * of every kind.
 */
const TOLD_TO_PEOPLE: ReadonlySet<string> = new Set(['comment', 'dependsOn', 'owner', 'ofDatabase', 'sqlMode'])

/**
 * The functions that return the effects of each structural change on running application code, by the kind of the changed object.
 * The source does not compile if a kind of object has no entry. An effect that the engine cannot determine is `opaque`, and the
 * migration must declare the effect with a reason.
 */
const EFFECT_OF: { readonly [K in SchemaObjectKind]: Judgement<K> } = {
  'table': { added: adds, removed: removes, altered: alteredTable },
  'column': {
    added: (column, at) =>
      isRequiredInInsert(column) || reasonWritesOfRunningCodeFail(column, at) !== undefined ? ['adds', 'tightens'] : ['adds'],
    removed: removes,
    altered: (before, after, property, at) =>
      isNotNullAlreadyChecked(before, after, property, at) ? ['proves'] : effectsOfAlteredColumn(before, after, property),
  },
  // The removal of a partition counts as a write of rows, because the rows of the partition are rows of the partitioned table.
  'partition': { added: effectsOfNewPartition, removed: () => ['writes-rows'], altered: alteredTable },
  'primary-key': { added: effectsOfNewKey, removed: removes, altered: effectsOfAlteredKey },
  // The removal of a unique constraint also counts as `removes`, because an upsert (ON CONFLICT, ON DUPLICATE KEY) needs the
  // constraint, and queries use its index.
  'unique': { added: effectsOfNewKey, removed: () => ['relaxes', 'removes'], altered: effectsOfAlteredKey },
  'check': { added: effectsOfNewCheck, removed: relaxes, altered: effectsOfAlteredCheck },
  // The removal of an exclusion constraint also counts as `removes`, because queries use the index of the constraint.
  'exclusion': { added: effectsOfNewExclusion, removed: () => ['relaxes', 'removes'], altered: effectsOfAlteredExclusion },
  'foreign-key': { added: effectsOfNewForeignKey, removed: effectsOfRemovedForeignKey, altered: effectsOfAlteredForeignKey },
  'index': {
    added: effectsOfNewIndex,
    // The removal of an index counts as `removes`, because queries that used the index can become slow. The removal changes no
    // result of a query.
    removed: (index) => (index.unique ? ['relaxes', 'removes'] : ['removes']),
    altered: effectsOfAlteredIndex,
  },
  // A changed firing order of a trigger has no effect of its own. The order changes only when another trigger is added or
  // removed, and the engine counts the effect of the other trigger.
  'trigger': { added: opaque, removed: removes, altered: (_before, _after, property) => (property === 'order' ? [] : ['opaque']) },
  'policy': { added: opaque, removed: opaque, altered: opaque },
  'view': { added: adds, removed: removes, altered: alteredView },
  'function': {
    added: (routine, at) => (reasonFunctionTakesCalls(routine, at) !== undefined ? ['opaque'] : ['adds']),
    removed: removes,
    altered: opaque,
  },
  'enum': { added: adds, removed: removes, altered: (before, after) => (isWithin(before.labels, after.labels) ? ['adds'] : ['removes']) },
  'domain': { added: adds, removed: removes, altered: alteredDomain },
  'sequence': { added: adds, removed: removes, altered: alteredSequence },
  'extension': { added: adds, removed: removes, altered: nothing },
  'schema': { added: adds, removed: removes, altered: nothing },
  'opaque': {
    added: (object, at) => {
      if (isForPlansOnly(object)) return ['speeds']
      // A new publication is `opaque`, because the server refuses UPDATE and DELETE on a published table without a replica
      // identity.
      return at.isEmpty || (isUsedByName(object) && object.what !== 'publication') || isOfNewColumn(object, at) ? ['adds'] : ['opaque']
    },
    // The removal of extended statistics counts as `removes`, because queries that used the statistics can become slow. The
    // removal changes no result of a query.
    removed: (object) => (isUsedByName(object) || isForPlansOnly(object) ? ['removes'] : ['opaque']),
    altered: (before) => (isForPlansOnly(before) ? ['speeds'] : ['opaque']),
  },
}

/**
 * Returns the effects of a schema difference on running code, without repetitions. If a table of running code became a partition,
 * the table refuses rows outside its bounds (`tightens`). If running code does not know an object, the removal or a rename of the
 * object has no effect. Any other change of such an object has only the effects that the new object has, but the old object did not
 * have. A constraint, index or trigger of a known table counts as known to running code.
 */
export function effectsOfDifference(
  change: Difference,
  at: EffectContext,
  names: RenamedTablesAndColumns = NO_TABLE_OR_COLUMN_RENAMES,
): readonly EffectOnRunningCode[] {
  const difference = at.inherited(change)
  const subject = objectBeforeDifference(difference)
  const table = 'table' in subject ? subject.table : subject.name
  const place = table === undefined ? undefined : at.changedPlace(table)
  // A table that became a partition refuses rows outside the bounds of the partition. The changes of its columns and other
  // objects have no separate effect.
  if (place === 'attached' && subject.kind === 'table') return ['tightens']
  if (place !== undefined && 'table' in subject) return []
  switch (difference.kind) {
    case 'added':
      return added(difference.object, at)
    case 'removed':
      return at.knows(difference.object) ? judge(difference.object.kind).removed(difference.object) : []
    case 'renamed':
      return at.knows(difference.before) ? renamed(difference.before, difference.after, at, names) : []
    case 'altered': {
      const { before, after } = difference
      return at.knows(before) || isOnKnownTable(before, at) ? altered(before, after, at, names) : finished(before, after, at)
    }
  }
}

function added(object: SchemaObject, at: EffectContext): readonly EffectOnRunningCode[] {
  // Running code writes no rows of a table that it does not know. A new object of such a table therefore has only the effect
  // `adds`, with two exceptions. A foreign key can block changes of rows in the referenced table, and running code can write rows
  // of a partition through the partitioned table.
  if (object.kind !== 'foreign-key' && isOnNewTable(object, at) && !isOnUsedPartition(object, at)) return ['adds']
  return judge(object.kind).added(object, at)
}

function altered(
  before: SchemaObject,
  after: SchemaObject,
  at: EffectContext,
  names: RenamedTablesAndColumns,
): readonly EffectOnRunningCode[] {
  const properties = propertiesChangedBeyondRenames(before, after, names).filter((property) => !TOLD_TO_PEOPLE.has(property))
  return [...new Set(properties.flatMap((property) => judge(before.kind).altered(before, after, property, at)))]
}

/**
 * Returns the effects of a change of an object that running code does not know. The result contains the effects that the object
 * has after the change, but did not have before the change.
 */
function finished(before: SchemaObject, after: SchemaObject, at: EffectContext): readonly EffectOnRunningCode[] {
  const bound = added(before, at)
  return added(after, at).filter((effect) => !bound.includes(effect))
}

// The kinds of objects whose names occur in migrations, but not in the statements of application code.
const NAMELESS_TO_CODE: ReadonlySet<SchemaObjectKind> = new Set<SchemaObjectKind>(['check', 'foreign-key', 'trigger', 'policy'])
// The kinds of objects whose names occur in statements only in hints and in ON CONFLICT ON CONSTRAINT.
const NAMED_BY_FEW: ReadonlySet<SchemaObjectKind> = new Set<SchemaObjectKind>(['index', 'unique', 'primary-key', 'exclusion'])

function renamed(
  before: SchemaObject,
  after: SchemaObject,
  at: EffectContext,
  names: RenamedTablesAndColumns,
): readonly EffectOnRunningCode[] {
  // A key or index of a renamed table usually keeps its name, and then only its other changes have an effect. A new name of a key
  // or index counts as `removes`, because a statement can contain the old name.
  if (NAMED_BY_FEW.has(before.kind)) return before.name === after.name ? altered(before, after, at, names) : ['removes']
  // A rename of an object whose name application code contains counts as a removal and an addition. Some servers also report such
  // a rename as a removal and an addition.
  if (!NAMELESS_TO_CODE.has(before.kind)) return ['adds', 'removes']
  // A renamed trigger can fire at another position, because PostgreSQL fires triggers in the order of their names. The effect of
  // the other order is unknown.
  if (before.kind === 'trigger' && after.kind === 'trigger' && before.order !== after.order) return ['opaque']
  return altered({ ...before, name: after.name }, after, at, names)
}

// Returns the functions that determine the effects of changes of one kind of object. The cast is needed, because the compiler
// cannot derive that each entry of the table is for objects of its own kind.
function judge(kind: SchemaObjectKind): Judgement<SchemaObjectKind> {
  return EFFECT_OF[kind] as Judgement<SchemaObjectKind>
}

/** Returns true if the object belongs to a table that running code knows, and is not a column. The object itself can be new. */
function isOnKnownTable(object: SchemaObject, at: EffectContext): boolean {
  return object.kind !== 'column' && 'table' in object && object.table !== undefined && at.knowsTable(object.table)
}

function isOnNewTable(object: SchemaObject, at: EffectContext): boolean {
  return 'table' in object && object.table !== undefined && !at.knowsTable(object.table)
}

/**
 * Returns true if the object belongs to a partition to which running code writes rows through a partitioned table that it knows.
 */
function isOnUsedPartition(object: SchemaObject, at: EffectContext): boolean {
  if (!('table' in object) || object.table === undefined) return false
  const partition = [...at.before(object.table)].find(({ kind }) => kind === 'partition')
  return partition?.kind === 'partition' && isPartitionOfKnownTable(partition, at)
}

type Traited = Of<'table' | 'partition'>

function alteredTable(before: Traited, after: Traited, property: string): readonly EffectOnRunningCode[] {
  if (property === 'columns') return []
  if (property === 'bound' || property === 'of') return ['tightens', 'removes']
  if (property !== 'traits') return ['opaque']
  const only = (one: Traited, other: Traited) => one.traits?.filter((trait) => !other.traits?.includes(trait)) ?? []
  return [...new Set([...only(after, before).flatMap(newTrait), ...only(before, after).flatMap(lostTrait)])]
}

function newTrait(trait: string): readonly EffectOnRunningCode[] {
  // Row level security hides some rows from queries, and refuses some writes.
  if (trait === 'row level security') return ['tightens', 'removes']
  return trait.startsWith('valid constraint ') ? ['proves'] : ['opaque']
}

function lostTrait(trait: string): readonly EffectOnRunningCode[] {
  // The removal of the property `disabled triggers of …` of a table means that the server enforces a foreign key again, and can
  // refuse writes.
  if (SWITCHED_OFF.test(trait)) return ['tightens']
  if (trait.startsWith('not valid constraint ')) return ['proves']
  return trait.startsWith('valid constraint ') ? [] : ['opaque']
}

const SWITCHED_OFF = /^(?:disabled|replica) triggers of /

function alteredView(before: Of<'view'>, after: Of<'view'>, property: string): readonly EffectOnRunningCode[] {
  if (property === 'unpopulated') return after.unpopulated ? ['removes'] : ['adds']
  if (property !== 'columns') return ['opaque']
  // MySQL and MariaDB keep a view after its columns or tables were dropped. The view then has no columns, and every query of the
  // view fails.
  if (before.columns.length > 0 && after.columns.length === 0) return ['breaks']
  const fits = before.columns.map(({ name, type }, index): ColumnTypeFit => {
    const now = after.columns[index]
    return now?.name === name ? compareColumnTypes(type, now.type) : 'no'
  })
  if (fits.includes('no')) return ['removes']
  if (fits.includes('otherwise')) return ['opaque']
  return after.columns.length > before.columns.length ? ['adds'] : ['relaxes']
}

function alteredDomain(before: Of<'domain'>, after: Of<'domain'>, property: string): readonly EffectOnRunningCode[] {
  if (property === 'nullable') return after.nullable ? ['relaxes'] : ['tightens']
  if (property === 'type') return EFFECTS_OF_TYPE_CHANGE[compareColumnTypes(before.type, after.type)]
  if (property !== 'checks') return ['opaque']
  const kept = after.checks.every((check) => before.checks.some((known) => known.expression === check.expression))
  if (!kept) return ['tightens']
  return after.checks.length < before.checks.length ? ['relaxes'] : ['proves']
}

function alteredSequence(before: Of<'sequence'>, after: Of<'sequence'>, property: string): readonly EffectOnRunningCode[] {
  if (property === 'ownedBy' || property === 'cache') return []
  if (property === 'maximum')
    return /^-?\d+$/.test(after.maximum) && BigInt(after.maximum) > BigInt(before.maximum) ? ['relaxes'] : ['opaque']
  return ['opaque']
}

/**
 * Returns true if the labels `after` contain all labels `before` in the same order. The sort order of existing values then does
 * not change.
 */
function isWithin(before: readonly string[], after: readonly string[]): boolean {
  let at = 0
  for (const label of after) if (label === before[at]) at += 1
  return at === before.length
}

// The kinds of opaque objects that have an effect only when a statement names them. Objects of other kinds, such as rules,
// events, casts and event triggers, have an effect by themselves.
const NAMED: ReadonlySet<string> = new Set([
  'composite type',
  'range type',
  'type',
  'collation',
  'conversion',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'operator family',
  'access method',
  'foreign server',
  'foreign-data wrapper',
  'language',
  'publication',
  'package',
  'package body',
])

/**
 * Returns true if the object describes the sequence options of an identity column that running code does not know. The sequence
 * options of a known column count as `opaque`, because they change the numbers that running code receives.
 */
function isOfNewColumn({ what, table, name }: OpaqueObject, at: EffectContext): boolean {
  return what === 'identity options' && table !== undefined && !at.knowsId(`column:${table}.${name}`)
}

function isUsedByName({ what }: OpaqueObject): boolean {
  return NAMED.has(what)
}

/** Returns true if the object is extended statistics, which change the plan of a query but not its result. */
function isForPlansOnly({ what }: OpaqueObject): boolean {
  return what === 'statistics'
}
