import { PHASES } from '../phase/phase.ts'

/**
 * The points of a release at which `interphase rehearse --at` can stop. `start` is the point before expand, and a phase name is the
 * point after that phase.
 */
export const REHEARSAL_STOPS = ['start', ...PHASES] as const
export type RehearsalStop = (typeof REHEARSAL_STOPS)[number]

/** The name of the point for messages: `before expand of r2`, `after migrate of r2`. */
export function formatRehearsalStop(stop: RehearsalStop, release: string): string {
  return stop === 'start' ? `before ${PHASES[0]} of ${release}` : `after ${stop} of ${release}`
}
