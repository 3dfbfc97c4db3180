import * as z from 'zod'

/** The gates that a policy can name, each with its parameters. The file `gate/gates.ts` contains their conditions. */
const PARAMETERS = {
  'earlier-phases-done': {},
  'data-steps-complete': {},
  'preconditions-hold': {},
  'destruction-confirmed': {},
  'soak': { hours: z.number().positive().describe('The number of hours that must have passed since the previous phase was done.') },
} as const satisfies Readonly<Record<string, z.ZodRawShape>>

export type GateName = keyof typeof PARAMETERS
export type GateParameters<G extends GateName> = {
  readonly [P in keyof (typeof PARAMETERS)[G]]: z.output<(typeof PARAMETERS)[G][P]>
}

/** A gate as a policy contains it: its name with the values of its parameters. */
export type GateInPolicy = { readonly [G in GateName]: { readonly gate: G } & GateParameters<G> }[GateName]

export const GATE_NAMES = Object.keys(PARAMETERS) as readonly GateName[]

/** The gates without parameters. A policy may name such a gate by a single word. */
const PLAIN_GATES = GATE_NAMES.filter((gate) => Object.keys(PARAMETERS[gate]).length === 0)

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
