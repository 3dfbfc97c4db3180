import type { GateInPolicy, GateName } from '../phase/gate.ts'
import type { Gate, GateAnswer, GateAskTime, GateSituation, GateWithParametersOf, NamedGateAnswer } from './gate.ts'
import { approvalsGate } from './gates/approvals.ts'
import { backupGate } from './gates/backup.ts'
import { commandGate } from './gates/command.ts'
import { dataStepsCompleteGate } from './gates/data-steps-complete.ts'
import { destructionConfirmedGate } from './gates/destruction-confirmed.ts'
import { earlierPhasesDoneGate } from './gates/earlier-phases-done.ts'
import { fleetGate } from './gates/fleet.ts'
import { freezeGate } from './gates/freeze.ts'
import { longTransactionsGate } from './gates/long-transactions.ts'
import { preconditionsHoldGate } from './gates/preconditions-hold.ts'
import { quarantineEmptyGate } from './gates/quarantine-empty.ts'
import { queryGate } from './gates/query.ts'
import { replicasGate } from './gates/replicas.ts'
import { soakGate } from './gates/soak.ts'
import { unusedGate } from './gates/unused.ts'
import { windowGate } from './gates/window.ts'

/** Every gate that a policy can name. A gate name without an entry does not compile. */
const GATE: { readonly [G in GateName]: GateWithParametersOf<G> } = {
  'earlier-phases-done': earlierPhasesDoneGate,
  'data-steps-complete': dataStepsCompleteGate,
  'quarantine-empty': quarantineEmptyGate,
  'preconditions-hold': preconditionsHoldGate,
  'destruction-confirmed': destructionConfirmedGate,
  'soak': soakGate,
  'fleet': fleetGate,
  'window': windowGate,
  'freeze': freezeGate,
  'long-transactions': longTransactionsGate,
  'replicas': replicasGate,
  'backup': backupGate,
  'query': queryGate,
  'command': commandGate,
  'approvals': approvalsGate,
  'unused': unusedGate,
}

/** Returns the gates that a run asks at one of these times. */
export function selectGatesAskedAt(gates: readonly GateInPolicy[], times: readonly GateAskTime[]): readonly GateInPolicy[] {
  return gates.filter(({ gate }) => times.includes(GATE[gate].askedAt))
}

/** Returns the gates that a run asks once more after it has noted its beginning. */
export function selectGatesAskedAfterNote(gates: readonly GateInPolicy[]): readonly GateInPolicy[] {
  return gates.filter(({ gate }) => GATE[gate].askedAfterNote === true)
}

/** True if the answer of the gate depends on the consent that a person gives with a run. */
export function gateNeedsConsent(gate: GateName): boolean {
  return GATE[gate].needsConsent === true
}

/** True if the gate counts rows, which is possible only when the earlier phases are done. */
export function gateReadsDatabase(gate: GateName): boolean {
  return GATE[gate].reads === 'database'
}

/** Asks the gates one after the other, and returns all answers, so that a person sees at once everything that holds the phase. */
export async function askGates(gates: readonly GateInPolicy[], at: GateSituation): Promise<readonly NamedGateAnswer[]> {
  const answers: NamedGateAnswer[] = []
  for (const named of gates) {
    const { gate, ...parameters } = named
    // The parser of the policy has checked that the parameters fit this gate, so the cast is safe.
    const found = GATE[gate] as Gate
    const answer = await found.ask(at, parameters)
    answers.push({ gate: named, refusal: found.refusal, ...(found.overridable ? withOverride(answer, named, at) : answer) })
  }
  return answers
}

/** The name with which an override names a gate: the `name` in its parameters, otherwise the name of the gate. */
export function overrideNameOf(named: GateInPolicy): string {
  return 'name' in named ? named.name : named.gate
}

/** True if a person may let a phase start although this gate is shut. */
export function canBeOverridden(gate: GateName): boolean {
  return GATE[gate].overridable === true
}

/**
 * Changes the answer of a gate to open if a person has overridden the gate for this plan. The evidence then names the person and the
 * reason.
 */
function withOverride(answer: GateAnswer, named: GateInPolicy, { overrides, inPlan }: GateSituation): GateAnswer {
  if (answer.state === 'open') return answer
  const { plan, phase } = inPlan
  const found = overrides.findLast((one) => one.gate === overrideNameOf(named) && one.plan === plan && one.phase === phase)
  if (!found) return answer
  return { state: 'open', evidence: [...answer.evidence, `Overridden by ${found.name}, because ${found.because}`] }
}
