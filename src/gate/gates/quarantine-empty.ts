import type { GateWithParametersOf } from '../gate.ts'

/** The gate `quarantine-empty`: no data step of the release has a row in quarantine. */
export const quarantineEmptyGate: GateWithParametersOf<'quarantine-empty'> = {
  reads: 'ledger',
  askedAt: 'ledger',
  refusal: 'phase.held',
  ask: async ({ quarantined }) => ({
    state: quarantined.length === 0 ? 'open' : 'shut',
    evidence: quarantined.map(({ id, rows }) => `${id} has ${rows} ${rows === 1 ? 'row' : 'rows'} in quarantine`),
    ...(quarantined.length > 0 && {
      remedy: 'See the rows: interphase quarantine list. Correct them in the database. Then run: interphase quarantine retry',
    }),
  }),
}
