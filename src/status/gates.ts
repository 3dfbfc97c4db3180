import { InterphaseError, isError, putRemedyOnOneLine } from '../error.ts'
import { GATE_REPORT_FORMAT_VERSION } from '../formats.ts'
import { makeGateFleetReader } from '../gate/fleet.ts'
import { formatGateAnswer, makeGateRowCounter, type PolicyGateAnswer } from '../gate/gate.ts'
import { GATE_NAMES } from '../phase/gate.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { gatesOfPhase, migrationsOfPhase, type PlannedMigration } from '../plan/plan.ts'
import { type ChainProgress, findPhaseProgress } from '../plan/progress.ts'
import type { Release } from '../release/migration.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import { makeGateFactsReaderForPhase } from '../run/gates/outside.ts'
import { makePhaseJob, type PreparedRelease } from '../run/job.ts'
import { evaluateGatesOfPhase, type GateAnswersOfPhase } from '../run/phase.ts'
import { prepareRelease } from '../run/plans.ts'
import type { GateInReport, GateReport } from './reports/gate-report.ts'
import type { StatusReport } from './reports/report.ts'

/** The facts about a project and its database that the report of its gates needs. */
export interface GateReportInput {
  readonly connected: ConnectedProject
  readonly progress: ChainProgress
  readonly history: LedgerHistory | undefined
  /** The current release with its plan, if a caller has already made the plan. */
  readonly current: PreparedRelease | undefined
  readonly problems: StatusReport['problems']
  readonly schema: StatusReport['schema']
  /** The reasons why the plan of the current release cannot run: stale states and refused effects. */
  readonly held: readonly string[]
}

/**
 * Evaluates the gates of a phase of the current release in the same way as a run, and returns the report of `interphase gate`. If
 * `phase` is undefined, the phase is the next phase in the ledger. `status --check`, `status --phase` and `gate` call this
 * function.
 */
export async function makeGateReport(facts: GateReportInput, phase?: PhaseName): Promise<GateReport> {
  const { connected, progress } = facts
  const { config, dialect, session } = connected
  const base = { format: GATE_REPORT_FORMAT_VERSION, project: config.project, dialect: dialect.name, database: session.where } as const
  const next = progress.next
  const asked = phase ?? next?.phase
  const own = ownGates(facts)
  if (!next || !asked || isNothingLeft(progress, next.release.name, asked)) {
    const open = own.every(({ state }) => state === 'open')
    return { ...base, open, gates: own, notAsked: [], notInForce: [], exitCode: open ? 0 : 6 }
  }
  const isJudged = own.every(({ state }) => state === 'open')
  const found = isJudged ? await askOrExplain(facts, next.release, asked) : await unasked(facts, next.release, asked)
  const gates = [...own, ...found.gates]
  const open = gates.every(({ state }) => state === 'open')
  const names = new Set([...found.gates, ...found.notAsked].map(({ gate }) => gate))
  return {
    ...base,
    release: next.release.name,
    phase: asked,
    ...(found.plan !== undefined && { plan: found.plan }),
    open,
    ...(gates.some(({ consent }) => consent !== undefined) && { consent: 'with the run' as const }),
    gates,
    notAsked: [...found.notAsked],
    notInForce: GATE_NAMES.filter((gate) => !names.has(gate)),
    command: `interphase ${asked}`,
    exitCode: open ? 0 : 6,
  }
}

/** Returns the evidence and the remedy of each gate in a report that is not open, as lines. */
export function reasonsOfGatesNotOpen({ gates }: GateReport): readonly string[] {
  return gates.filter(({ state }) => state !== 'open').flatMap(formatGateAnswer)
}

interface FoundGates {
  readonly gates: readonly GateInReport[]
  readonly notAsked: GateReport['notAsked']
  readonly plan?: string
}

/** Returns true if the phase of the release is done or has no migrations. */
function isNothingLeft(progress: ChainProgress, release: string, phase: PhaseName): boolean {
  const found = progress.releases.find((one) => one.release.name === release)
  const run = found && findPhaseProgress(progress, found.release, phase)?.run
  return run === undefined || run.state === 'done' || run.state === 'empty'
}

