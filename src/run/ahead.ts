import type { Position } from '../state/planned.ts'
import { approveAhead } from '../work/border.ts'
import type { Work } from '../work/work.ts'
import { type Executor, knownBefore } from './apply.ts'

/** Throws `statement.stranger` for a script that would find something else here than on the shadow, before anything is sent. */
export async function lookAhead(
  executor: Executor,
  works: readonly (readonly [work: Work, position: Position | undefined])[],
): Promise<void> {
  for (const [work, position] of works) if (position) await approveAhead(executor, work, knownBefore(work, position))
}
