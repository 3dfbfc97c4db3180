import { addExamplesAndExitCodes } from '../lesson.ts'
import { printJsonLine, printResult } from '../output.ts'
import { openForChangingDatabase } from '../project.ts'
import { formatAdoption } from '../render/adopted.ts'
import { buildDatabaseReadingCommand } from '../verb.ts'

export function buildAdoptCommand() {
  const verb = buildDatabaseReadingCommand('adopt')
    .summary('write a ledger for a database that equals a recorded state')
    .description(
      'Compares the live schema of a database without a ledger with every planned state of the chain. ' +
        'If the live schema equals one planned state, adopt writes the ledger as if the migrations up to that state had run. The command changes nothing else. Later commands continue from that state. ' +
        'If the live schema equals no planned state, adopt prints the differences from the nearest state and writes nothing.',
    )
    .optionsGroup('Options:')
    .option(
      '--at <id>',
      'the migration or release after which the schema must equal that of the database; needed if several states have the same schema',
    )
    .action((options) =>
      openForChangingDatabase(options, async ({ engine }) => {
        const adopted = await engine.adopt(options.at)
        if (options.json) printJsonLine({ type: 'result', adopted })
        else printResult(formatAdoption(adopted))
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase adopt', does: 'finds the place in the chain from the schema' },
      { line: 'interphase adopt --at 2015.1-kilo', does: 'only if the schema is that at the end of this release' },
    ],
    exits: [0, 1, 2, 6, 7],
  })
  return verb
}
