import { PHASES } from '../phase/phase.ts'

/**
 * The points of a release at which `interphase rehearse --at` can stop. `start` is the point before expand. The name of a phase
 * stands for the point after this phase.
 */
export const REHEARSAL_STOPS = ['start', ...PHASES] as const
export type RehearsalStop = (typeof REHEARSAL_STOPS)[number]

/**
 * Returns the name of a point at which a rehearsal can stop, for messages, such as `before expand of r2` or `after migrate of
 * r2`.
 */
export function formatRehearsalStop(stop: RehearsalStop, release: string): string {
  return stop === 'start' ? `before ${PHASES[0]} of ${release}` : `after ${stop} of ${release}`
}
