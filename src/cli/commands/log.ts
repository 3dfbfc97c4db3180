import { teach } from '../lesson.ts'
import { printFitted, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { targetVerb } from '../verb.ts'

export function logVerb() {
  const verb = targetVerb('log')
    .summary('print what was done, when and by whom')
    .description(
      'Prints the ledger of the database in the order in which things happened: every migration with when, by whom, how (run, adopted, run again) and how many rows it wrote, and beside them what people and the engine did else, such as a confirmed contract or a run that was taken over. ' +
        'Nothing is changed.',
    )
    .action(async (options) => {
      const engine = await openTarget(options)
      const history = await engine.history()
      const { logDocument, logText } = await import('../render/log.ts')
      if (options.json) printJson(logDocument(engine.config.project, history))
      else printFitted(logText(engine.config.project, history))
    })
  teach(verb, {
    examples: [
      { line: 'interphase log', does: 'the whole history of this database' },
      { line: 'interphase log --json', does: 'with plans, policies and checksums' },
    ],
    exits: [0, 1, 2],
  })
  return verb
}
