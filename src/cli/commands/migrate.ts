import { teach } from '../lesson.ts'
import { runningVerb } from '../verb.ts'
import { runOnly } from './upgrade.ts'

export function migrateVerb() {
  const verb = runningVerb('migrate')
    .summary('run the data steps of the release at work')
    .description(
      'Moves the rows to where the new version of the application reads them, while both versions may be running. ' +
        'Run it when expand is done. A data step is done when its pending query counts nothing; rows that come later make it next again, and it runs again when its file says `rerunnable`. ' +
        'One that does not say so is run once more by name with --again, which the ledger keeps.',
    )
    .optionsGroup('Options:')
    .option('--again <id...>', 'run these done data steps once more, by the names that `interphase status` prints')
    .action((options) => runOnly(options, 'migrate', { again: new Set(options.again) }))
  teach(verb, {
    examples: [
      { line: 'interphase migrate', does: 'after expand' },
      { line: 'interphase migrate --again 2015.2-liberty/010-widget-timestamp.migrate', does: 'one data step once more' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
