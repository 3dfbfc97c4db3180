import { type GateWithParametersOf, makeUnseenGateAnswer } from '../gate.ts'
import { DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS } from '../outside.ts'

// The number of lines of the command's output in the evidence of the gate. The gate shows the last lines, because they usually
// contain the reason of a failure.
const LINES_SHOWN = 5

/**
 * The gate `command` is open if a command of the policy ends with exit code 0, and shut if it ends with another exit code. The
 * gate is unseen if the command cannot be run, or does not end by itself.
 */
export const commandGate: GateWithParametersOf<'command'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, { name, command, timeoutSeconds = DEFAULT_POLICY_QUERY_TIMEOUT_SECONDS, remedy }) => {
    const result = await outside.within(timeoutSeconds * 1000, () => outside.command(command))
    if ('unseen' in result) return makeUnseenGateAnswer({ unseen: `${name}: ${result.unseen}` }, remedy)
    if (result.ended === 'failed') return makeUnseenGateAnswer({ unseen: `${name}: ${result.problem}` }, remedy)
    const lines = result.output === '' ? [] : result.output.split('\n').slice(-LINES_SHOWN)
    const evidence = [`${name} ended with exit code ${result.code}`, ...lines]
    return { state: result.code === 0 ? 'open' : 'shut', evidence, ...(remedy !== undefined && { remedy }) }
  },
}
