import { type GateSituation, type GateWithParametersOf, mapSequentially } from '../gate.ts'

/**
 * The gate `data-steps-complete` is open if every pending query of the release counts zero rows. The gate does not execute a
 * query that names an object which the phase has already removed.
 */
export const dataStepsCompleteGate: GateWithParametersOf<'data-steps-complete'> = {
  reads: 'database',
  askedAt: 'every-start',
  refusal: 'phase.held',
  ask: async (situation) => {
    const counted = await mapSequentially(await countableSteps(situation), async ({ pending, ...step }) => {
      return { ...step, file: pending.file, rows: await situation.observer.pending(pending) }
    })
    const left = counted.filter(({ rows }) => rows > 0n)
    if (left.length === 0) return { state: 'open', evidence: [] }
    return {
      state: 'shut',
      evidence: left.map(
        ({ id, rows }) => `${id} still has ${rows} ${rows === 1n ? 'row' : 'rows'} to change, according to its pending query`,
      ),
      remedy: situation.removedSoFar ? byHand(left) : again(left),
    }
  },
}

/**
 * Returns the data steps whose pending queries the gate can execute. The result does not contain a query that names an object
 * which the phase has already removed. The run executed that query immediately before the removal.
 */
async function countableSteps({ observer, dataSteps, removedSoFar = [] }: GateSituation) {
  const named = await mapSequentially(dataSteps, ({ pending }) => observer.objectsNamedIn(pending, removedSoFar))
  return dataSteps.filter((_, index) => named[index]?.length === 0)
}

function again(left: readonly Pick<GateSituation['dataSteps'][number], 'id' | 'isRerunnable'>[]): string {
  const byName = left.filter(({ isRerunnable }) => !isRerunnable).map(({ id }) => ` --again ${id}`)
  if (byName.length === 0) return 'Run the data steps again: interphase migrate'
  return `Change these rows by hand. If the data step can run twice without harm, run instead: interphase migrate${byName.join('')}`
}

function byHand(left: readonly { readonly file: string }[]): string {
  const files = left.map(({ file }) => file).join(', ')
  return `The phase has begun, so the data step cannot run any more. Change by hand the rows that the query in ${files} counts`
}
