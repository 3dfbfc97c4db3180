import * as z from 'zod'
import type { DeepReadonly } from '../shape.ts'

/** The names of the load signals that the engine reads from the server. Some servers do not provide all signals. */
export const SERVER_LOAD_SIGNAL_NAMES = [
  'replica-lag',
  'replica-backlog',
  'slot-retention',
  'archive-queue',
  'checkpoint-age',
  'old-snapshot',
  'history-list',
  'lock-waits',
  'active-sessions',
] as const
/** The name of a load signal from the server. */
export type ServerLoadSignalName = (typeof SERVER_LOAD_SIGNAL_NAMES)[number]

/**
 * The names of the load signals that interphase provides, and for which a policy can set a limit. The engine measures
 * `commit-latency` itself, and reads the other signals from the server.
 */
export const LOAD_SIGNAL_NAMES = [...SERVER_LOAD_SIGNAL_NAMES, 'commit-latency'] as const
/** The name of a load signal that interphase provides. A policy can add signals with other names: queries and commands. */
export type LoadSignalName = (typeof LOAD_SIGNAL_NAMES)[number]

/** The unit of each load signal, which messages print after the number. */
export const LOAD_SIGNAL_UNITS: { readonly [S in LoadSignalName]: string } = {
  'replica-lag': 's',
  'replica-backlog': 'MiB',
  'slot-retention': 'MiB',
  'archive-queue': 'files',
  'checkpoint-age': '%',
  'old-snapshot': 's',
  'history-list': 'undo records',
  'lock-waits': 'sessions',
  'active-sessions': 'sessions',
  'commit-latency': 'ms',
}

const reason = z.string().min(20, 'a reason is a sentence of at least 20 characters')
const above = z.number().min(0)
const signalClass = z
  .enum(['budget', 'gauge'])
  .describe('While a signal of the class budget is above its limit, the step waits. A gauge slows the step down.')

const SignalLimitShape = z.union([z.strictObject({ class: signalClass, above, reason }), z.strictObject({ off: reason })], {
  error: 'neither a limit such as { "class": "budget", "above": 10, "reason": "…" }, nor { "off": "…" } with a reason',
})

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time such as 22:30')

const QueryShape = z.strictObject({
  name: z.string().min(1).describe('The name of the signal for messages.'),
  sql: z.string().min(1).describe('One SELECT that returns one row with one number. It runs in a read-only transaction.'),
  class: signalClass.exactOptional().describe('Default: budget.'),
  above: above.describe('The step stops or slows down while the number is above this limit.'),
  reason,
})

const CommandShape = z.strictObject({
  name: z.string().min(1).describe('The name of the signal for messages.'),
  command: z
    .array(z.string())
    .min(1)
    .describe(
      'The program and its arguments. It runs in the directory of the project, without a shell. The step waits unless it ends with 0.',
    ),
  timeoutSeconds: z
    .number()
    .positive()
    .max(60)
    .exactOptional()
    .describe('The step waits if there is no answer after this time. Default: 10.'),
  reason,
})

const WindowShape = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay, reason })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'equal to from' })
  .describe('The time of day in UTC in which data steps in batches run. A window from 22:00 to 06:00 includes midnight.')

export const ThrottlePolicyShape = z.strictObject({
  signals: z
    .partialRecord(z.enum(LOAD_SIGNAL_NAMES), SignalLimitShape)
    .describe('The limits of signals. A signal that is left out has its default.'),
  queries: z
    .array(QueryShape)
    .exactOptional()
    .refine((queries) => new Set(queries?.map(({ name }) => name)).size === (queries?.length ?? 0), 'two queries have the same name'),
  commands: z
    .array(CommandShape)
    .exactOptional()
    .refine((commands) => new Set(commands?.map(({ name }) => name)).size === (commands?.length ?? 0), 'two commands have the same name'),
  window: WindowShape.exactOptional(),
})

/** The part of a policy with the limits at which a data step in batches waits or slows down. */
export type ThrottlePolicy = DeepReadonly<z.output<typeof ThrottlePolicyShape>>
export type LoadSignalLimit = DeepReadonly<z.output<typeof SignalLimitShape>>
export type ThrottleSignalQuery = NonNullable<ThrottlePolicy['queries']>[number]
export type ThrottleTimeWindow = NonNullable<ThrottlePolicy['window']>

/**
 * Returns the throttle settings `own`, with the limits of `defaults` for the signals that `own` does not contain. Returns
 * `defaults` if `own` is undefined.
 */
export function addDefaultLoadSignalLimits(own: ThrottlePolicy | undefined, defaults: ThrottlePolicy): ThrottlePolicy {
  return own ? { ...own, signals: { ...defaults.signals, ...own.signals } } : defaults
}
