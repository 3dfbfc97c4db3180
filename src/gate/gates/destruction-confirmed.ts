import { findDestroyedTablesAndColumns, listDroppedObjectsWithoutData } from '../destruction.ts'
import { type DestructionConsent, type GateWithParametersOf, mapSequentially } from '../gate.ts'

/**
 * The gate `destruction-confirmed` is open if a person, or the option `--yes`, consented to the destruction of all data that the
 * phase destroys. The evidence lists this data and the other objects that the phase drops. An open gate has the same evidence.
 */
export const destructionConfirmedGate: GateWithParametersOf<'destruction-confirmed'> = {
  reads: 'database',
  askedAt: 'every-start',
  refusal: 'phase.unconfirmed',
  ask: async ({ observer, steps, schema, confirmed }) => {
    const going = findDestroyedTablesAndColumns(steps, schema)
    const data = await mapSequentially(going, async ({ what, count, unit }) => {
      const found = await observer.count(count)
      return `${what} (${found} ${found === 1n ? unit : `${unit}s`})`
    })
    const evidence = [...data, ...listDroppedObjectsWithoutData(steps, schema)]
    const state = going.every(({ what }) => covers(confirmed, what)) ? 'open' : 'shut'
    return { state, evidence, ...(data.length > 0 && { consentTo: data }) }
  },
  answerWithoutDatabase: ({ steps, schema }) =>
    findDestroyedTablesAndColumns(steps, schema).length > 0
      ? undefined
      : { state: 'open', evidence: listDroppedObjectsWithoutData(steps, schema) },
}

/**
 * Returns true if the consent includes the line of the list. The function does not compare the row counts of the lines, because
 * the application inserts and deletes rows.
 */
function covers(confirmed: DestructionConsent, what: string): boolean {
  return typeof confirmed === 'boolean' ? confirmed : confirmed.some((line) => line.startsWith(`${what} (`))
}
