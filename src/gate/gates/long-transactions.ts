import { type GateWithParametersOf, makeUnseenGateAnswer } from '../gate.ts'
import { ENGINE_QUERY_TIME_LIMIT_MS } from '../outside.ts'

const MINUTE = 60

/**
 * The gate `long-transactions` is open if no other session has a transaction that is open for more than `minutes` minutes. The
 * gate is unseen if the database user lacks the privilege to read the age of a transaction.
 */
export const longTransactionsGate: GateWithParametersOf<'long-transactions'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, { minutes }) => {
    const found = await outside.within(ENGINE_QUERY_TIME_LIMIT_MS, () => outside.transactions())
    if ('unseen' in found) return makeUnseenGateAnswer(found)
    const long = found.flatMap(({ what, seconds }) => (seconds !== null && seconds > minutes * MINUTE ? [{ what, seconds }] : []))
    const evidence = long.map(({ what, seconds }) => `${what} has a transaction open for ${Math.floor(seconds / MINUTE)} minutes`)
    const remedy = 'Wait until these transactions end, or end their sessions'
    if (evidence.length > 0) return { state: 'shut', evidence, remedy }
    const hidden = found.filter(({ seconds }) => seconds === null)
    if (hidden.length === 0) return { state: 'open', evidence: [`No transaction is open for longer than ${minutes} minutes`] }
    return {
      state: 'unseen',
      evidence: hidden.map(({ what }) => `The database user lacks the privilege to read the transactions of ${what}`),
      remedy: 'Grant the role pg_read_all_stats to the user of the database URL',
    }
  },
}
