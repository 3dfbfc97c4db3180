import type { CatalogReader, DatabaseSession } from '../dialect/dialect.ts'
import { isDataStep } from '../release/migration.ts'
import { describeDifferences, describeObjectMismatch } from '../schema/describe.ts'
import { applyDifferences, type Difference, groupKeysOfDifference, objectBeforeDifference } from '../schema/difference.ts'
import { findSchemaMismatches, type SchemaComparisonSettings, schemaComparisonSettingsForPartsOf } from '../schema/mismatch.ts'
import { type IndexObject, objectIdOf, type SchemaGroupKey } from '../schema/object.ts'
import { objectsOfState, type SchemaState, selectGroupsOfState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import { areStatementsKnownBeforeRun, canStepCommitPartly } from './kinds.ts'
import type { MigrationWork } from './work.ts'

/**
 * The outcome of a statement that was sent, as the live schema shows it. `no trace` means that the statement does not change the
 * schema, so the schema does not show the outcome.
 */
export type StatementOutcome = 'not done' | 'done' | 'no trace' | { readonly differs: readonly string[] }

/**
 * The session and the catalog reader for a comparison of the live schema with a recorded state. `leniency` returns which
 * differences the comparison ignores.
 */
export interface StatementOutcomeContext {
  readonly session: DatabaseSession
  readonly catalog: CatalogReader
  readonly leniency: () => Promise<SchemaComparisonSettings>
  /**
   * True if the command must not change the database. Such a command treats an invalid index of an interrupted statement as if the
   * index were dropped. Any other command drops the invalid index in `determineStatementOutcome`.
   */
  readonly isReadOnly?: true
}

/**
 * Determines if the server executed a statement, by comparing the live schema with the recorded states before and after the
 * statement. The function first drops an invalid index that the statement was building, so that the schema can equal the state
 * before the statement.
 */
export async function determineStatementOutcome(
  at: StatementOutcomeContext,
  position: PlannedMigrationPosition,
  index: number,
): Promise<StatementOutcome> {
  const before = index === 0 ? position.before : position.steps[index - 1]
  const after = position.steps[index]
  if (!before || !after) return 'no trace'
  const groups = groupsBetween(position, index)
  const found = await readSwept(at, groups, after)
  const leniency = schemaComparisonSettingsForPartsOf(after, await at.leniency())
  const own = (position.migration.phased[index] ?? []).flatMap(groupKeysOfDifference)
  const ours = new Set((position.migration.phased[index] ?? []).map((one) => objectIdOf(objectBeforeDifference(one))))
  const others = groups.filter((group) => !own.includes(group))
  // Other programs, such as scheduled jobs, can add and drop partitions at any time. The function therefore ignores added and
  // dropped partitions, except in the groups that the statement itself changes.
  const compare = (state: SchemaState) => [
    ...findSchemaMismatches(selectGroupsOfState(state, others), selectGroupsOfState(found, others), { ...leniency, ours }),
    ...findSchemaMismatches(selectGroupsOfState(state, own), selectGroupsOfState(found, own), { ...leniency, ours, partitions: 'compare' }),
  ]
  const [fromBefore, fromAfter] = [compare(before), compare(after)]
  if (fromBefore.length === 0) return fromAfter.length === 0 ? 'no trace' : 'not done'
  if (fromAfter.length === 0) return 'done'
  return { differs: describeDifferences(fromBefore, (one) => describeObjectMismatch(one, { before: 'planned before it', after: 'found' })) }
}

/**
 * Returns true if the interrupted statement can have committed changes of rows. A comparison of schemas does not show changes of
 * rows.
 */
export function mayHaveCommittedRows(work: MigrationWork, position: PlannedMigrationPosition, index: number): boolean {
  if (!canStepCommitPartly(work, index) || work.path !== 'stepwise') return false
  // The function of a data step can write rows on a target database even if it wrote none on the shadow, because the target
  // database has more rows.
  return position.migration.wrote || (!areStatementsKnownBeforeRun(work) && isDataStep(work.migration))
}

function groupsBetween(position: PlannedMigrationPosition, index: number): readonly SchemaGroupKey[] {
  return [...new Set([...position.guarded, ...(position.migration.phased[index] ?? []).flatMap(groupKeysOfDifference)])]
}

async function readSwept(at: StatementOutcomeContext, groups: readonly SchemaGroupKey[], after: SchemaState): Promise<SchemaState> {
  const { state } = await at.catalog.read(at.session, groups)
  const broken = [...objectsOfState(state)].filter((object): object is IndexObject => object.kind === 'index' && object.invalid === true)
  const ours = broken.filter((index) => wanted(after, index))
  if (at.isReadOnly)
    return applyDifferences(
      state,
      ours.map((object): Difference => ({ kind: 'removed', object })),
    )
  for (const index of ours) await at.catalog.dropInvalidIndex(at.session, index)
  return ours.length === 0 ? state : (await at.catalog.read(at.session, groups)).state
}

/** Returns true if the planned state contains a valid index with the same name and table as `index`. */
function wanted(after: SchemaState, index: IndexObject): boolean {
  return [...objectsOfState(after)].some(
    (object) => object.kind === 'index' && object.table === index.table && object.name === index.name && !object.invalid,
  )
}
