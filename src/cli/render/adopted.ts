import type { AdoptionResult } from '../../adopt/adopt.ts'
import { count, neighboursLine } from './text.ts'

/** The text that `interphase adopt` prints. */
export function adoptedText({ through, done, neighbours }: AdoptionResult): string {
  return [
    `The database is at ${through}; ${count(done.length, 'migration')} ${done.length === 1 ? 'counts' : 'count'} as done.`,
    ...(neighbours.length > 0 ? [`Other objects, which interphase does not touch: ${neighboursLine(neighbours)}.`] : []),
    'Next command: interphase status',
  ].join('\n')
}
