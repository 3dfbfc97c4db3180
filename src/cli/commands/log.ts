import { addHelp } from '../lesson.ts'
import { printFitted, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { targetVerb } from '../verb.ts'

export function logVerb() {
  const verb = targetVerb('log')
    .summary('print the ledger: every migration with its time and user')
    .description(
      'Prints the ledger of the database in order of time. Each migration has its time, its user, its kind (run, adopted, repeated) and the number of written rows. Other events, such as a confirmed contract or a taken-over run, are listed too. ' +
        'It changes nothing.',
    )
    .action(async (options) => {
      const engine = await openTarget(options)
      const history = await engine.history()
      const { logDocument, logText } = await import('../render/log.ts')
      if (options.json) printJson(logDocument(engine.config.project, history))
      else printFitted(logText(engine.config.project, history))
    })
  addHelp(verb, {
    examples: [
      { line: 'interphase log', does: 'the whole history of this database' },
      { line: 'interphase log --json', does: 'with plans, policies and checksums' },
    ],
    exits: [0, 1, 2],
  })
  return verb
}
