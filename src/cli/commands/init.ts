import { Command } from '@commander-js/extra-typings'
import { addExamplesAndExitCodes } from '../lesson.ts'
import { printJsonDocument, printResult } from '../output.ts'
import { buildDialectsOption } from '../verb.ts'

export function buildInitCommand() {
  const verb = new Command('init')
    .summary('create a project')
    .description(
      'Writes interphase.config.ts and an empty directory for releases into the working directory, or into the directory of --project-dir. ' +
        'If one of these files exists, init writes nothing.',
    )
    .option('--project-dir <directory>', 'the directory of the project (default: the working directory)')
    .option('--project <name>', "the name of the project in the ledger and the lock (default: the directory's name)")
    .addOption(buildDialectsOption('the databases for which releases will be written (default: postgres)'))
    .option('--json', 'print the files as JSON')
    .action(async (options) => {
      const { Interphase } = await import('../../engine.ts')
      const files = Interphase.init(options.projectDir ?? process.cwd(), {
        ...(options.project !== undefined && { project: options.project }),
        dialects: options.dialect ?? ['postgres'],
      })
      if (options.json) printJsonDocument({ format: 1, files })
      else printResult([...files.map((file) => `wrote ${file}`), 'next: interphase new 1.0 010-first-change'].join('\n'))
    })
  addExamplesAndExitCodes(verb, {
    examples: [{ line: 'interphase init --project shop --dialect postgres mysql', does: 'a project for two databases' }],
    exits: [0, 1, 2],
  })
  return verb
}
