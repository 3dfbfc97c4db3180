import type { RuleOnTable } from '../../dialect/online-writer.ts'
import { effectsOfDifference } from '../../effect/catalog.ts'
import { preconditionsOfChange } from '../../gate/preconditions.ts'
import { applyDifferences, type Difference } from '../../schema/difference.ts'
import { formatObjectName, type SchemaObject, tableGroupKey } from '../../schema/object.ts'
import { objectsOfState } from '../../schema/state.ts'
import { type DraftContext, effectsAtStart, isAdmitted, isKnownTable, slugOf, tableGroup } from './draft-context.ts'
import { bodyOf, type DraftedChange, type DraftedFile } from './drafted-change.ts'

/** A constraint or index of a table that both schemas have, for which the server has an online procedure. */
export interface OnlineRule {
  readonly rule: RuleOnTable
  readonly phase: 'expand' | 'contract'
}

/**
 * Returns the added constraint or index if it gets a change of its own. `unsettled` tells whether a column has its values only after the
 * data steps.
 */
export function asOnlineRule(
  context: DraftContext,
  difference: Difference,
  isUnsettled: (rule: RuleOnTable) => boolean,
): OnlineRule | undefined {
  if (difference.kind !== 'added' || !isRule(difference.object) || !isKnownTable(context, difference.object.table)) return undefined
  const rule = difference.object
  if (isNameTaken(context, rule) || isPartitioned(context, rule.table) || context.online.addRule(rule) === undefined) return undefined
  const isEarly = isAdmitted(context, 'expand', effectsOfDifference(difference, effectsAtStart(context))) && !isUnsettled(rule)
  return { rule, phase: isEarly ? 'expand' : 'contract' }
}

/** True if the name belongs to another rule until contract drops that one. */
function isNameTaken({ from, dialect }: DraftContext, { table, name }: RuleOnTable): boolean {
  // The indexes of PostgreSQL have one namespace for all tables.
  const objects = dialect === 'postgres' ? [...objectsOfState(from)] : tableGroup(from, table)
  return objects.some((object) => isRule(object) && object.name === name)
}

export function isRule(object: SchemaObject): object is RuleOnTable {
  return RULES.has(object.kind)
}

const RULES: ReadonlySet<string> = new Set(['primary-key', 'unique', 'check', 'foreign-key', 'index'])

/** PostgreSQL has no online procedure for the whole of a partitioned table. */
function isPartitioned({ to }: DraftContext, table: string): boolean {
  const group = to.groups.get(tableGroupKey(table))
  return [...(group?.values() ?? [])].some((object) => 'partitioning' in object && object.partitioning !== undefined)
}

// Foreign keys come last, because they need the keys of other tables.
const ORDER = ['index', 'unique', 'primary-key', 'check', 'foreign-key'] as const

export function inRuleOrder(rules: readonly OnlineRule[]): readonly OnlineRule[] {
  return rules.toSorted((a, b) => ORDER.indexOf(a.rule.kind) - ORDER.indexOf(b.rule.kind))
}

/** Writes the online procedure for a new constraint or index, in its phase. */
export function writeRuleChange(context: DraftContext, { rule, phase }: OnlineRule): DraftedChange {
  const added = context.online.addRule(rule)
  const file: DraftedFile = {
    kind: phase,
    ...(added?.isOutsideTransaction && { declarations: ['transaction off'] }),
    body: bodyOf(added?.statements ?? [], context.dialect),
  }
  const around = phase === 'expand' ? undoOf(context, rule) : correction(context, rule)
  return { slug: slugOf(rule.table, rule.kind === 'primary-key' ? 'primary-key' : rule.name), files: [...around, file] }
}

function undoOf({ write, to, dialect }: DraftContext, rule: RuleOnTable): readonly DraftedFile[] {
  const without = applyDifferences(to, [{ kind: 'removed', object: rule }])
  return [{ kind: 'expand.undo', body: bodyOf(write(to, without).statements, dialect) }]
}

/** The data step that corrects the rows which break the rule. Empty for an index without a rule on rows. */
function correction({ to, online }: DraftContext, rule: RuleOnTable): readonly DraftedFile[] {
  const [first, ...others] = preconditionsOfChange(undefined, rule, to)
  if (rule.kind === 'index' && !rule.unique) return []
  const name = formatObjectName(rule)
  const question = `Do rows of ${rule.table} break the new ${name}, or does the old version still write such rows? If so, write the statements that correct them here.${first ? ' The pending query counts the violations.' : ''}`
  const pending: readonly DraftedFile[] =
    first && others.length === 0 ? [{ kind: 'migrate.pending', body: `${online.render(first.count)};\n` }] : []
  return [{ kind: 'migrate', questions: [question], declarations: ['rerunnable'], body: '' }, ...pending]
}
