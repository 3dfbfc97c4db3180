import { Argument } from '@commander-js/extra-typings'
import { systemClock } from '../../../clock.ts'
import { InterphaseError } from '../../../error.ts'
import type { GateDecision } from '../../../run/gates/approve.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import {
  makePaintForStream,
  printCommandResult,
  printJsonDocument,
  printJsonLine,
  printWrappedText,
  writeReportFile,
} from '../../output.ts'
import { runWithTargetDatabase } from '../../project.ts'
import { buildPhaseOption, buildTargetDatabaseCommand, makeSecondsParser } from '../../verb.ts'

const DECISIONS = ['approve', 'revoke', 'override', 'baseline'] as const

export function buildGateCommand() {
  const verb = buildTargetDatabaseCommand('gate')
    .summary('print whether the next phase can start; approve the phase, or override a gate')
    .description(
      'The command evaluates every gate of the next phase in the same way as a run, and prints each answer with its evidence and its remedy. ' +
        'A gate is open, shut or unseen. Unseen means that the condition could not be checked, and counts as shut. ' +
        'A person confirms the loss of data only when the phase runs, so gate marks this data with "needs consent". ' +
        'The exit code 0 does not include this confirmation: in a pipeline, contract also needs --yes, and otherwise ends with 6. ' +
        'Without an argument, the command changes nothing. ' +
        'With approve, revoke or override, the command stores the decision of a person about the present plan in the ledger. ' +
        'With baseline, the command stores the present usage counts of the server. The gate "unused" compares later counts with these counts.',
    )
    .addArgument(new Argument('[decision]', 'store a decision instead of evaluating the gates').choices(DECISIONS))
    .argument('[gate]', 'the gate that override opens: its name, or the name in its parameters')
    .optionsGroup('Options:')
    .addOption(buildPhaseOption('--phase <phase>', 'evaluate the gates of this phase of the current release (default: the next phase)'))
    .option(
      '--wait <seconds>',
      'evaluate the gates again until the phase can start, for at most this time; with a decision: wait for the lock of the project (default: 10)',
      makeSecondsParser('--wait'),
    )
    .option('--all', 'also list the gates that the policy of the phase does not contain; --json always lists them')
    .option('--report <file>', 'write the answers and the plan as one HTML page, which can be printed')
    .option('--as <name>', 'the person who decides (default for an unsigned approval: the database role)')
    .option('--key <file>', 'the SSH key that signs the approval')
    .option('--hours <hours>', 'the number of hours for which the approval is valid, at most as many as the policy allows', hoursOf)
    .option('--because <reason>', 'the reason of an override or a revocation')
    .action((decision, gate, options) =>
      runWithTargetDatabase(options, async ({ engine }) => {
        // Before the command stores a decision, such as an approval, it waits for the lock of the project, because two people can
        // decide at the same time.
        const { phase, wait = decision ? DECISION_WAIT_SECONDS : 0 } = options
        const about = { ...(phase && { phase }), waitMs: wait * 1000 }
        if (decision) {
          const stored = await engine.decide(toDecision(decision, gate, options), about)
          if (options.json) printJsonLine({ type: 'result', decision: stored })
          else printCommandResult(`${stored.name}: ${DONE[stored.kind]} for ${stored.phase} of ${stored.release}, plan ${stored.plan}`)
          return
        }
        const report = await engine.gate(about)
        if (options.report !== undefined) {
          const { formatGatePage } = await import('../../documents/gate-page.ts')
          // A report without a plan contains problems of the database. The HTML page then shows the problems and no plans, so the
          // command does not read the plans.
          const plans = report.plan === undefined ? [] : await engine.plan()
          const facts = { report, plans, at: systemClock.now() }
          writeReportFile(options.report, formatGatePage(facts))
        }
        if (options.json) printJsonDocument(report)
        else
          printWrappedText(
            (await import('../../render/gates.ts')).formatGateReport(report, makePaintForStream(process.stdout), options.all),
          )
        process.exitCode = report.exitCode
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase gate', does: 'every gate of the next phase, with its evidence' },
      { line: 'interphase gate --phase contract --wait 3600', does: 'a pipeline waits up to an hour until contract may start' },
      { line: 'interphase gate --json', does: 'for a program; docs/gate.schema.json describes the format' },
      {
        line: 'interphase gate --phase contract --report gate.html',
        does: 'one page for a change board: what runs, what it destroys, every gate',
      },
      { line: 'interphase gate approve --phase contract --as anna --key ~/.ssh/id_ed25519', does: 'approves the present plan of contract' },
      {
        line: "interphase gate override soak --as anna --because 'the fix must be out today'",
        does: 'opens one gate for the present plan',
      },
      { line: 'interphase gate baseline --phase contract', does: 'stores usage counts, so that the gate "unused" counts only later use' },
    ],
    exits: [0, 1, 2, 6, 10],
  })
  return verb
}

const DECISION_WAIT_SECONDS = 10

const DONE: { readonly [K in GateDecision['kind']]: string } = {
  approve: 'approved',
  revoke: 'the approval is revoked',
  override: 'the gate is overridden',
  baseline: 'the use of objects is counted from now on',
}

interface DecisionOptions {
  readonly as?: string | undefined
  readonly key?: string | undefined
  readonly hours?: number | undefined
  readonly because?: string | undefined
}

function toDecision(kind: (typeof DECISIONS)[number], gate: string | undefined, options: DecisionOptions): GateDecision {
  const { as: name, key, hours, because } = options
  if (kind === 'baseline') return { kind }
  if (kind === 'approve') {
    return { kind, ...(name !== undefined && { approver: name }), ...(key !== undefined && { key }), ...(hours !== undefined && { hours }) }
  }
  if (kind === 'revoke') return { kind, ...(name !== undefined && { approver: name }), ...(because !== undefined && { because }) }
  if (gate === undefined || name === undefined || because === undefined || because.trim() === '' || name.trim() === '') {
    const problem = 'an override needs the gate, a name and a reason'
    throw new InterphaseError('usage', { problem, try: "Write: interphase gate override soak --as anna --because 'the reason'" })
  }
  return { kind, gate, name, because }
}

function hoursOf(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InterphaseError('usage', { problem: `"${text}" is not a number of hours`, try: 'Write --hours 24 for a day' })
}