/** Returns the conditions that every run requires before it evaluates the gates. */
function ownGates({ problems, schema, held }: GateReportInput): GateInReport[] {
  // The problem `pending.not-rerunnable` (a done data step has rows left) is no condition here, because the gate
  // `data-steps-complete` reports the same rows.
  const found = problems.filter(({ code }) => code !== 'pending.not-rerunnable' && code !== 'schema.differs')
  const differs = problems.find(({ code }) => code === 'schema.differs')
  const gate = (name: string, isOpen: boolean, more: Pick<GateInReport, 'evidence'> & { readonly remedy?: string }): GateInReport => ({
    gate: name,
    parameters: {},
    from: 'engine',
    state: isOpen ? 'open' : 'shut',
    ...more,
  })
  const compared: { readonly [S in StatusReport['schema']]: () => GateInReport } = {
    'as planned': () => gate('schema-as-planned', true, { evidence: ['The schema of the database equals the plan'] }),
    'differs': () =>
      gate('schema-as-planned', false, {
        evidence: [differs?.says ?? 'The schema of the database differs from the plan'],
        remedy: differs ? putRemedyOnOneLine(differs.remedy) : 'Show the differences: interphase status --check',
      }),
    'not compared': () => ({
      ...gate('schema-as-planned', false, { evidence: ['The schema was not compared with the plan'] }),
      state: 'unseen',
    }),
  }
  return [
    gate('release-admitted', held.length === 0, { evidence: [...held] }),
    compared[schema](),
    ...found.map(({ code, says, remedy }) => gate(code, false, { evidence: [says], remedy })),
  ]
}

/**
 * Returns the gates of the phase with the state `unseen` (not evaluated), because the conditions that every run requires do not
 * hold.
 */
async function unasked(facts: GateReportInput, release: Release, phase: PhaseName): Promise<FoundGates> {
  const evidence = ['Not asked, because a condition of the engine above is shut']
  const gates = gatesOfPhase(release, facts.connected.policies[phase], await migrationsIfReadable(facts, release, phase))
  return {
    gates: gates.map(({ gate, ...parameters }) => ({ gate, parameters, from: 'policy', state: 'unseen', evidence })),
    notAsked: [],
  }
}

/** Returns the planned migrations of the phase, or no migrations if the plan cannot be made. */
async function migrationsIfReadable(
  { connected, history, current }: GateReportInput,
  release: Release,
  phase: PhaseName,
): Promise<readonly PlannedMigration[]> {
  try {
    const { plan } = current ?? (await prepareRelease(connected, await connected.states.of(release.name), history))
    return migrationsOfPhase(plan, phase)
  } catch (error) {
    if (!(error instanceof InterphaseError)) throw error
    return []
  }
}

/**
 * Evaluates the gates. If a gate throws an error, all gates get the state `unseen` (not evaluated), because a run would end with
 * this error.
 */
async function askOrExplain(facts: GateReportInput, release: Release, phase: PhaseName): Promise<FoundGates> {
  try {
    return await ask(facts, release.name, phase)
  } catch (error) {
    if (facts.connected.session.lost.aborted || !(error instanceof InterphaseError) || isError(error, 'statement.lock-timeout')) throw error
    const { gates } = await unasked(facts, release, phase)
    return {
      gates: gates.map((gate) => ({ ...gate, evidence: [error.message], remedy: putRemedyOnOneLine(error.remedy) })),
      notAsked: [],
    }
  }
}

async function ask({ connected, progress, history, current }: GateReportInput, release: string, phase: PhaseName): Promise<FoundGates> {
  const { dialect, policies, session, clock } = connected
  const prepared = current ?? (await prepareRelease(connected, await connected.states.of(release), history))
  const observer = makeGateRowCounter(session, dialect)
  const fleet = makeGateFleetReader(session, dialect, connected.config.project)
  const outside = makeGateFactsReaderForPhase(connected, release, phase)
  const request = { confirmed: true, again: new Set<never>(), observer, fleet, outside, at: clock.now() }
  const job = makePhaseJob(prepared, phase, progress, history, policies, request)
  const isNext = PHASES.indexOf(phase) <= PHASES.indexOf(progress.next?.phase ?? phase)
  const { answers, notAsked, tooEarly }: GateAnswersOfPhase = await evaluateGatesOfPhase(job, isNext)
  const early = tooEarly.map(({ gate, ...parameters }): GateInReport => {
    const evidence = ['The rows can be counted only after the earlier phases are done']
    return { gate, parameters, from: 'policy', state: 'unseen', evidence, remedy: 'See the next phase: interphase status' }
  })
  return { gates: [...answers.map(toEntry), ...early], notAsked: [...notAsked], plan: prepared.plan.fingerprint }
}

function toEntry({ gate: { gate, ...parameters }, state, evidence, remedy, consentTo }: PolicyGateAnswer): GateInReport {
  const consent = consentTo ? ({ consent: 'with the run' } as const) : {}
  return { gate, parameters, from: 'policy', state, evidence: [...evidence], ...(remedy !== undefined && { remedy }), ...consent }
}
