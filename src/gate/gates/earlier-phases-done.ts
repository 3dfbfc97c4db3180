import type { GateWithParametersOf } from '../gate.ts'

/** The gate `earlier-phases-done`: every earlier phase of this release is done, and every phase of each earlier release. */
export const earlierPhasesDoneGate: GateWithParametersOf<'earlier-phases-done'> = {
  reads: 'ledger',
  askedAt: 'ledger',
  refusal: 'phase.held',
  ask: async ({ unfinished }) => ({
    state: unfinished.length === 0 ? 'open' : 'shut',
    evidence: unfinished.map((phase) => `${phase} is not done`),
    ...(unfinished.length > 0 && { remedy: 'See the next command: interphase status' }),
  }),
}
