import type { AdoptionResult } from '../../adopt/adopt.ts'
import { formatCount, formatNeighbours } from './text.ts'

/** The text that `interphase adopt` prints. */
export function formatAdoption({ through, done, neighbours }: AdoptionResult): string {
  return [
    `The database is at ${through}; ${formatCount(done.length, 'migration')} ${done.length === 1 ? 'counts' : 'count'} as done.`,
    ...(neighbours.length > 0 ? [`Other objects, which interphase does not touch: ${formatNeighbours(neighbours)}.`] : []),
    'Next command: interphase status',
  ].join('\n')
}
