import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { ReleasePlan } from './plan.ts'

/**
 * The point at which a run ends: after the release `to`, or after the phase `phase` of the release `to`. With `phase` alone, the
 * run ends before the first later phase that still has migrations to run. A run without an end point continues until no migration
 * waits.
 */
export interface RunEndPoint {
  readonly phase?: PhaseName
  readonly to?: string
}

/**
 * Returns the plans of the unfinished releases up to the end point of the run. The last plan contains no phases after the end
 * point. Returns no plans if the release `to` is not among the unfinished releases.
 */
export function cutPlansAtEndPoint(plans: readonly ReleasePlan[], { phase, to }: RunEndPoint): readonly ReleasePlan[] {
  if (to !== undefined && !plans.some(({ release }) => release === to)) return []
  const within: ReleasePlan[] = []
  for (const plan of plans) {
    const isLast = plan.release === to || (to === undefined && phase !== undefined)
    within.push(isLast && phase !== undefined ? { ...plan, phases: plan.phases.filter((one) => !isLater(one.phase, phase)) } : plan)
    if (plan.release === to || (to === undefined && leavesWork(plan, phase))) break
  }
  return within
}

/**
 * Returns true if a phase of the release after the phase `phase` still has migrations to run. In this case, the run ends before
 * the later phase.
 */
function leavesWork({ phases }: ReleasePlan, phase: PhaseName | undefined): boolean {
  if (phase === undefined) return false
  return phases.some((one) => isLater(one.phase, phase) && one.migrations.some(({ state }) => state !== 'done'))
}

function isLater(phase: PhaseName, than: PhaseName): boolean {
  return PHASES.indexOf(phase) > PHASES.indexOf(than)
}
