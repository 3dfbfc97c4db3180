import type { NextPhase } from '../../run/upgrade.ts'
import { formatCountWithNoun, formatDuration } from '../layout/text.ts'
import type { CompletedPhase } from '../reporter.ts'

/** Returns the text that a run prints at its end: one line for each completed phase, and the next command. */
export function formatRunResult(ran: readonly CompletedPhase[], next: NextPhase | undefined): string {
  const lines = ran.map(
    ({ release, phase, migrations, elapsedMs }) =>
      `${phase} of ${release}: ${formatCountWithNoun(migrations, 'migration')} done, ${formatDuration(elapsedMs)}.`,
  )
  return [...(lines.length > 0 ? lines : ['Nothing to do.']), nextText(next)].join('\n')
}

function nextText(next: NextPhase | undefined): string {
  if (!next) return 'Every release is contracted.'
  const { release, phase, migrations, promise } = next
  return `Next command: interphase ${phase}  (${formatCountWithNoun(migrations, 'migration')} of ${release})\n  ${promise}`
}
