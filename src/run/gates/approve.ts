import { join } from 'node:path'
import { InterphaseError } from '../../error.ts'
import { formatApprovalTextToSign, type PhaseInPlan } from '../../gate/approval.ts'
import { canGateBeOverridden, overrideNameOf } from '../../gate/gates.ts'
import { readDatabaseIdentity, readDatabaseTime } from '../../gate/outside.ts'
import { ALLOWED_SIGNERS_FILE, checkApprovalSignature, signApproval } from '../../gate/ssh-signature.ts'
import type { ObjectUsageBaseline } from '../../gate/usage.ts'
import { runUnderProjectLock } from '../../ledger/access.ts'
import type { GateParameters } from '../../phase/gate.ts'
import type { PhaseName } from '../../phase/phase.ts'
import type { LedgerNoteContent } from '../../plan/note.ts'
import { gatesOfPhase, migrationsOfPhase } from '../../plan/plan.ts'
import { computeChainProgress } from '../../plan/progress.ts'
import type { Release } from '../../release/migration.ts'
import { type ConnectedProject, readProjectHistory } from '../connected-project.ts'
import type { PreparedRelease } from '../job.ts'
import { prepareRelease } from '../plans.ts'
import { readObjectUsageBaseline } from './usage.ts'

/** The decision of a person about the gates of a phase. */
export type GateDecision =
  | { readonly kind: 'approve'; readonly approver?: string; readonly key?: string; readonly hours?: number }
  | { readonly kind: 'revoke'; readonly approver?: string; readonly because?: string }
  | { readonly kind: 'override'; readonly gate: string; readonly name: string; readonly because: string }
  | { readonly kind: 'baseline' }

/** The decision of a person about the gates of a phase, as the ledger stores the decision. */
export interface StoredGateDecision extends PhaseInPlan {
  readonly kind: GateDecision['kind']
  readonly name: string
  readonly gate?: string
  readonly expiresAt?: string
}

const DEFAULT_HOURS = 168
const HOUR_MS = 3_600_000

/**
 * Stores the decision of a person about a phase of the current release in the ledger. The decision applies only to the present
 * plan. If `phase` is undefined, the decision is about the next phase. Throws `usage` if the policy does not name the person or
 * the gate, and if the policy excludes the approval of an author.
 */
export async function storeGateDecision(
  connected: ConnectedProject,
  decision: GateDecision,
  phase: PhaseName | undefined,
  waitMs: number,
): Promise<StoredGateDecision> {
  const { session, dialect, config, chain } = connected
  const history = await readProjectHistory(connected)
  const progress = computeChainProgress(chain, history)
  const { next } = progress
  if (!next) throw refuse('every release is done', 'See the status: interphase status')
  const prepared = await prepareRelease(connected, await connected.states.of(next.release.name), history)
  const inPlan = { release: next.release.name, phase: phase ?? next.phase, plan: prepared.plan.fingerprint }
  const gates = gatesOfPhase(next.release, connected.policies[inPlan.phase], migrationsOfPhase(prepared.plan, inPlan.phase))
  const found = gates.find((one) => one.gate === 'approvals')
  const subject = `${inPlan.phase} of ${inPlan.release}`
  if (decision.kind === 'override') {
    const { gate, name, because } = decision
    const known = gates.filter((one) => canGateBeOverridden(one.gate)).map(overrideNameOf)
    if (!known.includes(gate)) {
      const remedy = known.length > 0 ? `The gates that can be overridden: ${known.join(', ')}` : 'No gate of this phase can be overridden'
      throw refuse(`the gate "${gate}" of ${subject} cannot be overridden`, remedy)
    }
    await write(connected, waitMs, { kind: 'overridden', fields: { ...inPlan, gate, name, because } }, subject)
    return { ...inPlan, kind: 'override', name, gate }
  }
  if (decision.kind === 'baseline') {
    const fields = await usageBaselineOf(connected, prepared, inPlan.phase)
    await write(connected, waitMs, { kind: 'usage', fields }, subject)
    return { ...inPlan, kind: 'baseline', name: connected.writer.by }
  }
  if (!found)
    throw refuse(`the policy of ${inPlan.phase} has no gate "approvals"`, 'Add the gate to the policy, or run the phase without approvals')
  const approver = await approverOf(connected, decision.approver, found)
  if (decision.kind === 'revoke') {
    const { because } = decision
    const { release, phase: at } = inPlan
    await write(
      connected,
      waitMs,
      { kind: 'revoked', fields: { release, phase: at, approver, ...(because !== undefined && { because }) } },
      subject,
    )
    return { ...inPlan, kind: 'revoke', name: approver }
  }
  refuseAuthor(approver, found, next.release)
  const now = await readDatabaseTime(session, dialect)
  const hours = Math.min(decision.hours ?? Number.POSITIVE_INFINITY, found.hours ?? DEFAULT_HOURS)
  const statement = {
    ...inPlan,
    database: await readDatabaseIdentity(session, dialect),
    approver,
    approvedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + hours * HOUR_MS).toISOString(),
  }
  const signature = await signatureOf(
    connected,
    formatApprovalTextToSign({ ...statement, project: config.project }),
    approver,
    decision.key,
    found,
  )
  await write(connected, waitMs, { kind: 'approved', fields: { ...statement, ...(signature !== undefined && { signature }) } }, subject)
  return { ...inPlan, kind: 'approve', name: approver, expiresAt: statement.expiresAt }
}

