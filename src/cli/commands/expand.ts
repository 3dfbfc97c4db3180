import { addExamplesAndExitCodes } from '../command-examples.ts'
import { buildLockWaitingCommand } from '../verb.ts'
import { runSinglePhaseCommand } from './upgrade.ts'

export function buildExpandCommand() {
  const verb = buildLockWaitingCommand('expand')
    .summary('run the expand migrations of the current release')
    .description(
      'Expand adds the objects that the new version of the application needs. The old version continues to read and write as before. ' +
        'Run expand before the first instance of the new version starts. Expand works on the current release, which is the first release that is not contracted. ' +
        'A later release cannot start before the current release is contracted. After an interruption, run expand again. ' +
        'Expand then resumes after the last finished statement.',
    )
    .optionsGroup('Options:')
    .option('--yes', 'confirm everything that expand destroys, if a file declares an exception that permits it')
    .action((options) => runSinglePhaseCommand(options, 'expand', { confirmed: options.yes ?? false }))
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase expand --database-url-file /run/secrets/database-url', does: 'before the rollout of the new version' },
      { line: 'interphase expand --wait 60', does: 'waits up to a minute for another run' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
