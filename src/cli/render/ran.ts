import { formatCount, formatDuration } from '../layout/text.ts'
import type { CompletedPhase } from '../reporter.ts'

/** Returns the text that a run prints at its end: one line for each completed phase. */
export function formatRunResult(ran: readonly CompletedPhase[]): string {
  if (ran.length === 0) return 'Nothing to do.'
  const lines = ran.map(
    ({ release, phase, migrations, elapsedMs }) =>
      `${phase} of ${release}: ${formatCount(migrations, 'migration')} done, ${formatDuration(elapsedMs)}.`,
  )
  return [...lines, 'Next command: interphase status'].join('\n')
}