async function usageBaselineOf(connected: ConnectedProject, prepared: PreparedRelease, phase: PhaseName): Promise<ObjectUsageBaseline> {
  const baseline = await readObjectUsageBaseline(connected, prepared, phase)
  if (!baseline) throw refuse(`${phase} removes no table, column, view, routine or index`, 'See what the phase does: interphase plan')
  if ('unseen' in baseline) throw refuse(`the server does not count the use: ${baseline.unseen}`, baseline.remedy)
  return baseline
}

type ApprovalsInPolicy = GateParameters<'approvals'>

/**
 * Returns the name of the approver. For a signed approval the result is `given`, and otherwise the database role of the session.
 */
async function approverOf(
  { session, dialect }: ConnectedProject,
  given: string | undefined,
  { from, signed = true }: ApprovalsInPolicy,
): Promise<string> {
  const [row] = await session.query<{ readonly role: string }>(dialect.gates.role)
  const role = row?.role ?? ''
  if (!signed && given !== undefined && given !== role) {
    throw refuse(`the database role is ${role}, not ${given}`, 'Connect with the database role of the approver')
  }
  if (signed && given === undefined) throw refuse('the name of the approver is missing', `Write --as with one of: ${from.join(', ')}`)
  const approver = signed ? (given ?? '') : role
  if (!from.includes(approver)) throw refuse(`the policy does not name ${approver} as an approver`, `The approvers are: ${from.join(', ')}`)
  return approver
}

/**
 * Throws `usage` for an approval that the gate would not count, because the policy does not accept approvals by authors of the
 * release.
 */
function refuseAuthor(approver: string, { from, authors = true }: ApprovalsInPolicy, { name, authors: known }: Release): void {
  if (authors) return
  if (!known) {
    const problem = 'the policy leaves out approvals by the authors of the release, and release.json does not name them'
    throw refuse(problem, `Write the names into release.json of ${name}: "authors": ["<name>"]`)
  }
  if (!known.includes(approver)) return
  const others = from.filter((one) => !known.includes(one))
  throw refuse(
    `${approver} is an author of ${name}, and the policy leaves out the approvals of its authors`,
    `Let one of these approve: ${others.join(', ')}`,
  )
}

/**
 * Signs the approval, and checks the signature in the same way as the gate. The check detects a wrong key before the run. Returns
 * undefined if the policy requires no signature.
 */
async function signatureOf(
  { config }: ConnectedProject,
  text: string,
  approver: string,
  key: string | undefined,
  { signed = true }: ApprovalsInPolicy,
): Promise<string | undefined> {
  if (!signed) return undefined
  if (key === undefined) throw refuse('the key that signs the approval is missing', 'Write --key ~/.ssh/id_ed25519')
  const signature = await signApproval(text, key)
  const check = await checkApprovalSignature({ text, approver, signature }, join(config.root, ALLOWED_SIGNERS_FILE))
  if ('problem' in check) throw new InterphaseError('approval.wrong-key', { approver, file: ALLOWED_SIGNERS_FILE, problem: check.problem })
  return signature
}

async function write(connected: ConnectedProject, waitMs: number, note: LedgerNoteContent, subject: string): Promise<void> {
  await runUnderProjectLock(connected, waitMs, ({ ledger }) => ledger.note(note, subject))
}

function refuse(problem: string, remedy: string): InterphaseError {
  return new InterphaseError('usage', { problem, try: remedy })
}
