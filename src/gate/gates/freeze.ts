import { isInLocalTimePeriod, toLocalWallTime } from '../../phase/time-zone.ts'
import { type GateWithParametersOf, makeUnseenGateAnswer } from '../gate.ts'
import { ENGINE_QUERY_TIME_LIMIT_MS } from '../outside.ts'

/** The gate `freeze` is shut during a period without changes, by the clock of the database and in the time zone of the gate. */
export const freezeGate: GateWithParametersOf<'freeze'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, freeze) => {
    const now = await outside.within(ENGINE_QUERY_TIME_LIMIT_MS, () => outside.databaseTime())
    if (!(now instanceof Date)) return makeUnseenGateAnswer(now)
    const { date, time } = toLocalWallTime(now, freeze.zone)
    const [from, to] = [freeze.from, freeze.to].map((text) => text.replace('T', ' '))
    return {
      state: isInLocalTimePeriod(now, freeze) ? 'shut' : 'open',
      evidence: [`The freeze is from ${from} to ${to} in ${freeze.zone}, and the time of the database is ${date} ${time}`],
      remedy: `Run the command again after ${to} in ${freeze.zone}`,
    }
  },
}
