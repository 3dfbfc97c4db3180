import type { GateAnswer, GateSituation, GateWithParametersOf } from '../gate.ts'
import { makeUnseenGateAnswer } from '../gate.ts'
import { ENGINE_QUERY_TIME_LIMIT_MS } from '../outside.ts'

const SECOND_MS = 1000
const NAME_THEM = 'Name the replicas in database.replicas of the configuration'

/**
 * The gate `replicas` is open if no replica is more than `seconds` seconds behind. The gate is unseen if neither the server nor
 * the configuration lists replicas, or if a replica cannot be read.
 */
export const replicasGate: GateWithParametersOf<'replicas'> = {
  reads: 'outside',
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  ask: async ({ outside }, { seconds }) => {
    if (!outside.knowsReplicas) return makeUnseenGateAnswer({ unseen: 'The server does not list its replicas' }, NAME_THEM)
    const found = await outside.within(seconds * SECOND_MS + ENGINE_QUERY_TIME_LIMIT_MS, async () => ({
      signals: await outside.replicaSignals(),
      replicas: await outside.replicasBehind(seconds * SECOND_MS),
    }))
    return 'unseen' in found ? makeUnseenGateAnswer(found) : answerOf(found, seconds)
  },
}

interface Found {
  readonly signals: Awaited<ReturnType<GateSituation['outside']['replicaSignals']>>
  readonly replicas: Awaited<ReturnType<GateSituation['outside']['replicasBehind']>>
}

function answerOf({ signals, replicas }: Found, seconds: number): GateAnswer {
  const behind = [
    ...signals.flatMap((one) =>
      'value' in one && one.value > seconds ? [`${one.what ?? 'a replica'} is ${Math.ceil(one.value)} seconds behind`] : [],
    ),
    ...replicas.flatMap((one) => ('isBehind' in one && one.isBehind ? [`${one.what} is more than ${seconds} seconds behind`] : [])),
  ]
  if (behind.length > 0) return { state: 'shut', evidence: behind, remedy: 'Wait until the replicas have caught up' }
  const lost = [
    ...replicas.flatMap((one) => ('unreachable' in one ? [`${one.what}: ${one.unreachable}`] : [])),
    ...(replicas.length > 0 ? [] : signals.flatMap((one) => ('unreadable' in one ? [one.unreadable] : []))),
  ]
  if (lost.length > 0)
    return {
      state: 'unseen',
      evidence: lost,
      remedy: replicas.length > 0 ? 'Make sure that interphase can connect to these replicas' : NAME_THEM,
    }
  return { state: 'open', evidence: [`No replica is more than ${seconds} seconds behind`] }
}
