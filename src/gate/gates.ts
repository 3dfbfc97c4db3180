import type { GateInPolicy, GateName } from '../phase/gate.ts'
import type { AskedAt, Gate, GateOf, NamedGateAnswer, Situation } from './gate.ts'
import { dataStepsComplete } from './gates/data-steps-complete.ts'
import { destructionConfirmed } from './gates/destruction-confirmed.ts'
import { earlierPhasesDone } from './gates/earlier-phases-done.ts'
import { preconditionsHold } from './gates/preconditions-hold.ts'
import { soak } from './gates/soak.ts'

/** Every gate that a policy can name. A gate without an entry does not compile. */
const GATE: { readonly [G in GateName]: GateOf<G> } = {
  'earlier-phases-done': earlierPhasesDone,
  'data-steps-complete': dataStepsComplete,
  'preconditions-hold': preconditionsHold,
  'destruction-confirmed': destructionConfirmed,
  'soak': soak,
}

/** The gates that a run asks at one of these times. */
export function gatesAskedAt(gates: readonly GateInPolicy[], times: readonly AskedAt[]): readonly GateInPolicy[] {
  return gates.filter(({ gate }) => times.includes(GATE[gate].askedAt))
}

/** The gates that a command can ask without a run. */
export function gatesWithoutConsent(gates: readonly GateInPolicy[]): readonly GateInPolicy[] {
  return gates.filter(({ gate }) => !GATE[gate].needsConsent)
}

/** Asks all of these gates, in turn, so that a person sees everything that holds the phase at once. */
export async function askGates(gates: readonly GateInPolicy[], at: Situation): Promise<readonly NamedGateAnswer[]> {
  const answers: NamedGateAnswer[] = []
  for (const named of gates) {
    const { gate, ...parameters } = named
    // The parser of the policy has checked that the parameters fit this gate.
    const found = GATE[gate] as Gate
    answers.push({ gate: named, refusal: found.refusal, ...(await found.ask(at, parameters)) })
  }
  return answers
}
