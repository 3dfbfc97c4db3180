import { addExamplesAndExitCodes } from '../command-examples.ts'
import { buildLockWaitingCommand } from '../verb.ts'
import { runSinglePhaseCommand } from './upgrade.ts'

export function buildContractCommand() {
  const verb = buildLockWaitingCommand('contract')
    .summary('run the contract migrations of the current release')
    .description(
      'Contract removes the objects that only the old version of the application needed, and adds the rules of the new version. ' +
        'Run contract after the last instance of the old version has stopped. ' +
        'Before the first statement, contract checks that all earlier phases are done, counts the rows that a new rule would reject, and prints the tables and columns that it destroys. ' +
        'At a terminal, contract asks for confirmation. Without a terminal, the option --yes is required. A contract cannot be undone, except by a new release.',
    )
    .optionsGroup('Options:')
    .option('--yes', 'confirm everything that contract destroys')
    .action((options) => runSinglePhaseCommand(options, 'contract', { confirmed: options.yes ?? false }))
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase contract', does: 'prints the data that contract would destroy, and asks for confirmation or stops' },
      { line: 'interphase contract --yes', does: 'in a deployment, after the old version has stopped' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
