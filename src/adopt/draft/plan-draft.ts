import { makeDependencyFinder } from '../../dialects/write-order.ts'
import {
  type Difference,
  differences,
  isDifferenceThatCounts,
  objectAfterDifference,
  objectBeforeDifference,
} from '../../schema/difference.ts'
import { formatObjectName, objectIdOf, type SchemaObject, type SchemaObjectId } from '../../schema/object.ts'
import { makeFirstDraftedChange, makeLastDraftedChange } from './bulk-changes.ts'
import { groupColumnDifferences, type MultiPhaseColumnDifference } from './column-cases.ts'
import { makeDraftedColumnChanges } from './column-changes.ts'
import { type DraftContext, objectsOfTable } from './draft-context.ts'
import type { DraftedChange, DraftedRelease } from './drafted-change.ts'
import { type DifferenceForContract, makeDifferenceForContract, splitDifferencesByPhase } from './late-differences.ts'
import {
  findOnlineConstraintOrIndex,
  makeDraftedChangeAddingConstraint,
  type OnlineConstraintOrIndex,
  sortConstraintsAndIndexesByKind,
} from './rule-changes.ts'

/**
 * Returns the changes of a release for the differences between two schemas. The first change adds the objects that the new
 * version needs. The last change removes the objects that only the old version needs. Between them, each column and each rule
 * that needs several phases has a separate change.
 */
export function planDraftedChanges(context: DraftContext): DraftedRelease {
  const all = differences(context.from, context.to).filter(isDifferenceThatCounts)
  const columns = groupColumnDifferences(context, all)
  const filled = new Set(columns.cases.flatMap(columnsFilledBy))
  const rules: OnlineConstraintOrIndex[] = []
  const others: Difference[] = []
  for (const one of all) {
    const rule = findOnlineConstraintOrIndex(context, one, ({ kind, table, ...facts }) =>
      ('columns' in facts ? facts.columns : kind === 'index' && 'keys' in facts ? facts.keys : []).some((name) =>
        filled.has(`${table}.${name}`),
      ),
    )
    if (rule) rules.push(rule)
    else if (!isColumnOfKnownTable(context, one)) others.push(one)
  }
  const sorted = splitDifferencesByPhase(context, [...others, ...columns.rest])
  const early = [...columns.early, ...sorted.early]
  const { kept, late } = moveUnsettled(
    context,
    early,
    [...sorted.late, ...columns.late.map((one) => makeDifferenceForContract(context, one))],
    {
      rules,
      cases: columns.cases,
    },
  )
  const additions = makeFirstDraftedChange(context, { early: kept, defaults: columns.defaults, questions: columns.questions })
  const removals = makeLastDraftedChange(context, late, kept)
  const changes: readonly DraftedChange[] = [
    ...additions.changes,
    ...columns.cases.flatMap((one) => makeDraftedColumnChanges(context, one)),
    ...sortConstraintsAndIndexesByKind(rules).map((rule) => makeDraftedChangeAddingConstraint(context, rule)),
    ...removals.changes,
  ]
  return { changes, unwritten: [...additions.unwritten, ...removals.unwritten] }
}

function isColumnOfKnownTable({ from, to }: DraftContext, difference: Difference): boolean {
  const object = objectBeforeDifference(difference)
  return object.kind === 'column' && [from, to].every((state) => objectsOfTable(state, object.table).length > 0)
}

/**
 * Returns the column into which the data step of a column change writes values, as a list with one name in the form
 * `table.column`.
 */
function columnsFilledBy(one: MultiPhaseColumnDifference): readonly string[] {
  const column = one.kind === 'filled' || one.kind === 'required' ? one.column : one.after
  return [`${column.table}.${column.name}`]
}

interface Settling {
  readonly rules: readonly OnlineConstraintOrIndex[]
  readonly cases: readonly MultiPhaseColumnDifference[]
}

/**
 * Moves new objects from expand to contract in two cases: the object depends on an object that contract creates or changes, or
 * contract first drops an object with the same name.
 */
function moveUnsettled(
  { to }: DraftContext,
  early: readonly Difference[],
  late: readonly DifferenceForContract[],
  { rules, cases }: Settling,
): { readonly kept: readonly Difference[]; readonly late: readonly DifferenceForContract[] } {
  const needs = makeDependencyFinder(to)
  const unsettled = new Map<SchemaObjectId, SchemaObject>()
  const isNew = ({ difference }: DifferenceForContract) => difference.kind !== 'removed'
  for (const one of late.filter(isNew)) put(unsettled, objectAfterDifference(one.difference))
  for (const { rule, phase } of rules) if (phase === 'contract') put(unsettled, rule)
  for (const one of cases) if (one.kind === 'renamed' || one.kind === 'retyped') put(unsettled, one.after)
  const taken = namesTakenBy(late)
  const kept = [...early]
  const moved: DifferenceForContract[] = []
  for (let found = true; found; ) {
    found = false
    for (const [index, difference] of kept.entries()) {
      if (difference.kind !== 'added' || PARTS_OF_TABLE.has(difference.object.kind)) continue
      const missing = needs(difference.object).map((id) => unsettled.get(id) ?? columnIn(unsettled, id, difference.object))
      const blocker = missing.find((one) => one !== undefined) ?? taken.get(relationName(difference.object))
      if (!blocker) continue
      const name = formatObjectName(difference.object)
      moved.push({
        difference,
        questions: [
          `The ${name} can only be created after the change of the ${formatObjectName(blocker)} in contract. Can the new version of the application work without the ${name} until then?`,
        ],
        declarations: ['despite adds because an object that it needs changes in contract'],
      })
      put(unsettled, difference.object)
      kept.splice(index, 1)
      found = true
      break
    }
  }
  return { kept, late: [...late, ...moved] }
}

const PARTS_OF_TABLE: ReadonlySet<string> = new Set(['table', 'column', 'primary-key'])

function put(objects: Map<SchemaObjectId, SchemaObject>, object: SchemaObject): void {
  objects.set(objectIdOf(object), object)
}

/**
 * Returns a column of the table `id` from `unsettled`, the objects that contract creates or changes. Returns undefined if the
 * dependent object is neither a view nor a function. On MySQL and MariaDB, the dependencies of a view contain only tables. The
 * view therefore counts as dependent on every changed column of these tables.
 */
function columnIn(
  unsettled: ReadonlyMap<SchemaObjectId, SchemaObject>,
  id: SchemaObjectId,
  { kind }: SchemaObject,
): SchemaObject | undefined {
  if (kind !== 'view' && kind !== 'function') return undefined
  const table = /^table:(.*)$/s.exec(id)?.[1]
  return [...unsettled.values()].find((object) => object.kind === 'column' && object.table === table)
}

/**
 * Returns the tables, views, sequences and indexes that contract drops, by their names. A new object with the same name can be
 * created only in contract.
 */
function namesTakenBy(late: readonly DifferenceForContract[]): ReadonlyMap<string, SchemaObject> {
  const removed = late.flatMap(({ difference }) => (difference.kind === 'removed' ? [difference.object] : []))
  return new Map(removed.filter((object) => relationName(object) !== '').map((object) => [relationName(object), object]))
}

function relationName(object: SchemaObject): string {
  switch (object.kind) {
    case 'table':
    case 'view':
    case 'sequence':
      return object.name
    case 'index':
      return `index ${object.name}`
    default:
      return ''
  }
}
