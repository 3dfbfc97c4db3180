import * as z from 'zod'
import { type DeepReadonly, describeShapeIssue } from '../shape.ts'
import { DAYS_OF_WEEK, isTimeZone } from './time-zone.ts'

const zone = z.string().refine(isTimeZone, 'not a time zone such as Europe/Berlin').describe('The name of a time zone: Europe/Berlin, UTC.')
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'not a time such as 22:30')
const wallTime = z.string().regex(/^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d$/, 'not a local time such as 2026-12-20T00:00')
const text = z.string().min(1)
const command = z
  .array(z.string())
  .min(1)
  .describe('The program and its arguments. It runs in the directory of the project, without a shell.')
const timeoutSeconds = z
  .number()
  .positive()
  .max(600)
  .exactOptional()
  .describe('The gate is unseen, and so shut, if there is no answer after this time. Default: 10.')
const remedy = text.exactOptional().describe('The action that opens the gate, which messages print.')
const name = text.describe('The name of the check for messages.')

/** The gates that a policy can name, with the parameters of each gate. `gate/gates.ts` contains the conditions of the gates. */
const PARAMETERS = {
  'earlier-phases-done': {},
  'data-steps-complete': {},
  'quarantine-empty': {},
  'preconditions-hold': {},
  'destruction-confirmed': {},
  'soak': { hours: z.number().positive().describe('The number of hours that must have passed since the previous phase was done.') },
  'fleet': {
    application: z
      .string()
      .min(1)
      .exactOptional()
      .describe(
        'The application_name (PostgreSQL) or the connection attribute program_name (MySQL, MariaDB) of instances, alone or with "/" and the release. A session with an older release, or without a release, keeps the gate shut.',
      ),
    users: z
      .array(z.string().min(1))
      .min(1)
      .exactOptional()
      .describe('The database users of instances that do not join. Each session of such a user keeps the gate shut.'),
  },
  'window': {
    zone,
    from: timeOfDay.describe('The phase starts at or after this time.'),
    to: timeOfDay.describe('The phase starts before this time. A window from 22:00 to 06:00 includes midnight.'),
    days: z.array(z.enum(DAYS_OF_WEEK)).min(1).exactOptional().describe('The days on which the window begins. Default: every day.'),
  },
  'freeze': {
    zone,
    from: wallTime.describe('The phase does not start at or after this time.'),
    to: wallTime.describe('The phase may start again at this time.'),
  },
  'long-transactions': { minutes: z.number().min(0).describe('The gate is shut while a transaction is open for longer than this.') },
  'replicas': { seconds: z.number().min(0).describe('The gate is shut while a replica is further behind than this.') },
  'backup': {
    hours: z.number().positive().describe('The largest age of the last backup.'),
    from: z
      .union([z.strictObject({ sql: text }), z.strictObject({ command })], { error: 'neither { "sql": "…" } nor { "command": ["…"] }' })
      .describe('A SELECT or a command that gives the time of the last backup, in ISO 8601 or as a time of the server.'),
    timeoutSeconds,
  },
  'query': {
    name,
    sql: text.describe(
      'One SELECT that gives one row. The gate is open if the first column is true or 1. The other columns are the evidence.',
    ),
    timeoutSeconds,
    remedy,
  },
  'approvals': {
    required: z.int().min(1).describe('The number of people who must approve.'),
    from: z
      .array(text)
      .min(1)
      .refine((names) => new Set(names).size === names.length, 'a person is named twice')
      .describe('The people who may approve: the names in the file allowed-signers, or the database roles of unsigned approvals.'),
    signed: z.boolean().exactOptional().describe('False accepts approvals by the database role, without a signature. Default: true.'),
    hours: z.number().positive().exactOptional().describe('The number of hours for which an approval is valid. Default: 168.'),
    authors: z
      .boolean()
      .exactOptional()
      .describe('False leaves out approvals by the people in the field authors of release.json, who wrote the release. Default: true.'),
  },
  'unused': {
    hours: z
      .number()
      .positive()
      .exactOptional()
      .describe(
        'The number of hours without any use that must have passed. Default: 0, which asks only for no use since the counts began.',
      ),
  },
  'command': { name, command: command.describe('The gate is open if the command ends with exit code 0.'), timeoutSeconds, remedy },
} as const satisfies Readonly<Record<string, z.ZodRawShape>>

/** The name of a gate, such as `soak`. */
export type GateName = keyof typeof PARAMETERS
export type GateParameters<G extends GateName> = keyof (typeof PARAMETERS)[G] extends never
  ? object
  : DeepReadonly<z.output<z.ZodObject<(typeof PARAMETERS)[G]>>>

/** A gate in a policy: the name of the gate and the values of its parameters. */
export type GateInPolicy = { readonly [G in GateName]: { readonly gate: G } & GateParameters<G> }[GateName]

export const GATE_NAMES = Object.keys(PARAMETERS) as readonly GateName[]

/** The gates without a required parameter. A policy may write such a gate as a single word. */
const PLAIN_GATES = GATE_NAMES.filter((gate) => Object.values<z.ZodType>(PARAMETERS[gate]).every(({ _zod }) => _zod.optin === 'optional'))

/**
 * The zod schema of one entry of `opens` in a policy: the name of a gate, or an object with the name and the parameters of a
 * gate.
 */
export const GateInPolicyShape = z.union(
  [
    z.enum(PLAIN_GATES),
    z.discriminatedUnion('gate', GATE_NAMES.map(withName) as [ReturnType<typeof withName>, ...ReturnType<typeof withName>[]]),
  ],
  { error: ({ input }) => describeWrongGate(input) },
)

function withName(gate: GateName) {
  return z.strictObject({ gate: z.literal(gate), ...PARAMETERS[gate] })
}

/** Returns a message about an invalid entry of `opens`: an unknown gate, or a missing or invalid parameter. */
function describeWrongGate(input: unknown): string {
  const named = typeof input === 'object' && input !== null && 'gate' in input ? input.gate : input
  const gate = GATE_NAMES.find((one) => one === named)
  if (gate) {
    const issues = withName(gate).safeParse(typeof input === 'string' ? { gate } : input).error?.issues ?? []
    return `the gate ${gate}: ${issues.map(describeShapeIssue).join('; ')}`
  }
  const unknown = typeof named === 'string' ? `there is no gate "${named}"; ` : ''
  return `${unknown}neither one of ${PLAIN_GATES.join(', ')}, nor an object with a gate and its parameters such as { "gate": "soak", "hours": 48 }. The gates with parameters are ${GATE_NAMES.filter((one) => !PLAIN_GATES.includes(one)).join(', ')}`
}

/** Returns the gates in the field `opens` of a policy, in the order of the policy. The entries have already been validated. */
export function parseGates(opens: readonly unknown[]): readonly GateInPolicy[] {
  return opens.map((one) => (typeof one === 'string' ? { gate: one } : one) as GateInPolicy)
}

/** Returns a gate with its parameters as text for messages, such as `soak (hours 48)`. */
export function formatGate({ gate, ...parameters }: GateInPolicy): string {
  const values = Object.entries(parameters).map(([of, value]) => `${of} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return values.length === 0 ? gate : `${gate} (${values.join(', ')})`
}
