import * as z from 'zod'
import type { DeepReadonly } from '../shape.ts'

/** The gates that a policy can name, each with its parameters. The file `gate/gates.ts` contains their conditions. */
const PARAMETERS = {
  'earlier-phases-done': {},
  'data-steps-complete': {},
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
} as const satisfies Readonly<Record<string, z.ZodRawShape>>

export type GateName = keyof typeof PARAMETERS
export type GateParameters<G extends GateName> = keyof (typeof PARAMETERS)[G] extends never
  ? object
  : DeepReadonly<z.output<z.ZodObject<(typeof PARAMETERS)[G]>>>

/** A gate as a policy contains it: its name with the values of its parameters. */
export type GateInPolicy = { readonly [G in GateName]: { readonly gate: G } & GateParameters<G> }[GateName]

export const GATE_NAMES = Object.keys(PARAMETERS) as readonly GateName[]

/** The gates that need no parameter. A policy may name such a gate by a single word. */
const PLAIN_GATES = GATE_NAMES.filter((gate) => z.strictObject(PARAMETERS[gate]).safeParse({}).success)

/** The shape of one entry of `opens` in a policy: the name of a gate, or an object with the name and the parameters. */
export const GateInPolicyShape = z.union(
  [
    z.enum(PLAIN_GATES),
    z.discriminatedUnion('gate', GATE_NAMES.map(withName) as [ReturnType<typeof withName>, ...ReturnType<typeof withName>[]]),
  ],
  {
    error: `neither one of ${PLAIN_GATES.join(', ')}, nor an object with a gate and its parameters such as { "gate": "soak", "hours": 48 }`,
  },
)

function withName(gate: GateName) {
  return z.strictObject({ gate: z.literal(gate), ...PARAMETERS[gate] })
}

/** Converts the entry `opens` of a policy to gates, in the order of the policy. */
export function parseGates(opens: readonly unknown[]): readonly GateInPolicy[] {
  return opens.map((one) => (typeof one === 'string' ? { gate: one } : one) as GateInPolicy)
}

/** `soak (hours 48)` */
export function formatGate({ gate, ...parameters }: GateInPolicy): string {
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${String(value)}`)
  return values.length === 0 ? gate : `${gate} (${values.join(', ')})`
}
