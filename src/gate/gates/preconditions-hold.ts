import { type GateRowCounter, type GateWithParametersOf, mapSequentially } from '../gate.ts'
import type { RulePrecondition } from '../preconditions.ts'
import { findRulePreconditions } from '../reached.ts'

/** The gate `preconditions-hold` is open if no row violates a rule that the phase adds. */
export const preconditionsHoldGate: GateWithParametersOf<'preconditions-hold'> = {
  reads: 'database',
  askedAt: 'every-start',
  refusal: 'phase.preconditions',
  ask: async ({ observer, steps, schema }) => {
    const evidence = await listRuleViolations(observer, findRulePreconditions(steps, schema).beforeFirstStep)
    if (evidence.length === 0) return { state: 'open', evidence }
    return { state: 'shut', evidence, remedy: 'Correct these rows in the database' }
  },
}

/** Returns a line for each rule that existing rows violate, such as `column t.b NOT NULL: 3 rows are NULL`. */
export async function listRuleViolations(
  observer: Pick<GateRowCounter, 'count'>,
  rules: readonly RulePrecondition[],
): Promise<readonly string[]> {
  // Two statements can add the same rule of a table, such as ADD CONSTRAINT … NOT VALID and VALIDATE CONSTRAINT. The rows that
  // violate such a rule are counted only once.
  const distinct = [...new Map(rules.map((one) => [JSON.stringify([one.rule, one.count]), one])).values()]
  const counted = await mapSequentially(distinct, async (one) => ({ ...one, rows: await observer.count(one.count) }))
  return counted.flatMap(({ rule, rows, violation: [one, several] }) =>
    rows > 0n ? [`${rule}: ${rows} ${rows === 1n ? one : several}`] : [],
  )
}
