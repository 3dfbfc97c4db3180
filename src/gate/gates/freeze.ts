import { isInPeriod, toWallTime } from '../../phase/time-zone.ts'
import { type GateWithParametersOf, unseenAnswer } from '../gate.ts'
import { TIME_LIMIT_MS } from '../outside.ts'

/** The gate `freeze`: the clock of the database shows no time, in the named time zone, of a period without changes. */
export const freezeGate: GateWithParametersOf<'freeze'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, freeze) => {
    const now = await outside.within(TIME_LIMIT_MS, () => outside.databaseTime())
    if (!(now instanceof Date)) return unseenAnswer(now)
    const { date, time } = toWallTime(now, freeze.zone)
    const [from, to] = [freeze.from, freeze.to].map((text) => text.replace('T', ' '))
    return {
      state: isInPeriod(now, freeze) ? 'shut' : 'open',
      evidence: [`The freeze is from ${from} to ${to} in ${freeze.zone}, and the database shows ${date} ${time}`],
      remedy: `Run the command again after ${to} in ${freeze.zone}`,
    }
  },
}
