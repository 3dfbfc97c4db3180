import { formatApprovalTextToSign, type LedgerApproval } from '../approval.ts'
import { type GateSituation, type GateWithParametersOf, makeUnseenGateAnswer, mapSequentially } from '../gate.ts'
import { ENGINE_QUERY_TIME_LIMIT_MS } from '../outside.ts'

/**
 * The gate `approvals` is open if enough of the named people have approved the present plan. An approval does not count if it is
 * for another plan, database or phase, if it is revoked or expired, or if it has no valid signature. Each person and each key
 * counts once.
 */
export const approvalsGate: GateWithParametersOf<'approvals'> = {
  reads: 'outside',
  // The gate `approvals` is also evaluated when an interrupted phase continues, because the files can have changed after the
  // interruption.
  askedAt: 'every-start',
  refusal: 'phase.held',
  ask: async (at, { required, from: named, signed = true, authors = true }) => {
    const { outside, approvals, inPlan } = at
    if (!authors && !at.authors) return NO_AUTHORS
    const excluded = authors ? [] : (at.authors ?? [])
    const from = named.filter((name) => !excluded.includes(name))
    const facts = await outside.within(ENGINE_QUERY_TIME_LIMIT_MS, async () => ({
      now: await outside.databaseTime(),
      here: await outside.identity(),
    }))
    if ('unseen' in facts) return makeUnseenGateAnswer(facts)
    const latest = [...new Map(approvals.filter(({ phase, release }) => isAbout(inPlan, phase, release)).map((one) => [one.approver, one]))]
    const judged = await mapSequentially(latest, async ([, one]) => ({
      one,
      problem: await problemOf(at, one, { ...facts, from, signed, excluded }),
    }))
    const lost = judged.find(({ problem }) => typeof problem === 'object' && 'lost' in problem)
    if (typeof lost?.problem === 'object' && 'lost' in lost.problem) return makeUnseenGateAnswer({ unseen: lost.problem.lost })
    const keys = new Map<string, LedgerApproval>()
    const notes: string[] = []
    for (const { one, problem } of judged) {
      if (typeof problem === 'string') notes.push(`The approval of ${one.approver} does not count: ${problem}`)
      else if ('key' in problem && keys.has(problem.key))
        notes.push(`The approval of ${one.approver} does not count: the key has approved already`)
      else if ('key' in problem) keys.set(problem.key, one)
    }
    const valid = [...keys.values()]
    const missing = required - valid.length
    return {
      state: missing > 0 ? 'shut' : 'open',
      evidence: [
        `${valid.length} of ${required} approvals of plan ${inPlan.plan}`,
        ...valid.map(({ approver, approvedAt, expiresAt }) => `${approver} approved at ${approvedAt}, valid until ${expiresAt}`),
        ...notes,
      ],
      remedy: `Let ${missing > 1 ? `${missing} of ` : ''}${from.filter((name) => !valid.some(({ approver }) => approver === name)).join(', ')} approve: interphase gate approve --phase ${inPlan.phase}${signed ? ' --as <name> --key <key file>' : ''}`,
    }
  },
}

const NO_AUTHORS = makeUnseenGateAnswer(
  { unseen: 'release.json does not name the authors of the release, and the policy leaves out their approvals' },
  'Write the names into release.json: "authors": ["<name>"]. This changes the plan, so ask for the approvals after that',
)

function isAbout(inPlan: GateSituation['inPlan'], phase: string, release: string): boolean {
  return phase === inPlan.phase && release === inPlan.release
}

interface Judging {
  readonly now: Date
  readonly here: string
  readonly from: readonly string[]
  readonly signed: boolean
  /** The authors of the release, if the policy does not count their approvals. */
  readonly excluded: readonly string[]
}

/**
 * Returns the key that identifies the approver, if the approval counts. Returns the reason as a text if the approval does not
 * count. Returns the reason in the field `lost` if the engine could not check the signature.
 */
async function problemOf(
  { inPlan, outside, project }: GateSituation,
  one: LedgerApproval,
  { now, here, from, signed, excluded }: Judging,
): Promise<string | { readonly key: string } | { readonly lost: string }> {
  if (excluded.includes(one.approver)) return 'this person is an author of the release'
  if (!from.includes(one.approver)) return 'the policy does not name this person'
  if (one.plan !== inPlan.plan)
    return `the approval is for the plan ${one.plan}, but files, policies or their order have changed since then`
  if (one.database !== here) return 'the approval is for another database'
  if (!(Date.parse(one.expiresAt) > now.getTime())) return `the approval expired at ${one.expiresAt}`
  if (!signed) return { key: one.approver }
  const { signature } = one
  if (signature === undefined) return 'the approval has no signature'
  const text = formatApprovalTextToSign({ ...one, project })
  const check = await outside.within(ENGINE_QUERY_TIME_LIMIT_MS, () => outside.checkSignature({ text, approver: one.approver, signature }))
  if ('unseen' in check) return { lost: check.unseen }
  return 'key' in check ? { key: check.key } : `its signature is not valid: ${check.problem}`
}
