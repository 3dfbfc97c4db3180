import { InterphaseError, isError } from '../error.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { type ChainProgress, findPhaseProgress } from '../plan/progress.ts'
import type { Release } from '../release/migration.ts'
import { refuseOutsideObjectsBeforeRun } from '../run/ahead.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import type { PreparedRelease } from '../run/job.ts'
import { prepareRelease } from '../run/plans.ts'

/** The next phase of a project, and the current release if its plan has already been made. */
interface NextPhase {
  readonly connected: ConnectedProject
  readonly progress: ChainProgress
  readonly history: LedgerHistory | undefined
  readonly current: PreparedRelease | undefined
  readonly release: Release
  readonly phase: PhaseName
}

/**
 * Checks if the SQL files of the next phase name objects outside the project, as a run does before its first statement. `problems`
 * contains the error that the run would throw for such an object. `prepared` is the plan of the release, which the caller needs for
 * the gates. Most other errors are ignored, because the gates report them.
 */
export async function checkOutsideObjects(next: NextPhase): Promise<{
  readonly prepared: PreparedRelease | undefined
  readonly problems: readonly InterphaseError[]
}> {
  const { connected, history, release } = next
  let prepared = next.current
  try {
    prepared ??= await prepareRelease(connected, await connected.states.of(release.name), history)
    await refuseOutsideObjects(next, prepared)
  } catch (error) {
    if (isError(error, 'statement.stranger')) return { prepared, problems: [error] }
    if (connected.session.lost.aborted || !(error instanceof InterphaseError) || isError(error, 'statement.lock-timeout')) throw error
  }
  return { prepared, problems: [] }
}

async function refuseOutsideObjects(
  { connected, progress, release, phase }: NextPhase,
  { planned, works }: PreparedRelease,
): Promise<void> {
  const { session, dialect } = connected
  const positions = new Map(planned.positions().map((position) => [position.migration.id, position]))
  const waiting = (findPhaseProgress(progress, release, phase)?.migrations ?? []).filter(({ applied }) => applied === undefined)
  await refuseOutsideObjectsBeforeRun(
    { session, border: dialect.border },
    waiting.flatMap(({ migration: { id } }) => {
      const work = works.get(id)
      return work ? [[work, positions.get(id)] as const] : []
    }),
  )
}
