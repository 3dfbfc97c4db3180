import type { Adopted } from '../../adopt/adopt.ts'
import { count, neighboursLine } from './text.ts'

/** What adopting found. */
export function adoptedText({ through, done, neighbours }: Adopted): string {
  return [
    `The database is at ${through}; ${count(done.length, 'migration')} ${done.length === 1 ? 'counts' : 'count'} as done.`,
    ...(neighbours.length > 0 ? [`Not of this project, and left as they are: ${neighboursLine(neighbours)}.`] : []),
    'What is next: interphase status',
  ].join('\n')
}
