import { addExamplesAndExitCodes } from '../command-examples.ts'
import { buildUpgradingCommand } from '../verb.ts'
import { runSinglePhaseCommand } from './upgrade.ts'

export function buildMigrateCommand() {
  const verb = buildUpgradingCommand('migrate')
    .summary('run the data steps of the current release')
    .description(
      'Migrate moves rows to the columns and tables that the new version of the application reads. Both versions can run at the same time. ' +
        'Run migrate after expand. A data step with a pending query is done when the query counts zero rows. ' +
        'After that, the application can write further rows that the query counts. ' +
        'If the file of the data step declares `rerunnable`, migrate then repeats the data step. Otherwise migrate ends with exit code 8. ' +
        'To repeat a data step that does not declare `rerunnable`, name the data step with --again. The ledger records the repetition.',
    )
    .optionsGroup('Options:')
    .option('--again <id...>', 'repeat these finished data steps; write their ids as `interphase status` prints them')
    .option('--yes', 'confirm everything that the data steps destroy, if a file declares an exception that permits it')
    .action((options) => runSinglePhaseCommand(options, 'migrate', { again: new Set(options.again), confirmed: options.yes ?? false }))
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase migrate', does: 'after expand' },
      { line: 'interphase migrate --again 2015.2-liberty/010-widget-timestamp.migrate', does: 'repeats one data step' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
