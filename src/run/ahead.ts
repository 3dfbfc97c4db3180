import type { Position } from '../state/planned.ts'
import { approveAhead } from '../work/border.ts'
import type { Work } from '../work/work.ts'
import { type Executor, knownBefore } from './apply.ts'

/** Checks scripts before their first statement is sent. Throws `statement.stranger` if one names an object that the shadow did not have. */
export async function refuseStrangersAhead(
  executor: Executor,
  works: readonly (readonly [work: Work, position: Position | undefined])[],
): Promise<void> {
  for (const [work, position] of works) if (position) await approveAhead(executor, work, knownBefore(work, position))
}
