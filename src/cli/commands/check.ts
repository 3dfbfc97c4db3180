import { teach } from '../lesson.ts'
import { print, printJson } from '../output.ts'
import { openProject } from '../project.ts'
import { dialectsOption, projectVerb } from '../verb.ts'

export function checkVerb() {
  const verb = projectVerb('check')
    .summary('for CI: are the files in order and the states fresh?')
    .description(
      'Reads releases, policies and recorded states and says what is wrong with them, for every declared dialect. ' +
        'States that are missing, or of other files than are there now, are a failure: a release that is not recorded is not proven. ' +
        'No server is needed and nothing is run. Call it on every push.',
    )
    .optionsGroup('Options:')
    .addOption(dialectsOption('check these alone (default: every declared one)'))
    .action(async (options) => {
      const engine = await openProject(options)
      const problems = await engine.check(options.dialect)
      const { checkDocument, checkText } = await import('../render/check.ts')
      if (options.json) printJson(checkDocument(problems))
      else print(checkText(engine.config.project, options.dialect ?? engine.config.dialects, problems))
      process.exitCode = Math.max(0, ...problems.map((problem) => problem.exitCode))
    })
  teach(verb, {
    examples: [{ line: 'interphase check', does: 'in CI, before anything is merged' }],
    exits: [0, 1, 2],
  })
  return verb
}
