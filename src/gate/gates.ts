import type { GateInPolicy, GateName } from '../phase/gate.ts'
import type { Gate, GateAnswer, GateEvaluationTime, GateSituation, GateWithParametersOf, PolicyGateAnswer } from './gate.ts'
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

/** The gates that a policy can name, by their names. The source does not compile if a gate name has no entry. */
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

/** Returns the gates that a run evaluates at one of the given times. */
export function selectGatesEvaluatedAt(gates: readonly GateInPolicy[], times: readonly GateEvaluationTime[]): readonly GateInPolicy[] {
  return gates.filter(({ gate }) => times.includes(GATE[gate].askedAt))
}

/** Returns the gates that a run evaluates a second time, after it has written the note `begun`. */
export function selectGatesEvaluatedAfterNote(gates: readonly GateInPolicy[]): readonly GateInPolicy[] {
  return gates.filter(({ gate }) => GATE[gate].askedAfterNote === true)
}

/**
 * Returns true if the answer of the gate needs the rows or the schema of the database. Commands evaluate such a gate only when
 * the earlier phases are done.
 */
export function gateReadsDatabase(gate: GateName): boolean {
  return GATE[gate].reads === 'database'
}

/**
 * Evaluates the gates one after the other. Returns the answers of all gates, also after a shut gate, so that a person reads all
 * reasons at once.
 */
export async function evaluateGates(gates: readonly GateInPolicy[], at: GateSituation): Promise<readonly PolicyGateAnswer[]> {
  const answers: PolicyGateAnswer[] = []
  for (const named of gates) {
    const { gate, ...parameters } = named
    // The cast is safe, because the parser of the policy has checked that the parameters belong to the gate.
    const found = GATE[gate] as Gate
    const answer = await found.ask(at, parameters)
    answers.push({ gate: named, refusal: found.refusal, ...(found.overridable ? withOverride(answer, named, at) : answer) })
  }
  return answers
}

/**
 * Returns the answer of a gate if, in the given situation, the answer does not depend on the content of the database. Otherwise
 * returns undefined.
 */
export function answerGateWithoutDatabase(named: GateInPolicy, at: GateSituation): PolicyGateAnswer | undefined {
  const { refusal, answerWithoutDatabase } = GATE[named.gate]
  const answer = answerWithoutDatabase?.(at)
  return answer && { gate: named, refusal, ...answer }
}

/**
 * Returns the name by which an override refers to a gate: its parameter `name`, or the name of the gate if it has no such
 * parameter.
 */
export function overrideNameOf(named: GateInPolicy): string {
  return 'name' in named ? named.name : named.gate
}

/** Returns true if a person can override the gate. */
export function canGateBeOverridden(gate: GateName): boolean {
  return GATE[gate].overridable === true
}

/**
 * Returns the answer `open` if a person has overridden the gate for the present plan and phase. The evidence then contains the
 * name and the reason of the person. Without an override, the function returns the answer unchanged.
 */
function withOverride(answer: GateAnswer, named: GateInPolicy, { overrides, inPlan }: GateSituation): GateAnswer {
  if (answer.state === 'open') return answer
  const { plan, phase } = inPlan
  const found = overrides.findLast((one) => one.gate === overrideNameOf(named) && one.plan === plan && one.phase === phase)
  if (!found) return answer
  return { state: 'open', evidence: [...answer.evidence, `Overridden by ${found.name}, because ${found.because}`] }
}
