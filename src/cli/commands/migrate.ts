import { addCommandHelp } from '../lesson.ts'
import { buildUpgradingCommand } from '../verb.ts'
import { runSinglePhase } from './upgrade.ts'

export function buildMigrateCommand() {
  const verb = buildUpgradingCommand('migrate')
    .summary('run the data steps of the current release')
    .description(
      'Moves rows to the columns and tables that the new version of the application reads. Both versions may run meanwhile. ' +
        'Run it after expand. A data step is done when its pending query counts zero rows. If later writes add such rows, the step is next again, and it is repeated if its file says `rerunnable`. ' +
        'To repeat any other step, name it with --again; the ledger records this.',
    )
    .optionsGroup('Options:')
    .option('--again <id...>', 'repeat these finished data steps, named as `interphase status` prints them')
    .action((options) => runSinglePhase(options, 'migrate', { again: new Set(options.again) }))
  addCommandHelp(verb, {
    examples: [
      { line: 'interphase migrate', does: 'after expand' },
      { line: 'interphase migrate --again 2015.2-liberty/010-widget-timestamp.migrate', does: 'repeats one data step' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
