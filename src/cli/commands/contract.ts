import { teach } from '../lesson.ts'
import { runningVerb } from '../verb.ts'
import { runOnly } from './upgrade.ts'

export function contractVerb() {
  const verb = runningVerb('contract')
    .summary('run the contracts of the release at work')
    .description(
      'Takes away what only the old version of the application needed, and makes the rules of the new one hold. Run it when no old instance is left. ' +
        'Before its first statement it sees that everything earlier is done, counts the rows that a new rule would reject, and prints what it destroys: ' +
        'a person at a terminal is asked, anywhere else --yes is needed. There is no way back but a new release.',
    )
    .optionsGroup('Options:')
    .option('--yes', 'what it destroys may go')
    .action((options) => runOnly(options, 'contract', { confirmed: options.yes ?? false }))
  teach(verb, {
    examples: [
      { line: 'interphase contract', does: 'says what it would destroy, and asks or stops' },
      { line: 'interphase contract --yes', does: 'from a deployment, when the old version is gone' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
