import type { Event } from '../../event.ts'
import { duration } from './text.ts'

/** What is at work right now. The times are those of one clock. */
export interface InHand {
  readonly what: string
  readonly since: number
  readonly detail?: string
  /** When a pause ends, and it goes on. */
  readonly until?: number
}

type Begins = { readonly [T in Event['type']]?: (event: Extract<Event, { type: T }>) => string }
type Detail = Pick<InHand, 'detail' | 'until'>
type Details = { readonly [T in Event['type']]?: (event: Extract<Event, { type: T }>, before: InHand, now: number) => Detail }

/** Work that may take long, by the event with which it begins. */
const BEGINS: Begins = {
  'lock-waiting': () => 'waiting for the lock',
  'migration-started': ({ migration, index, of }) => `${index + 1} of ${of}  ${migration}`,
  'release-recording': ({ release, dialect }) => `recording ${release} on ${dialect}`,
  'release-rehearsing': ({ release, dialect }) => `rehearsing ${release} on ${dialect}`,
}

/** What is more to say of it, until the next detail. */
const DETAILS: Details = {
  // The only statement of a migration is not counted; what is known of it goes on.
  'statement-started': ({ statement, of }, { detail }) =>
    of > 1 ? { detail: `statement ${statement + 1} of ${of}` } : { ...(detail !== undefined && { detail }) },
  'lock-timeout': ({ attempt, of, retryInMs }, _, now) => ({ detail: `attempt ${attempt + 1} of ${of}`, until: now + retryInMs }),
}

const ENDS: ReadonlySet<Event['type']> = new Set<Event['type']>([
  'lock-taken',
  'migration-done',
  'phase-done',
  'undo-done',
  'release-recorded',
  'release-rehearsed',
  'shadow-ready',
  'shadow-kept',
])

/** What is in hand after an event, when `before` was in hand until then. */
export function inHandAfter<T extends Event['type']>(
  event: Extract<Event, { type: T }>,
  before: InHand | undefined,
  now: number,
): InHand | undefined {
  const begins: ((event: Extract<Event, { type: T }>) => string) | undefined = BEGINS[event.type]
  if (begins) return { what: begins(event), since: now }
  if (!before || ENDS.has(event.type)) return undefined
  const details: ((event: Extract<Event, { type: T }>, before: InHand, now: number) => Detail) | undefined = DETAILS[event.type]
  return details ? { what: before.what, since: before.since, ...details(event, before, now) } : before
}

/** `1 of 2  2-merge/010-timestamp.migrate, statement 2 of 3, 12 s` */
export function inHandText({ what, since, detail, until }: InHand, now: number): string {
  const time = until === undefined || until <= now ? wholeSeconds(now - since) : `in ${wholeSeconds(until - now)}`
  const parts = until === undefined || until <= now ? [what, detail, time] : [what, `${detail} ${time}`]
  return parts.filter((part) => part !== undefined).join(', ')
}

function wholeSeconds(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1000)} s` : duration(ms)
}
