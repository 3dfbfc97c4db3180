import { PHASES } from '../phase/phase.ts'

/**
 * The points of a release at which `interphase rehearse --at` can stop. `start` is the point before expand, and a phase name is the
 * point after that phase.
 */
export const HOLD_POINTS = ['start', ...PHASES] as const
export type HoldPoint = (typeof HOLD_POINTS)[number]

/** The name of the point for messages: `before expand of r2`, `after migrate of r2`. */
export function holdPointName(stop: HoldPoint, release: string): string {
  return stop === 'start' ? `before ${PHASES[0]} of ${release}` : `after ${stop} of ${release}`
}
