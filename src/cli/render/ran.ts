import type { PhaseResult } from '../reporter.ts'
import { count, duration } from './text.ts'

/** The text that a run prints at its end: one line for each phase. */
export function ranText(ran: readonly PhaseResult[]): string {
  if (ran.length === 0) return 'Nothing to do.'
  const lines = ran.map(
    ({ release, phase, migrations, elapsedMs }) =>
      `${phase} of ${release}: ${count(migrations, 'migration')} done, ${duration(elapsedMs)}.`,
  )
  return [...lines, 'Next command: interphase status'].join('\n')
}
