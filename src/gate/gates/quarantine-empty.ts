import type { GateWithParametersOf } from '../gate.ts'

/**
 * The gate `quarantine-empty` is open if no data step of the release has a row in quarantine, which is a row that the data step
 * could not write.
 */
export const quarantineEmptyGate: GateWithParametersOf<'quarantine-empty'> = {
  reads: 'ledger',
  askedAt: 'ledger',
  refusal: 'phase.held',
  ask: async ({ quarantined }) => ({
    state: quarantined.length === 0 ? 'open' : 'shut',
    evidence: quarantined.map(({ id, rows }) => `${id} has ${rows} ${rows === 1 ? 'row' : 'rows'} in quarantine`),
    ...(quarantined.length > 0 && {
      remedy:
        'To list the rows, run: interphase quarantine list. Correct these rows in the database. Then run: interphase quarantine retry',
    }),
  }),
}
