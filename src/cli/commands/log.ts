import { addExamplesAndExitCodes } from '../lesson.ts'
import { printJsonDocument, printWrapped } from '../output.ts'
import { openProjectWithDatabase } from '../project.ts'
import { buildDatabaseReadingCommand } from '../verb.ts'

export function buildLogCommand() {
  const verb = buildDatabaseReadingCommand('log')
    .summary('print the ledger: every migration with its time and user')
    .description(
      'Prints the ledger of the database in order of time. Each migration has its time, its user, its kind (run, adopted, repeated) and the number of written rows. Other events, such as a confirmed contract or a taken-over run, are listed too. ' +
        'It changes nothing.',
    )
    .action(async (options) => {
      const engine = await openProjectWithDatabase(options)
      const history = await engine.history()
      const { makeLedgerLogDocument, formatLedgerLog } = await import('../render/log.ts')
      if (options.json) printJsonDocument(makeLedgerLogDocument(engine.config.project, history))
      else printWrapped(formatLedgerLog(engine.config.project, history))
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase log', does: 'the whole history of this database' },
      { line: 'interphase log --json', does: 'with plans, policies and checksums' },
    ],
    exits: [0, 1, 2],
  })
  return verb
}
