import type { Adopted } from '../../adopt/adopt.ts'
import { count } from './text.ts'

/** What adopting found. */
export function adoptedText({ through, done }: Adopted): string {
  return [
    `The database is at ${through}; ${count(done.length, 'migration')} ${done.length === 1 ? 'counts' : 'count'} as done.`,
    'What is next: interphase status',
  ].join('\n')
}
