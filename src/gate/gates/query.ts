import { type GateWithParametersOf, makeUnseenGateAnswer } from '../gate.ts'
import { DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS } from '../outside.ts'

const TRUE: readonly unknown[] = [true, 1, 1n, '1', 't', 'true']
const FALSE: readonly unknown[] = [false, 0, 0n, '0', 'f', 'false']

/**
 * The gate `query` is open if the query of the policy returns true in its first column, and shut if it returns false. The gate is
 * unseen if the query fails or returns another value.
 */
export const queryGate: GateWithParametersOf<'query'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, { name, sql, timeoutSeconds = DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS, remedy }) => {
    const row = await outside.within(timeoutSeconds * 1000, () => outside.row(sql, name))
    if ('unseen' in row) return makeUnseenGateAnswer({ unseen: `${name}: ${row.unseen}` }, remedy)
    const [answer, ...more] = row
    const facts = more.length > 0 ? `: ${more.map(String).join(', ')}` : ''
    const evidence = [`${name} returns ${String(answer)}${facts}`]
    if (TRUE.includes(answer)) return { state: 'open', evidence }
    const state = FALSE.includes(answer) ? 'shut' : 'unseen'
    return { state, evidence, ...(remedy !== undefined && { remedy }) }
  },
}
