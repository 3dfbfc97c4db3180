import type { GateWithParametersOf } from '../gate.ts'

const HOUR_MS = 3_600_000

/** The gate `soak` is open if the previous phase was done at least `hours` hours ago, by the times in the ledger. */
export const soakGate: GateWithParametersOf<'soak'> = {
  reads: 'ledger',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ at, lastDone }, { hours }) => {
    if (!lastDone) return { state: 'open', evidence: [] }
    const opens = new Date(Date.parse(lastDone.at) + hours * HOUR_MS)
    if (opens <= at) return { state: 'open', evidence: [] }
    return {
      state: 'shut',
      evidence: [
        `${lastDone.phase} was done at ${lastDone.at}, and the policy requires ${hours} hours before the next phase, until ${opens.toISOString()}`,
      ],
      remedy: `Run the command again after ${opens.toISOString()}`,
    }
  },
}
