import type { PlannedPosition } from '../state/planned.ts'
import { approveScriptBeforeRun } from '../work/border.ts'
import type { MigrationWork } from '../work/work.ts'
import { type MigrationExecutor, makePlannedStateLookup } from './apply.ts'

/**
 * Compares the statements of the SQL files of a phase with the planned states before the first statement is sent. Throws
 * `statement.stranger` if a file names an object of the database that does not belong to the project.
 */
export async function refuseOutsideObjectsBeforeRun(
  executor: Pick<MigrationExecutor, 'session' | 'border'>,
  works: readonly (readonly [work: MigrationWork, position: PlannedPosition | undefined])[],
): Promise<void> {
  for (const [work, position] of works) if (position) await approveScriptBeforeRun(executor, work, makePlannedStateLookup(work, position))
}
