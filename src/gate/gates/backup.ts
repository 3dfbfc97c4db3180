import { type GateWithParametersOf, makeUnseenGateAnswer } from '../gate.ts'
import { DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS, ENGINE_QUERY_TIME_LIMIT_MS, type GateFactsReader } from '../outside.ts'

const HOUR_MS = 3_600_000

/** The gate `backup` is open if the last backup is at most `hours` hours old, by the clock of the database. */
export const backupGate: GateWithParametersOf<'backup'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, { hours, from, timeoutSeconds = DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS }) => {
    const now = await outside.within(ENGINE_QUERY_TIME_LIMIT_MS, () => outside.databaseTime())
    if (!(now instanceof Date)) return makeUnseenGateAnswer(now)
    const found = await outside.within(timeoutSeconds * 1000, () => timeOf(outside, from))
    if (typeof found !== 'object') return makeUnseenGateAnswer({ unseen: `"${found}" is not a time` })
    if (!(found instanceof Date)) return makeUnseenGateAnswer(found)
    const age = Math.max(0, (now.getTime() - found.getTime()) / HOUR_MS)
    const isFuture = found.getTime() - now.getTime() > HOUR_MS
    if (isFuture) return makeUnseenGateAnswer({ unseen: `the last backup has the time ${found.toISOString()}, which is in the future` })
    return {
      state: age <= hours ? 'open' : 'shut',
      evidence: [`The last backup is of ${found.toISOString()} and is ${age.toFixed(1)} hours old; the policy allows ${hours} hours`],
      remedy: 'Make a backup, and run the command again',
    }
  },
}

/**
 * Returns the time of the last backup, from the query or command of the policy. If the query or command did not return a valid
 * time, returns a text with its value or its failure.
 */
async function timeOf(
  outside: GateFactsReader,
  from: { readonly sql: string } | { readonly command: readonly string[] },
): Promise<Date | string> {
  if ('sql' in from) return toTime((await outside.row(from.sql, 'backup'))[0])
  const result = await outside.command(from.command)
  if (result.ended === 'failed') return result.problem
  return result.code === 0 ? toTime(result.output) : `exit code ${result.code}: ${result.output}`
}

/** Returns a value of the driver, or a text, as a time. A text without a time zone counts as UTC. */
function toTime(value: unknown): Date | string {
  if (value instanceof Date) return value
  const text = String(value).trim()
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
  const time = new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`)
  return Number.isNaN(time.getTime()) || !/^\d{4}-/.test(text) ? text : time
}
