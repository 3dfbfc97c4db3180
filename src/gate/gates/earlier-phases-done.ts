import type { GateWithParametersOf } from '../gate.ts'

/**
 * The gate `earlier-phases-done` is open if the earlier phases of the release and all phases of the earlier releases are done.
 */
export const earlierPhasesDoneGate: GateWithParametersOf<'earlier-phases-done'> = {
  reads: 'ledger',
  askedAt: 'ledger',
  refusal: 'phase.held',
  ask: async ({ unfinished }) => ({
    state: unfinished.length === 0 ? 'open' : 'shut',
    evidence: unfinished.map((phase) => `${phase} is not done`),
    ...(unfinished.length > 0 && { remedy: 'To print the next command, run: interphase status' }),
  }),
}
