import type { Event } from '../../event.ts'
import { formatDuration } from '../layout/text.ts'

/**
 * The work that the live line shows. The live line is a line of the terminal that later output overwrites. All times are
 * milliseconds of `Clock.elapsedMs`.
 */
export interface WorkInProgress {
  readonly what: string
  readonly since: number
  readonly detail?: string
  /** The time at which the pause between two attempts of a migration ends. */
  readonly until?: number
}

type Begins = { readonly [T in Event['type']]?: (event: Extract<Event, { type: T }>) => string }
type Detail = Pick<WorkInProgress, 'detail' | 'until'>
type Details = { readonly [T in Event['type']]?: (event: Extract<Event, { type: T }>, before: WorkInProgress, now: number) => Detail }

/** The functions that return the name of long work, by the type of the event that begins the work. */
const BEGINS: Begins = {
  'lock-waiting': () => 'waiting for the lock',
  'gates-waiting': ({ phase, release }) => `waiting for the gates of ${phase} of ${release}`,
  'migration-started': ({ migration, index, of }) => `${index + 1} of ${of}  ${migration}`,
  'batches-resumed': ({ migration }) => migration,
  'batches-joined': ({ migration }) => migration,
  'release-recording': ({ release, dialect }) => `recording ${release} on ${dialect}`,
  'release-rehearsing': ({ release, dialect }) => `rehearsing ${release} on ${dialect}`,
}

/**
 * The functions that return a detail of the current work, by the type of the event. The live line shows the detail until the next
 * detail.
 */
const DETAILS: Details = {
  // A migration with one statement needs no statement number, so the live line keeps the previous detail.
  'statement-started': ({ statement, of }, { detail }) =>
    of > 1 ? { detail: `statement ${statement + 1} of ${of}` } : { ...(detail !== undefined && { detail }) },
  'batch-done': (done) => ({ detail: batchDetail(done) }),
  'batches-waiting': ({ because }) => ({ detail: `waits: ${because}` }),
  'batches-released': () => ({}),
  'range-verified': ({ rows, of }) => ({
    detail: `verifies ${of === undefined ? `${rows.toLocaleString('en')} rows` : `${Math.min(99, Math.floor((100 * rows) / Math.max(of, 1)))} %`}`,
  }),
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

/**
 * Returns the progress of a data step in batches, such as `41 %, 8,200,000 of about 20,000,000 rows, 95,000 rows/s, 2 min 4 s
 * left, batches of 47,500`.
 */
function batchDetail({ rows, of, rate, etaMs, size }: Extract<Event, { type: 'batch-done' }>): string {
  const walked = rows.toLocaleString('en')
  const share = of === undefined || of === 0 ? undefined : `${Math.min(99, Math.floor((100 * rows) / of))} %`
  const all = of === undefined ? `${walked} rows` : `${walked} of about ${of.toLocaleString('en')} rows`
  const left = etaMs === undefined ? undefined : `${formatDuration(etaMs)} left`
  const parts = [share, all, `${rate.toLocaleString('en')} rows/s`, left, `batches of ${size.toLocaleString('en')}`]
  return parts.filter((part) => part !== undefined).join(', ')
}

/**
 * Returns the current work after an event. `before` is the work before the event. Returns undefined if the event ends the work, or
 * if there was no work before the event and the event begins none.
 */
export function workInProgressAfterEvent<T extends Event['type']>(
  event: Extract<Event, { type: T }>,
  before: WorkInProgress | undefined,
  now: number,
): WorkInProgress | undefined {
  const begins: ((event: Extract<Event, { type: T }>) => string) | undefined = BEGINS[event.type]
  if (begins) return { what: begins(event), since: now }
  if (!before || ENDS.has(event.type)) return undefined
  const details: ((event: Extract<Event, { type: T }>, before: WorkInProgress, now: number) => Detail) | undefined = DETAILS[event.type]
  return details ? { what: before.what, since: before.since, ...details(event, before, now) } : before
}

/** Returns the live line for the current work, such as `1 of 2 2-merge/010-timestamp.migrate, statement 2 of 3, 12 s`. */
export function formatWorkInProgress({ what, since, detail, until }: WorkInProgress, now: number): string {
  const time = until === undefined || until <= now ? wholeSeconds(now - since) : `in ${wholeSeconds(until - now)}`
  const parts = until === undefined || until <= now ? [what, detail, time] : [what, `${detail} ${time}`]
  return parts.filter((part) => part !== undefined).join(', ')
}

function wholeSeconds(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1000)} s` : formatDuration(ms)
}
