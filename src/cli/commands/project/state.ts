import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printCommandResult, printJsonDocument } from '../../output.ts'
import { openProject } from '../../project.ts'
import { buildDialectOption, buildProjectCommand } from '../../verb.ts'

export function buildStateCommand() {
  const verb = buildProjectCommand('state')
    .summary('print the planned schema after a migration or release')
    .description(
      'The command prints the planned schema after a migration, a change or a release, from the recorded states. ' +
        'A run compares the live schema with this planned schema. The command needs no server.',
    )
    .optionsGroup('Options:')
    .requiredOption('--at <id>', 'a migration, a change or a release')
    .addOption(buildDialectOption('the dialect whose schema is printed (default: the first declared dialect)'))
    .action(async (options) => {
      const engine = await openProject(options)
      const state = await engine.stateAt(options.at, options.dialect)
      const { makeSchemaStateDocument, formatSchemaState } = await import('../../render/state.ts')
      if (options.json) printJsonDocument(makeSchemaStateDocument(options.at, state))
      else printCommandResult(formatSchemaState(options.at, state))
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase state --at 2015.2-liberty', does: 'the schema at the end of a release' },
      {
        line: 'interphase state --at 2015.2-liberty/010-widget-timestamp.expand --json',
        does: 'the schema after one migration, as JSON',
      },
    ],
    exits: [0, 2],
  })
  return verb
}
