import { Option } from '@commander-js/extra-typings'
import { InterphaseError } from '../../error.ts'
import { addExamplesAndExitCodes } from '../command-examples.ts'
import { makePaintForStream, printCommandResult, printJsonDocument, printJsonLine, printWrappedText } from '../output.ts'
import { openProjectWithDatabase, runWithTargetDatabase } from '../project.ts'
import { formatSnapshotResult, formatSnapshotScript } from '../render/snapshot.ts'
import { buildPhaseOption, buildUpgradingCommand, type UpgradingCommandOptions } from '../verb.ts'
import { runUpCommand } from './upgrade.ts'

export function buildUpCommand() {
  const verb = buildUpgradingCommand('up')
    .summary('run all phases of all releases, in order')
    .description(
      'The command runs all phases of all releases, or up to the point that --to and --phase name. ' +
        'Use up in development, and when the application is stopped during the upgrade. ' +
        'If two versions of the application run at the same time, use expand, migrate and contract instead. ' +
        'Each contract must be confirmed, as with interphase contract. With --from-snapshot, the command does not run the migrations: ' +
        'it creates the schema of the newest recorded state in an empty database, compares the schema with the recorded state, and writes the ledger.',
    )
    .optionsGroup('Options:')
    .addOption(
      buildPhaseOption(
        '--phase <phase>',
        'stop the run after this phase: with --to, the phase of that release; without --to, the phase of the current release',
      ),
    )
    .option('--to <release>', 'stop the run after this release (default: the newest)')
    .option('--dry-run', 'print the plan and change nothing')
    .option('--yes', 'confirm everything that the phases destroy')
    .addOption(
      new Option('--from-snapshot', 'create the newest recorded state in an empty database, without running the migrations').conflicts([
        'to',
        'phase',
        'yes',
      ]),
    )
    .option('--rows', 'with --from-snapshot: also load the rows that the migrations make on an empty database')
    .action(async (options) => {
      if (options.fromSnapshot) return runFromSnapshot(options)
      if (options.rows)
        throw new InterphaseError('usage', { problem: '--rows needs --from-snapshot', try: 'Write: --from-snapshot --rows' })
      const reach = { ...(options.phase && { phase: options.phase }), ...(options.to !== undefined && { to: options.to }) }
      if (!options.dryRun) return runUpCommand(options, { ...reach, confirmed: options.yes ?? false })
      const engine = await openProjectWithDatabase(options)
      const { plans, status } = await engine.planAndStatus(reach)
      const { formatProblemsAndNextCommand } = await import('../render/status.ts')
      const { formatLastLineOfDryRun, isSqlOutputLine, makePlanDocument, formatPlans } = await import('../render/plan.ts')
      if (options.json) printJsonDocument(makePlanDocument(plans, status))
      else {
        const more =
          plans.length > 0 ? [formatProblemsAndNextCommand(status, makePaintForStream(process.stdout)), formatLastLineOfDryRun(plans)] : []
        printWrappedText([formatPlans(plans), ...more].join('\n\n'), isSqlOutputLine)
      }
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase up --yes', does: 'brings the database to the newest release' },
      { line: 'interphase up --to 2015.2-liberty --phase migrate', does: 'stops before the contract of that release' },
      { line: 'interphase up --dry-run', does: 'prints the plan' },
      {
        line: 'interphase up --from-snapshot --rows',
        does: 'creates the newest schema with its reference rows, for tests and new installations',
      },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}

/** Creates the schema of the newest recorded state in the database, or prints its SQL with `--dry-run`. */
async function runFromSnapshot(
  options: UpgradingCommandOptions & { readonly rows?: true | undefined; readonly dryRun?: true | undefined },
): Promise<void> {
  const { rows = false, dryRun = false, json } = options
  await runWithTargetDatabase(options, async ({ engine }) => {
    const made = await engine.buildFromSnapshot({ rows, dryRun, waitMs: options.wait * 1000 })
    if (json) printJsonLine({ type: 'result', snapshot: made })
    else if (dryRun) printCommandResult(formatSnapshotScript(made))
    else printCommandResult(formatSnapshotResult(made))
  })
}
