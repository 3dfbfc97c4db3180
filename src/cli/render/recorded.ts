import type { RecordedDialect } from '../../engine.ts'
import { formatCountWithNoun } from '../layout/text.ts'

/** Returns the text that `interphase record` prints: one line for each dialect. */
export function formatRecordingResult(dialects: readonly RecordedDialect[]): string {
  return dialects
    .map(({ dialect, releases }) => {
      const made = releases.filter(({ fresh }) => !fresh).length
      if (releases.length === 0) return `${dialect}: there are no releases.`
      const kept = releases.length - made
      const known =
        kept === 1 ? '1 release was recorded before and has not changed' : `${kept} releases were recorded before and have not changed`
      return `${dialect}: ${made === 0 ? 'nothing to record' : `${formatCountWithNoun(made, 'release')} recorded`}${kept > 0 ? `; ${known}` : ''}.`
    })
    .join('\n')
}
