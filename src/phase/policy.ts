import * as z from 'zod'
import { sha256Digest } from '../digest.ts'
import { EFFECTS_ON_RUNNING_CODE, type EffectOnRunningCode } from '../effect/effect.ts'
import { BLOCKED_SESSIONS_LEVELS } from '../effect/price.ts'
import { InterphaseError } from '../error.ts'
import { jsonWithSortedKeys } from '../schema/canonical.ts'
import { type DeepReadonly, parseJsonText, parseValueWithZodSchema } from '../shape.ts'
import { GateInPolicyShape } from './gate.ts'
import { PHASES, type PhaseName } from './phase.ts'
import { ThrottlePolicyShape } from './throttle.ts'

const reason = z.string().min(20, 'a reason is a sentence of at least 20 characters')
const milliseconds = z.int().min(0)
const ceiling = z.strictObject({ blocks: z.enum(BLOCKED_SESSIONS_LEVELS), reason })
const verdicts = z.partialRecord(z.enum(EFFECTS_ON_RUNNING_CODE), reason)

const PolicyShape = z.strictObject({
  $schema: z.string().exactOptional(),
  phase: z.enum(PHASES),
  promise: z.string().min(20).describe('What the phase promises to running code, in one sentence.'),
  admits: verdicts.describe('Effects that a migration of this phase may have, each with its reason.'),
  refuses: verdicts.describe('Effects that it may not have, each with the alternative. Every effect is in either admits or refuses.'),
  price: z.strictObject({
    scan: ceiling.describe('The sessions that a statement may block while it reads a whole table, at most, with the reason.'),
    rewrite: ceiling.describe('The sessions that a statement may block while it rewrites a whole table, at most, with the reason.'),
  }),
  oneTransaction: z
    .strictObject({
      rows: z.int().min(1).exactOptional().describe('The largest number of rows of the tables that the step writes or copies.'),
      seconds: z.number().positive().exactOptional().describe('The longest time for which the step may lock rows, as estimated.'),
      reason,
    })
    .refine(({ rows, seconds }) => rows !== undefined || seconds !== undefined, { error: 'it has neither rows nor seconds' })
    .exactOptional()
    .describe('The size limit of a data step that runs in one transaction. A data step in batches has no limit.'),
  quarantine: z
    .strictObject({
      rows: z.int().min(0).describe('The number of rows that a data step in batches puts into quarantine before a further row ends it.'),
      reason,
    })
    .exactOptional()
    .describe('What happens to a row that fails alone. The file of the step can give another number. Default: 0, the row ends the step.'),
  session: z.strictObject({
    lockTimeoutMs: milliseconds.min(1).describe('The time that a statement waits for a lock before it gives up and is retried.'),
    statementTimeoutMs: milliseconds.describe('The time that a statement may take; 0 means no limit.'),
    silenceTimeoutMs: milliseconds
      .min(1000)
      .exactOptional()
      .describe(
        'If the process of a run sends nothing for this time, because it is frozen or disconnected, the server rolls back and ends its session. This frees the locks. Default: 15000.',
      ),
  }),
  retry: z
    .strictObject({
      attempts: z
        .int()
        .min(1)
        .describe('The number of attempts of a statement whose lock is not free. The last attempt has the same lock timeout.'),
      firstDelayMs: milliseconds.min(1).describe('The longest pause after the first attempt. It doubles with each attempt.'),
      maxDelayMs: milliseconds.min(1).describe('The longest pause between two attempts.'),
    })
    .refine(({ firstDelayMs, maxDelayMs }) => firstDelayMs <= maxDelayMs, { path: ['maxDelayMs'], error: 'below firstDelayMs' }),
  throttle: ThrottlePolicyShape.exactOptional().describe('The signals that stop data steps in batches, or slow them down.'),
  opens: z.array(GateInPolicyShape).describe('Gates that must be open before the first statement of the phase.'),
  undo: z.discriminatedUnion('by', [
    z.strictObject({
      by: z.literal('undo-files'),
      until: z.enum(PHASES).describe('An undo is possible until this phase begins.'),
      reason,
    }),
    z.strictObject({ by: z.literal('nothing'), reason }),
  ]),
})

/**
 * The policy of one phase, from the file `phases/<phase>.json`. The policy contains the rules of the phase, such as the refused
 * effects, the price ceilings, the gates, the retries and the timeouts of the session.
 */
export type PhasePolicy = DeepReadonly<Omit<z.output<typeof PolicyShape>, '$schema'>>

/** The policies of the three phases, by the name of the phase. */
export type PoliciesByPhase = { readonly [P in PhaseName]: PhasePolicy }

/**
 * Returns the policy from the text of a policy file. Throws `policy.invalid` if the text is not valid JSON, if a value is
 * invalid, or if an effect is not in exactly one of `admits` and `refuses`.
 */
export function parsePolicy(file: string, text: string): PhasePolicy {
  const refuse = (problem: string) => new InterphaseError('policy.invalid', { file, problem })
  const { $schema: _, ...policy } = parseValueWithZodSchema(PolicyShape, parseJsonText(text, refuse), refuse)
  for (const effect of EFFECTS_ON_RUNNING_CODE) requireOneVerdict(policy, effect, refuse)
  return policy
}

// The default time in milliseconds after which the server ends an idle session of a run. The session of a working run is never idle
// for so long. If the process of a run dies, an application waits at most for this time for the locks of the run.
const SILENCE_TIMEOUT_MS = 15_000

/** Returns the time in milliseconds after which the server ends an idle session of a run. */
export function sessionSilenceTimeoutMs({ session }: PhasePolicy): number {
  return session.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS
}

/** Returns the fingerprint of a policy for the ledger. Policies with equal content have equal fingerprints. */
export function fingerprintOfPolicy(policy: PhasePolicy): string {
  return `p1:${sha256Digest(jsonWithSortedKeys(policy)).slice(0, 32)}`
}

/** Returns the JSON Schema of a policy file. */
export function makePolicyJsonSchema(): unknown {
  return z.toJSONSchema(PolicyShape)
}

/**
 * Returns the pause in milliseconds before the next attempt, after `failed` failed attempts. The pause is random between 0 and a
 * maximum. The maximum doubles with each attempt, up to `maxDelayMs`. The random pause makes two sessions that wait for one lock
 * retry at different times. `random` is a number in [0, 1).
 */
export function computeRetryDelayMs({ firstDelayMs, maxDelayMs }: PhasePolicy['retry'], failed: number, random: number): number {
  return Math.ceil(random * Math.min(maxDelayMs, firstDelayMs * 2 ** (failed - 1)))
}

function requireOneVerdict({ admits, refuses }: PhasePolicy, effect: EffectOnRunningCode, refuse: (problem: string) => Error): void {
  const [admitted, refused] = [effect in admits, effect in refuses]
  if (admitted && refused) throw refuse(`refuses.${effect}: the effect is both admitted and refused`)
  if (!admitted && !refused) throw refuse(`${effect}: neither admitted nor refused`)
}
