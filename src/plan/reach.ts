import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { Plan } from './plan.ts'

/** How far a run is to go: up to this phase of this release, both included; as far as there is work where absent. */
export interface Reach {
  readonly phase?: PhaseName
  readonly to?: string
}

/** Of the plans that are still to be run, in order, what a run of this reach executes. */
export function withinReach(plans: readonly Plan[], { phase, to }: Reach): readonly Plan[] {
  if (to !== undefined && !plans.some(({ release }) => release === to)) return []
  const within: Plan[] = []
  for (const plan of plans) {
    const isLast = plan.release === to || (to === undefined && phase !== undefined)
    within.push(isLast && phase !== undefined ? { ...plan, phases: plan.phases.filter((one) => !isLater(one.phase, phase)) } : plan)
    if (plan.release === to || (to === undefined && leavesWork(plan, phase))) break
  }
  return within
}

/** A later phase of the release has work to do, so the run ends before it. */
function leavesWork({ phases }: Plan, phase: PhaseName | undefined): boolean {
  if (phase === undefined) return false
  return phases.some((one) => isLater(one.phase, phase) && one.migrations.some(({ state }) => state !== 'done'))
}

function isLater(phase: PhaseName, than: PhaseName): boolean {
  return PHASES.indexOf(phase) > PHASES.indexOf(than)
}
