import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printCommandResult, printJsonLine } from '../../output.ts'
import { runWithShadowServers } from '../../project.ts'
import { formatSquashResult } from '../../render/squashed.ts'
import { buildProjectCommand } from '../../verb.ts'

export function buildSquashCommand() {
  const verb = buildProjectCommand('squash')
    .summary('replace old releases by one release with their schema and rows')
    .description(
      'The command replaces old releases by one release. ' +
        'For each dialect, the command writes one SQL file with the schema at the end of the old releases, and with the rows that they make on an empty database. ' +
        'The command executes the old releases and the new file on shadow databases of every declared dialect, and compares the schemas and the rows. ' +
        'The new release has the name of the last replaced release. The command moves the old releases to a separate project in `squashed/`. ' +
        'In a database in which all old releases are done, the new release counts as done. ' +
        'In a database in which only some old releases are done, complete the old releases first, with the files in `squashed/`.',
    )
    .optionsGroup('Options:')
    .requiredOption('--through <release>', 'the last release to replace')
    .action((options) =>
      runWithShadowServers(options, async ({ engine }) => {
        const squashed = await engine.squash(options.through)
        if (options.json) printJsonLine({ type: 'result', squashed })
        else printCommandResult(formatSquashResult(squashed))
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [{ line: 'interphase squash --through 2015.2-liberty', does: 'replaces all releases up to this one' }],
    exits: [0, 1, 2, 10],
  })
  return verb
}
