import { teach } from '../lesson.ts'
import { paintFor, printFitted, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { phaseOption, runningVerb } from '../verb.ts'
import { runUp } from './upgrade.ts'

export function upVerb() {
  const verb = runningVerb('up')
    .summary('run everything, phase by phase and release by release')
    .description(
      'Runs whatever is next until nothing is, or as far as --to and --phase say. It is for an installation where the application is stopped meanwhile, and for development: ' +
        'where two versions run side by side, use expand, migrate and contract at their moments. What contracts destroy has to be confirmed as there.',
    )
    .optionsGroup('Options:')
    .addOption(phaseOption('--phase <phase>', 'up to and including this phase: of the release named with --to, or of the one at work'))
    .option('--to <release>', 'up to and including this release (default: the newest)')
    .option('--dry-run', 'print the plan and change nothing')
    .option('--yes', 'what contracts destroy may go')
    .action(async (options) => {
      const reach = { ...(options.phase && { phase: options.phase }), ...(options.to !== undefined && { to: options.to }) }
      if (!options.dryRun) return runUp(options, { ...reach, confirmed: options.yes ?? false })
      const engine = await openTarget(options)
      const plans = await engine.plan(reach)
      const status = await engine.status({ compareSchema: true })
      const { standText } = await import('../render/status.ts')
      const { dryRunText, isSql, planDocument, planText } = await import('../render/plan.ts')
      if (options.json) printJson(planDocument(plans, status))
      else {
        const more = plans.length > 0 ? [standText(status, paintFor(process.stdout)), dryRunText(plans)] : []
        printFitted([planText(plans), ...more].join('\n\n'), isSql)
      }
    })
  teach(verb, {
    examples: [
      { line: 'interphase up --yes', does: 'brings the database to the newest release' },
      { line: 'interphase up --to 2015.2-liberty --phase migrate', does: 'stops before the contract of that release' },
      { line: 'interphase up --dry-run', does: 'what it would run' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
