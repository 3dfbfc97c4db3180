import type { SquashResult } from '../../adopt/squash/squash.ts'
import { formatCountWithNoun } from '../layout/text.ts'

/** Returns the text that the command `interphase squash` prints. */
export function formatSquashResult({ release, replaced, files }: SquashResult): string {
  const [directory = '', ...written] = files
  return [
    `${release} now replaces ${formatCountWithNoun(replaced.length, 'release')}: ${replaced.join(', ')}. The new release and the old releases end in the same schema and rows.`,
    'Written:',
    ...written.map((file) => `  ${file}`),
    `The old files are in ${directory}. Keep this directory until ${release} is done in every database.`,
    'Next command: interphase check. Then commit the changes.',
  ].join('\n')
}
