import type { CatalogReader, DatabaseSession } from '../dialect/dialect.ts'
import { isDataStep } from '../release/migration.ts'
import { describeDifferences, describeMismatch } from '../schema/describe.ts'
import { applyDifferences, type Difference, groupsOfDifference, objectOfDifference } from '../schema/difference.ts'
import { type ComparisonLeniency, findSchemaMismatches, leniencyForPartsOf } from '../schema/mismatch.ts'
import { type IndexObject, objectIdOf, type SchemaGroupKey } from '../schema/object.ts'
import { keepGroups, objectsOfState, type SchemaState } from '../schema/state.ts'
import type { PlannedPosition } from '../state/planned.ts'
import { areStatementsKnownBeforeRun, canStepCommitPartly } from './kinds.ts'
import type { MigrationWork } from './work.ts'

/** The outcome of a statement that was sent, according to the schema. `no trace`: the statement does not change the schema. */
export type StatementOutcome = 'not done' | 'done' | 'no trace' | { readonly differs: readonly string[] }

/** The session, and everything that is needed to compare its schema with a recorded state. */
export interface StatementOutcomeContext {
  readonly session: DatabaseSession
  readonly catalog: CatalogReader
  readonly leniency: () => Promise<ComparisonLeniency>
  /** True for a command that only reads. An invalid index that `determineStatementOutcome` would drop is then treated as dropped. */
  readonly looksOnly?: true
}

/**
 * Determines the outcome of a statement by comparing the schema of the target database with the recorded states before and after the
 * statement. Drops an invalid index that the statement was building first, so that the schema equals the state before it.
 */
export async function determineStatementOutcome(
  at: StatementOutcomeContext,
  position: PlannedPosition,
  index: number,
): Promise<StatementOutcome> {
  const before = index === 0 ? position.before : position.steps[index - 1]
  const after = position.steps[index]
  if (!before || !after) return 'no trace'
  const groups = groupsBetween(position, index)
  const found = await readSwept(at, groups, after)
  const leniency = leniencyForPartsOf(after, await at.leniency())
  const own = (position.migration.phased[index] ?? []).flatMap(groupsOfDifference)
  const ours = new Set((position.migration.phased[index] ?? []).map((one) => objectIdOf(objectOfDifference(one))))
  const others = groups.filter((group) => !own.includes(group))
  // Other programs, such as scheduled jobs, may add and remove partitions. Partitions therefore count only in the groups that this
  // statement itself changes.
  const compare = (state: SchemaState) => [
    ...findSchemaMismatches(keepGroups(state, others), keepGroups(found, others), { ...leniency, ours }),
    ...findSchemaMismatches(keepGroups(state, own), keepGroups(found, own), { ...leniency, ours, partitions: 'compare' }),
  ]
  const [fromBefore, fromAfter] = [compare(before), compare(after)]
  if (fromBefore.length === 0) return fromAfter.length === 0 ? 'no trace' : 'not done'
  if (fromAfter.length === 0) return 'done'
  return { differs: describeDifferences(fromBefore, (one) => describeMismatch(one, { before: 'planned before it', after: 'found' })) }
}

/** True if the statement can have committed row changes, which a comparison of schemas does not show. */
export function mayHaveCommittedRows(work: MigrationWork, position: PlannedPosition, index: number): boolean {
  if (!canStepCommitPartly(work, index) || work.path !== 'stepwise') return false
  // The function of a data step that wrote no rows on the shadow may write rows on a database that has some.
  return position.migration.wrote || (!areStatementsKnownBeforeRun(work) && isDataStep(work.migration))
}

function groupsBetween(position: PlannedPosition, index: number): readonly SchemaGroupKey[] {
  return [...new Set([...position.guarded, ...(position.migration.phased[index] ?? []).flatMap(groupsOfDifference)])]
}

async function readSwept(at: StatementOutcomeContext, groups: readonly SchemaGroupKey[], after: SchemaState): Promise<SchemaState> {
  const { state } = await at.catalog.read(at.session, groups)
  const broken = [...objectsOfState(state)].filter((object): object is IndexObject => object.kind === 'index' && object.invalid === true)
  const ours = broken.filter((index) => wanted(after, index))
  if (at.looksOnly)
    return applyDifferences(
      state,
      ours.map((object): Difference => ({ kind: 'removed', object })),
    )
  for (const index of ours) await at.catalog.sweep(at.session, index)
  return ours.length === 0 ? state : (await at.catalog.read(at.session, groups)).state
}

/** True if the planned state has a valid index of this name on this table. */
function wanted(after: SchemaState, index: IndexObject): boolean {
  return [...objectsOfState(after)].some(
    (object) => object.kind === 'index' && object.table === index.table && object.name === index.name && !object.invalid,
  )
}
