import { Option } from '@commander-js/extra-typings'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { makePaintForStream, printCommandResult, printJsonDocument, printWrappedText } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildPhaseOption, buildTargetDatabaseCommand } from '../../verb.ts'

const FORMATS = ['text', 'json', 'mermaid'] as const

export function buildPlanCommand() {
  const verb = buildTargetDatabaseCommand('plan')
    .summary('print the migrations and statements that a run would execute')
    .description(
      'The command prints the unfinished releases in the order in which they run. ' +
        'For each migration, plan prints the statements, the changes of the schema, and the tables that the migration touches. ' +
        'The command also prints whether the migration runs in one transaction with the ledger or statement by statement. Above each statement, plan prints its price: ' +
        'the blocked sessions and the work, as measured on a shadow, and an estimated time for the present size of the tables. ' +
        'The first printed release is the current one. Later releases cannot start until the current release is contracted. ' +
        'The last lines show the next command, or the reason why the next phase cannot start, as interphase status --check prints them. ' +
        'If the policies refuse a release, plan prints the refused effects above the release, and the release does not run. ' +
        'A run executes the same plan, and the ledger stores the fingerprint of the plan. The command changes nothing.',
    )
    .optionsGroup('Options:')
    .addOption(buildPhaseOption('--phase <phase>', 'print only the migrations of this phase'))
    .addOption(
      new Option(
        '--format <format>',
        'the format of the plan: text, json (the same as --json), or mermaid (a flowchart for a pull request)',
      )
        .choices(FORMATS)
        .default('text' as const),
    )
    .action(async (options) => {
      const engine = await openProjectWithDatabase(options)
      const { plans, status } = await engine.planAndStatus()
      const { formatProblemsAndNextCommand } = await import('../../render/status.ts')
      const { isSqlOutputLine, makePlanDocument, formatPlans, selectPhaseInPlans } = await import('../../render/plan.ts')
      if (options.json || options.format === 'json') printJsonDocument(makePlanDocument(plans, status, options.phase))
      else if (options.format === 'mermaid')
        printCommandResult((await import('../../documents/mermaid.ts')).formatPlansAsMermaid(selectPhaseInPlans(plans, options.phase)))
      else
        printWrappedText(
          [
            formatPlans(plans, options.phase),
            ...(plans.length > 0 ? [formatProblemsAndNextCommand(status, makePaintForStream(process.stdout))] : []),
          ].join('\n\n'),
          isSqlOutputLine,
        )
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase plan', does: 'all migrations that have not run' },
      { line: 'interphase plan --phase contract --json', does: 'the contract, for a program; docs/plan.schema.json describes the format' },
      { line: 'interphase plan --format mermaid', does: 'the order as a flowchart, for a pull request' },
    ],
    exits: [0, 1, 2, 7],
  })
  return verb
}
