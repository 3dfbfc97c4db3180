import { InterphaseError, isError } from '../error.ts'
import type { OtherProject } from '../ledger/read.ts'
import type { History } from '../plan/history.ts'
import { type Progress, phaseIn } from '../plan/progress.ts'
import type { PlannedRelease } from '../project/recorded.ts'
import { type ConnectedProject, leniencyAt, remarkOnTexts, withOtherProjects } from '../run/connected-project.ts'
import { readWhole } from '../run/guard.ts'
import { neighboursOf, schemasRead } from '../run/neighbours.ts'
import { describeAll, describeMismatch } from '../schema/describe.ts'
import { type Leniency, mismatches } from '../schema/mismatch.ts'
import type { State } from '../schema/state.ts'
import { NOT_COMPARED, type SchemaComparison } from './schema-comparison.ts'

/** Compares the live schema with the planned state. Without recorded states, or with an inconsistent ledger, nothing is compared. */
export async function compareSchema(
  connected: ConnectedProject,
  progress: Progress,
  history: History | undefined,
): Promise<SchemaComparison> {
  if (progress.problems.length > 0) return NOT_COMPARED
  const last = progress.next?.release ?? connected.chain.releases.at(-1)
  if (!last) return NOT_COMPARED
  try {
    const planned = await connected.states.of(last.name)
    const expected = progress.next ? expectedNow(planned, progress) : planned.end
    if (!expected) return NOT_COMPARED
    remarkOnTexts(connected, planned.recorded.server, expected)
    const ledger = await withOtherProjects(connected, history)
    return await compareWhole(connected, expected, ledger.others, await leniencyAt(connected, planned.recorded.server, ledger))
  } catch (error) {
    if (isError(error, 'states.missing') || isError(error, 'states.stale')) return { ...NOT_COMPARED, problem: error }
    throw error
  }
}

async function compareWhole(
  connected: ConnectedProject,
  expected: State,
  others: readonly OtherProject[],
  leniency: Leniency,
): Promise<SchemaComparison> {
  const found = await readWhole(connected.session, connected.dialect.catalog, expected, leniency)
  const differences = describeAll(mismatches(expected, found, leniency), (one) =>
    describeMismatch(one, { before: 'planned', after: 'found' }),
  )
  const neighbours = await neighboursOf(connected, schemasRead([expected], leniency), others, { expected, found, leniency })
  if (differences.length === 0) return { schema: 'as planned', neighbours }
  return { schema: 'differs', neighbours, problem: new InterphaseError('schema.differs', { at: 'now', differences }) }
}

/**
 * Returns the planned state of the database. Undefined when a statement was sent and its result is unknown: only a run can determine
 * it.
 */
function expectedNow(planned: PlannedRelease, progress: Progress): State | undefined {
  const waiting = progress.next?.migrations[0]
  const position = planned.positions().find(({ migration }) => migration.id === waiting?.id)
  const run =
    progress.next &&
    phaseIn(progress, progress.next.release, progress.next.phase)?.migrations.find(({ migration }) => migration.id === waiting?.id)?.applied
      ?.run
  if (!position || run?.state !== 'running') return position?.before ?? planned.start
  if (run.cursor.sent) return undefined
  return run.cursor.next === 0 ? position.before : position.steps[run.cursor.next - 1]
}
