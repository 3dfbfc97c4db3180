import { addHelp } from '../lesson.ts'
import { print, printJson } from '../output.ts'
import { openProject } from '../project.ts'
import { dialectOption, projectVerb } from '../verb.ts'

export function stateVerb() {
  const verb = projectVerb('state')
    .summary('print the planned schema at a point of the chain')
    .description(
      'Prints the planned schema after a migration, a change or a release, from the recorded states. It needs no server. ' +
        'A run compares the live schema with this schema.',
    )
    .optionsGroup('Options:')
    .requiredOption('--at <id>', 'a migration, a change or a release')
    .addOption(dialectOption('the dialect (default: the first declared one)'))
    .action(async (options) => {
      const engine = await openProject(options)
      const state = await engine.stateAt(options.at, options.dialect)
      const { stateDocument, stateText } = await import('../render/state.ts')
      if (options.json) printJson(stateDocument(options.at, state))
      else print(stateText(options.at, state))
    })
  addHelp(verb, {
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
