import { isInWeeklyWindow, toWallTime } from '../../phase/time-zone.ts'
import { type GateWithParametersOf, unseenAnswer } from '../gate.ts'
import { TIME_LIMIT_MS } from '../outside.ts'

/** The gate `window`: the clock of the database shows a time of day, in the named time zone, at which the phase may start. */
export const windowGate: GateWithParametersOf<'window'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, window) => {
    const now = await outside.within(TIME_LIMIT_MS, () => outside.databaseTime())
    if (!(now instanceof Date)) return unseenAnswer(now)
    const { date, time } = toWallTime(now, window.zone)
    const days = window.days === undefined ? '' : ` on ${window.days.join(', ')}`
    const says = `The window is from ${window.from} to ${window.to}${days} in ${window.zone}`
    return {
      state: isInWeeklyWindow(now, window) ? 'open' : 'shut',
      evidence: [`${says}, and the database shows ${date} ${time}`],
      remedy: `Run the command again in the window from ${window.from} to ${window.to}${days} in ${window.zone}`,
    }
  },
}
