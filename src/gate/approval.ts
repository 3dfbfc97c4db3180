import type { LedgerNoteFields } from '../plan/note.ts'

/** The facts of an approval that the approver signs. The signature covers all these facts. */
export interface ApprovalFactsToSign extends Omit<LedgerNoteFields<'approved'>, 'signature'> {
  readonly project: string
}

/** Returns the text of an approval that an approver signs. Equal approvals have equal texts. */
export function formatApprovalTextToSign(statement: ApprovalFactsToSign): string {
  const { project, database, release, phase, plan, approver, approvedAt, expiresAt } = statement
  const parts = { project, database, release, phase, plan, approver, approvedAt, expiresAt }
  return `interphase approval, version 1\n${JSON.stringify(parts, undefined, 2)}\n`
}

/** An approval in the ledger, with its signature if it was signed. */
export type LedgerApproval = LedgerNoteFields<'approved'>

/** The phase of a release to which an approval or an override applies. */
export interface PhaseInPlan {
  readonly release: string
  readonly phase: string
  /** The fingerprint of the plan that the approver approved. */
  readonly plan: string
}
