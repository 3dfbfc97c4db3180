import { PHASES } from '../phase/phase.ts'

/** Where a shadow can be held: `start` is before expand, a phase is after it. */
export const STOPS = ['start', ...PHASES] as const
export type Stop = (typeof STOPS)[number]

/** `before expand of r2`, `after migrate of r2` */
export function stopName(stop: Stop, release: string): string {
  return stop === 'start' ? `before ${PHASES[0]} of ${release}` : `after ${stop} of ${release}`
}
