import type { ConstraintOrIndex, OnlineChangeStatements } from '../../dialect/online-writer.ts'
import { effectsOfDifference } from '../../effect/catalog.ts'
import { rulePreconditionsOfSchemaChange } from '../../gate/preconditions.ts'
import { formatFileBody, type GeneratedChangeFile } from '../../project/patterns/change-file.ts'
import { applyDifferences, type Difference } from '../../schema/difference.ts'
import { formatObjectName, type SchemaObject, tableGroupKey } from '../../schema/object.ts'
import { objectsOfState } from '../../schema/state.ts'
import {
  areEffectsAdmittedByPolicy,
  type DraftContext,
  isTableOfBothSchemas,
  makeDraftEffectContext,
  makeSlugFromNames,
  objectsOfTable,
} from './draft-context.ts'
import type { DraftedChange } from './drafted-change.ts'

/**
 * A new constraint or index that the server can create without blocking writes, and the phase that creates it. The table of the
 * constraint or index exists both before and after the release.
 */
export interface OnlineConstraintOrIndex {
  readonly rule: ConstraintOrIndex
  readonly phase: 'expand' | 'contract'
}

/**
 * Returns the new constraint or index of a difference if the draft writes a separate change for it. Returns undefined for every
 * other difference. `isUnsettled` returns true if a data step of the draft writes a column of the constraint or index.
 */
export function findOnlineConstraintOrIndex(
  context: DraftContext,
  difference: Difference,
  isUnsettled: (rule: ConstraintOrIndex) => boolean,
): OnlineConstraintOrIndex | undefined {
  if (difference.kind !== 'added' || !isConstraintOrIndex(difference.object) || !isTableOfBothSchemas(context, difference.object.table))
    return undefined
  const rule = difference.object
  if (isNameTaken(context, rule) || isPartitioned(context, rule.table) || addOnline(context, rule) === undefined) return undefined
  const isEarly =
    areEffectsAdmittedByPolicy(context, 'expand', effectsOfDifference(difference, makeDraftEffectContext(context))) && !isUnsettled(rule)
  return { rule, phase: isEarly ? 'expand' : 'contract' }
}

/**
 * Returns the statements that add a constraint or index without blocking the application. Returns undefined if the server has no
 * such statements.
 */
function addOnline({ online, from, to }: DraftContext, rule: ConstraintOrIndex): OnlineChangeStatements | undefined {
  return online.addRule(rule, [...objectsOfTable(from, rule.table), ...objectsOfTable(to, rule.table)])
}

/** Returns true if another constraint or index has the same name in the schema at the end of the chain. */
function isNameTaken({ from, dialect }: DraftContext, { table, name }: ConstraintOrIndex): boolean {
  // On PostgreSQL, the name of an index must be unique in the schema and not only in its table, so the function searches all
  // objects of the schema.
  const objects = dialect === 'postgres' ? [...objectsOfState(from)] : objectsOfTable(from, table)
  return objects.some((object) => isConstraintOrIndex(object) && object.name === name)
}

/** Returns true if the schema object is a constraint or an index. */
export function isConstraintOrIndex(object: SchemaObject): object is ConstraintOrIndex {
  return RULES.has(object.kind)
}

const RULES: ReadonlySet<string> = new Set(['primary-key', 'unique', 'check', 'foreign-key', 'index'])

/** Returns true if the table is partitioned. PostgreSQL has no online procedure that adds a rule to a whole partitioned table. */
function isPartitioned({ to }: DraftContext, table: string): boolean {
  const group = to.groups.get(tableGroupKey(table))
  return [...(group?.values() ?? [])].some((object) => 'partitioning' in object && object.partitioning !== undefined)
}

// The order in which a draft creates rules. Foreign keys are the last, because they need the keys of other tables.
const ORDER = ['index', 'unique', 'primary-key', 'check', 'foreign-key'] as const

/** Sorts constraints and indexes in the order in which the server can create them. */
export function sortConstraintsAndIndexesByKind(rules: readonly OnlineConstraintOrIndex[]): readonly OnlineConstraintOrIndex[] {
  return rules.toSorted((a, b) => ORDER.indexOf(a.rule.kind) - ORDER.indexOf(b.rule.kind))
}

/**
 * Returns the change that creates a constraint or index without blocking writes. A change of expand has an undo file. A change of
 * contract has a data step that first corrects the rows which break the rule.
 */
export function makeDraftedChangeAddingConstraint(context: DraftContext, { rule, phase }: OnlineConstraintOrIndex): DraftedChange {
  const added = addOnline(context, rule)
  const file: GeneratedChangeFile = {
    kind: phase,
    ...(added?.isOutsideTransaction && { declarations: ['transaction off'] }),
    body: formatFileBody(added?.statements ?? [], context.dialect),
  }
  const around = phase === 'expand' ? undoOf(context, rule) : correction(context, rule)
  return { slug: makeSlugFromNames(rule.table, rule.kind === 'primary-key' ? 'primary-key' : rule.name), files: [...around, file] }
}

function undoOf({ write, to, dialect }: DraftContext, rule: ConstraintOrIndex): readonly GeneratedChangeFile[] {
  const without = applyDifferences(to, [{ kind: 'removed', object: rule }])
  return [{ kind: 'expand.undo', body: formatFileBody(write(to, without).statements, dialect) }]
}

/**
 * Returns the data step that corrects the rows which break the rule. The result is empty for an index that is not unique, because
 * no row can break it.
 */
function correction({ to, online }: DraftContext, rule: ConstraintOrIndex): readonly GeneratedChangeFile[] {
  const [first, ...others] = rulePreconditionsOfSchemaChange(undefined, rule, to)
  if (rule.kind === 'index' && !rule.unique) return []
  const name = formatObjectName(rule)
  const question = `Do rows of ${rule.table} break the new ${name}, or does the old version still write such rows? If so, write the statements that correct them here.${first ? ' The pending query counts the violations.' : ''}`
  const pending: readonly GeneratedChangeFile[] =
    first && others.length === 0 ? [{ kind: 'migrate.pending', body: `${online.render(first.count)};\n` }] : []
  return [{ kind: 'migrate', questions: [question], declarations: ['rerunnable'], body: '' }, ...pending]
}
