import { Option } from '@commander-js/extra-typings'
import { PHASES } from '../../phase/phase.ts'
import { addExamplesAndExitCodes } from '../lesson.ts'
import { printJsonDocument, printResult } from '../output.ts'
import { openProject } from '../project.ts'
import { buildProjectCommand } from '../verb.ts'

export function buildNewCommand() {
  const verb = buildProjectCommand('new')
    .summary('create the files of a change, and the directory of a new release')
    .description(
      'Writes a commented SQL file for each phase of a change into the directory of the release: expand with its undo, migrate with its pending query, and contract. ' +
        'Write the SQL, remove the files that you do not need, and run `interphase record`. ' +
        'The command new refuses a number that the release already has.',
    )
    .argument('<release>', 'the name of the release and its directory: 2026.1-first')
    .argument('<change>', 'the number and slug of the change: 010-widget-timestamp')
    .optionsGroup('Options:')
    .addOption(new Option('--phase <phase...>', 'create only the files of these phases').choices(PHASES))
    .action(async (release, change, options) => {
      const engine = await openProject(options)
      const files = engine.begin(release, change, options.phase)
      if (options.json) printJsonDocument({ format: 1, files })
      else printResult(files.map((file) => `wrote ${file}`).join('\n'))
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase new 2026.1-first 010-widget-timestamp', does: 'a change with all three phases' },
      { line: 'interphase new 2026.1-first 020-widget-index --phase migrate', does: 'a change with only a data step' },
    ],
    exits: [0, 1, 2],
  })
  return verb
}
