import { isInWeeklyTimeWindow, toLocalWallTime } from '../../phase/time-zone.ts'
import { type GateWithParametersOf, makeUnseenGateAnswer } from '../gate.ts'
import { ENGINE_QUERY_TIME_LIMIT_MS } from '../outside.ts'

/**
 * The gate `window` is open between two times of day, on all days or on the days of the week that the policy names. The clock is
 * that of the database, and the times are in the time zone of the gate.
 */
export const windowGate: GateWithParametersOf<'window'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, window) => {
    const now = await outside.within(ENGINE_QUERY_TIME_LIMIT_MS, () => outside.databaseTime())
    if (!(now instanceof Date)) return makeUnseenGateAnswer(now)
    const { date, time } = toLocalWallTime(now, window.zone)
    const days = window.days === undefined ? '' : ` on ${window.days.join(', ')}`
    const period = `The window is from ${window.from} to ${window.to}${days} in ${window.zone}`
    return {
      state: isInWeeklyTimeWindow(now, window) ? 'open' : 'shut',
      evidence: [`${period}, and the time of the database is ${date} ${time}`],
      remedy: `Run the command again in the window from ${window.from} to ${window.to}${days} in ${window.zone}`,
    }
  },
}
