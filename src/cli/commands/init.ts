import { Command } from '@commander-js/extra-typings'
import { teach } from '../lesson.ts'
import { print, printJson } from '../output.ts'
import { dialectsOption } from '../verb.ts'

export function initVerb() {
  const verb = new Command('init')
    .summary('begin a project')
    .description(
      'Writes interphase.config.ts and an empty directory of releases into the working directory, or the one that --project-dir names. ' +
        'What is there already is left as it is, and nothing is written then.',
    )
    .option('--project-dir <directory>', 'where the project begins (default: the working directory)')
    .option('--project <name>', "names the project in the ledger and the lock (default: the directory's name)")
    .addOption(dialectsOption('the databases that releases will be written for (default: postgres)'))
    .option('--json', 'print the files as JSON')
    .action(async (options) => {
      const { Interphase } = await import('../../engine.ts')
      const files = Interphase.init(options.projectDir ?? process.cwd(), {
        ...(options.project !== undefined && { project: options.project }),
        dialects: options.dialect ?? ['postgres'],
      })
      if (options.json) printJson({ format: 1, files })
      else print(files.map((file) => `wrote ${file}`).join('\n'))
    })
  teach(verb, {
    examples: [{ line: 'interphase init --project shop --dialect postgres mysql', does: 'a project for two databases' }],
    exits: [0, 1, 2],
  })
  return verb
}
