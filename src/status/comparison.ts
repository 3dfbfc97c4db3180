import { InterphaseError, isError } from '../error.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { type ChainProgress, findPhaseProgress } from '../plan/progress.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import {
  type ConnectedProject,
  determineSchemaComparisonSettings,
  readLedgerForComparison,
  remarkOnUncomparedTexts,
} from '../run/connected-project.ts'
import { readProjectSchema } from '../run/guard.ts'
import { listNeighbours, schemasToReadFromDatabase } from '../run/neighbours.ts'
import { describeDifferences, describeObjectMismatch } from '../schema/describe.ts'
import type { Difference } from '../schema/difference.ts'
import { findSchemaMismatches, type SchemaComparisonSettings } from '../schema/mismatch.ts'
import type { NeighbourObject } from '../schema/neighbour.ts'
import type { SchemaState } from '../schema/state.ts'
import { SCHEMA_NOT_COMPARED, type SchemaComparisonResult } from './schema-comparison.ts'

/**
 * Compares the live schema with the planned state, for a report. The result is `not compared` if the ledger contradicts the
 * files, if recorded states are missing or stale, or if the engine does not know the outcome of a sent statement.
 */
export async function compareLiveSchemaForReport(
  connected: ConnectedProject,
  progress: ChainProgress,
  history: LedgerHistory | undefined,
): Promise<SchemaComparisonResult> {
  if (progress.problems.length > 0) return SCHEMA_NOT_COMPARED
  try {
    const compared = await compareLiveWithPlannedSchema(connected, progress, history)
    if (!compared) return SCHEMA_NOT_COMPARED
    const { neighbours, remark } = compared
    const more = { neighbours, ...(remark !== undefined && { remark }) }
    const differences = describeDifferences(compared.mismatches, (one) =>
      describeObjectMismatch(one, { before: 'planned', after: 'found' }),
    )
    if (differences.length === 0) return { schema: 'as planned', ...more }
    return { schema: 'differs', ...more, problem: new InterphaseError('schema.differs', { at: 'now', differences }) }
  } catch (error) {
    if (isError(error, 'states.missing') || isError(error, 'states.stale')) return { ...SCHEMA_NOT_COMPARED, problem: error }
    throw error
  }
}

/**
 * The result of a comparison: the planned schema, the live schema, and the differences between them that the settings do not
 * ignore.
 */
export interface ComparedSchemas {
  readonly expected: SchemaState
  readonly found: SchemaState
  readonly leniency: SchemaComparisonSettings
  readonly mismatches: readonly Difference[]
  readonly neighbours: readonly NeighbourObject[]
  /** A sentence about the parts of the schema that were not compared, with the reason. */
  readonly remark?: string
}

/**
 * Reads the whole live schema, and compares it with the planned state. Returns undefined if the chain has no release, or if the
 * engine does not know the outcome of a sent statement. Throws `states.missing` and `states.stale`.
 */
export async function compareLiveWithPlannedSchema(
  connected: ConnectedProject,
  progress: ChainProgress,
  history: LedgerHistory | undefined,
): Promise<ComparedSchemas | undefined> {
  const last = progress.next?.release ?? connected.chain.releases.at(-1)
  if (!last) return undefined
  const planned = await connected.states.of(last.name)
  const expected = progress.next ? expectedNow(planned, progress) : planned.end
  if (!expected) return undefined
  const remark = remarkOnUncomparedTexts(connected, planned.recorded.server, expected)
  const ledger = await readLedgerForComparison(connected, history)
  const leniency = await determineSchemaComparisonSettings(connected, planned.recorded.server, ledger)
  const found = await readProjectSchema(connected.session, connected.dialect.catalog, expected, leniency)
  const schemas = schemasToReadFromDatabase([expected], leniency)
  const neighbours = await listNeighbours(connected, schemas, ledger.others, { expected, found, leniency })
  return {
    expected,
    found,
    leniency,
    mismatches: findSchemaMismatches(expected, found, leniency),
    neighbours,
    ...(remark !== undefined && { remark }),
  }
}

/**
 * Returns the planned state of the database. Returns undefined if the engine does not know the outcome of a sent statement,
 * because only a run can determine the outcome.
 */
function expectedNow(planned: ReleaseWithStates, progress: ChainProgress): SchemaState | undefined {
  const waiting = progress.next?.migrations[0]
  const position = planned.positions().find(({ migration }) => migration.id === waiting?.id)
  const run =
    progress.next &&
    findPhaseProgress(progress, progress.next.release, progress.next.phase)?.migrations.find(
      ({ migration }) => migration.id === waiting?.id,
    )?.applied?.run
  if (!position || run?.state !== 'running') return position?.before ?? planned.start
  if (run.cursor.kind === 'batch') return position.before
  if (run.cursor.sent) return undefined
  return run.cursor.next === 0 ? position.before : position.steps[run.cursor.next - 1]
}
