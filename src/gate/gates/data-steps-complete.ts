import { type GateWithParametersOf, mapOneByOne } from '../gate.ts'

/** The gate `data-steps-complete`: every pending query of the release counts zero rows now. */
export const dataStepsCompleteGate: GateWithParametersOf<'data-steps-complete'> = {
  reads: 'database',
  // The gate is not asked when an interrupted phase continues, because the first migrations of the phase may have dropped the columns
  // that the pending queries name.
  askedAt: 'start',
  refusal: 'phase.held',
  ask: async ({ observer, dataSteps }) => {
    const counted = await mapOneByOne(dataSteps, async ({ pending, ...step }) => ({ ...step, rows: await observer.pending(pending) }))
    const left = counted.filter(({ rows }) => rows > 0n)
    if (left.length === 0) return { state: 'open', evidence: [] }
    const again = left.filter(({ isRerunnable }) => !isRerunnable).map(({ id }) => ` --again ${id}`)
    return {
      state: 'shut',
      evidence: left.map(({ id, rows }) => `${id} still has ${rows} rows to change, as its pending query counts them`),
      remedy:
        again.length === 0
          ? 'Run the data steps again: interphase migrate'
          : `Change these rows by hand. If the data step may run twice, run instead: interphase migrate${again.join('')}`,
    }
  },
}
