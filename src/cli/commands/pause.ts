import { addExamplesAndExitCodes } from '../command-examples.ts'
import { printCommandResult, printJsonLine } from '../output.ts'
import { openProjectWithDatabase } from '../project.ts'
import { buildTargetDatabaseCommand } from '../verb.ts'

export function buildPauseCommand() {
  const verb = buildTargetDatabaseCommand('pause')
    .summary('pause the data steps in batches, also on other machines')
    .description(
      'The command writes a pause into the ledger. The command does not need the lock of the project. ' +
        'While the project is paused, a data step in batches waits after its current batch, and has no row locks while it waits. ' +
        'If a run reaches a data step in batches while the project is paused, the run ends with exit code 6. ' +
        '`interphase status` shows the pause, and `interphase resume` ends it. A second pause replaces the first one.',
    )
    .optionsGroup('Options:')
    .option('--because <reason>', 'the reason of the pause, which status and the waiting run print')
    .action(async (options) => {
      const paused = await (await openProjectWithDatabase(options)).pause(options.because)
      if (options.json) printJsonLine({ type: 'result', paused: paused ?? null })
      else printCommandResult('Data steps in batches pause after their current batch. To end the pause: interphase resume')
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: "interphase pause --because 'sale until 18:00'", does: 'a running data step waits after its current batch' },
      { line: 'interphase status', does: 'prints the user, the time and the reason of the pause' },
    ],
    exits: [0, 1, 2],
  })
  return verb
}
