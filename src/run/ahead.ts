import type { PlannedMigrationPosition } from '../state/planned.ts'
import { checkScriptBeforeRun } from '../work/border.ts'
import type { MigrationWork } from '../work/work.ts'
import { type MigrationExecutionContext, makePlannedStateLookup } from './apply.ts'

/**
 * Checks the SQL files of a phase before the run sends the first statement. Throws `statement.stranger` if a statement names an
 * object that exists in the database and not in the planned state, because the object then belongs to another application.
 */
export async function refuseOutsideObjectsBeforeRun(
  executor: Pick<MigrationExecutionContext, 'session' | 'border'>,
  works: readonly (readonly [work: MigrationWork, position: PlannedMigrationPosition | undefined])[],
): Promise<void> {
  const [first] = works.flatMap(([work, position]) => (position ? [makePlannedStateLookup(work, position)(0)] : []))
  for (const [work, position] of works)
    if (position) await checkScriptBeforeRun(executor, work, makePlannedStateLookup(work, position), first)
}
