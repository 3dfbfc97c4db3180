import { type GateOf, inTurn, type RowCounter } from '../gate.ts'
import type { Precondition } from '../preconditions.ts'
import { preconditionsOf } from '../reached.ts'

/** The gate `preconditions-hold`: no row violates a rule that this phase adds. */
export const preconditionsHold: GateOf<'preconditions-hold'> = {
  reads: 'database',
  askedAt: 'every-start',
  refusal: 'phase.preconditions',
  ask: async ({ observer, steps, schema }) => {
    const evidence = await violationsOf(observer, preconditionsOf(steps, schema).now)
    return { state: evidence.length === 0 ? 'open' : 'shut', evidence }
  },
}

/** Makes a line for each rule that rows violate now: `column t.b NOT NULL: 3 rows are NULL`. */
export async function violationsOf(observer: RowCounter, rules: readonly Precondition[]): Promise<readonly string[]> {
  const counted = await inTurn(rules, async (one) => ({ ...one, rows: await observer.count(one.count) }))
  return counted.flatMap(({ rule, rows, violation }) => (rows > 0n ? [`${rule}: ${rows} ${violation}`] : []))
}
