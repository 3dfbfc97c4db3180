import { addHelp } from '../lesson.ts'
import { paintFor, printFitted, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { phaseOption, runningVerb } from '../verb.ts'
import { runUp } from './upgrade.ts'

export function upVerb() {
  const verb = runningVerb('up')
    .summary('run all phases of all releases, in order')
    .description(
      'Runs all phases of all releases, or up to the point that --to and --phase name. Use it in development, and when the application is stopped during the upgrade. ' +
        'If two versions of the application run side by side, use expand, migrate and contract instead. Each contract must be confirmed, as with interphase contract.',
    )
    .optionsGroup('Options:')
    .addOption(phaseOption('--phase <phase>', 'stop after this phase of the release in --to, or of the current release'))
    .option('--to <release>', 'stop after this release (default: the newest)')
    .option('--dry-run', 'print the plan and change nothing')
    .option('--yes', 'confirm what the contracts destroy')
    .action(async (options) => {
      const reach = { ...(options.phase && { phase: options.phase }), ...(options.to !== undefined && { to: options.to }) }
      if (!options.dryRun) return runUp(options, { ...reach, confirmed: options.yes ?? false })
      const engine = await openTarget(options)
      const { plans, status } = await engine.planAndStatus(reach)
      const { outcomeText } = await import('../render/status.ts')
      const { dryRunText, isSql, planDocument, planText } = await import('../render/plan.ts')
      if (options.json) printJson(planDocument(plans, status))
      else {
        const more = plans.length > 0 ? [outcomeText(status, paintFor(process.stdout)), dryRunText(plans)] : []
        printFitted([planText(plans), ...more].join('\n\n'), isSql)
      }
    })
  addHelp(verb, {
    examples: [
      { line: 'interphase up --yes', does: 'brings the database to the newest release' },
      { line: 'interphase up --to 2015.2-liberty --phase migrate', does: 'stops before the contract of that release' },
      { line: 'interphase up --dry-run', does: 'prints the plan' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
