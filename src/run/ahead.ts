import type { PlannedPosition } from '../state/planned.ts'
import { approveAhead } from '../work/border.ts'
import type { Work } from '../work/work.ts'
import { type Executor, knownBefore } from './apply.ts'

/**
 * Checks the SQL files of a phase before their first statement is sent. Throws `statement.stranger` if a file names an object of the
 * database that does not belong to the project.
 */
export async function refuseOutsideObjectsBeforeRun(
  executor: Executor,
  works: readonly (readonly [work: Work, position: PlannedPosition | undefined])[],
): Promise<void> {
  for (const [work, position] of works) if (position) await approveAhead(executor, work, knownBefore(work, position))
}
