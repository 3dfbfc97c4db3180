import { addExamplesAndExitCodes } from '../command-examples.ts'
import { printCommandResult, printJsonLine } from '../output.ts'
import { openProjectWithDatabase } from '../project.ts'
import { buildTargetDatabaseCommand } from '../verb.ts'

export function buildResumeCommand() {
  const verb = buildTargetDatabaseCommand('resume')
    .summary('end the pause of the data steps in batches')
    .description(
      'The command removes the pause of `interphase pause` from the ledger. The command does not need the lock of the project. ' +
        'A waiting data step continues within a second. If no run waits, run the command of the phase again.',
    )
    .action(async (options) => {
      const ended = await (await openProjectWithDatabase(options)).resume()
      if (options.json) printJsonLine({ type: 'result', resumed: ended ?? null })
      else printCommandResult(ended ? 'The pause has ended. Waiting data steps continue.' : 'There was no pause.')
    })
  addExamplesAndExitCodes(verb, {
    examples: [{ line: 'interphase resume', does: 'waiting data steps continue' }],
    exits: [0, 1, 2],
  })
  return verb
}
