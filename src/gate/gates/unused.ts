import { type GateWithParametersOf, makeUnseenGateAnswer } from '../gate.ts'
import { ENGINE_QUERY_TIME_LIMIT_MS } from '../outside.ts'
import { findRemovedObjects } from '../removed.ts'
import { answerUnusedGateFromUsage } from '../usage.ts'

const HOUR_MS = 3_600_000

/**
 * The gate `unused` is open if the objects that the phase removes were not used for `hours` hours, according to the statistics of
 * the server. The gate compares the statistics with the usage counts in the ledger. The run stores these counts at the end of the
 * previous phase, and a person can store new counts.
 */
export const unusedGate: GateWithParametersOf<'unused'> = {
  reads: 'database',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside, steps, schema, inPlan, usageBaselines, dataSteps }, { hours = 0 }) => {
    const objects = findRemovedObjects(steps, schema)
    if (objects.length === 0) return { state: 'open', evidence: ['The phase removes no table, column, view, routine or index'] }
    const facts = await outside.within(ENGINE_QUERY_TIME_LIMIT_MS, async () => ({
      reading: await outside.usage(
        objects,
        dataSteps.map(({ pending }) => pending),
      ),
      now: await outside.databaseTime(),
    }))
    if ('unseen' in facts) return makeUnseenGateAnswer(facts)
    const baseline = usageBaselines.findLast(({ release, phase }) => release === inPlan.release && phase === inPlan.phase)
    const answer = answerUnusedGateFromUsage(objects, baseline, facts.reading, inPlan.phase)
    if (answer.state !== 'open' || !baseline) return answer
    const opens = new Date(Date.parse(baseline.since) + hours * HOUR_MS)
    if (opens <= facts.now) return answer
    return {
      state: 'shut',
      evidence: [...answer.evidence, `The policy requires ${hours} hours without use, until ${opens.toISOString()}`],
      remedy: `Run the command again after ${opens.toISOString()}`,
    }
  },
}
