import type { AdoptionResult } from '../../adopt/adopt.ts'
import type { DestructionConsent } from '../../gate/gate.ts'
import { runWithConfirmation } from '../confirm.ts'
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
        'If it equals a base, adopt --bridge runs the migrations that lead to the chain. ' +
        'If several are equal, adopt takes the newest, unless the pending query of a data step between them counts rows. ' +
        'If the live schema equals no planned state, adopt prints the differences from the three nearest states and writes nothing. ' +
        'In a database with a ledger, adopt --at marks later migrations as done if the live schema equals the planned one after them.',
    )
    .optionsGroup('Options:')
    .option(
      '--at <id>',
      'the migration or release after which the schema must equal that of the database; needed if several states have the same schema',
    )
    .option(
      '--ignore <name...>',
      'tables and other objects of other programs, which do not count from now on; added to the setting `ignore`',
    )
    .option('--bridge', 'run the bridge of the base at which the database is')
    .option('--yes', 'confirm everything that the bridge destroys')
    .option('--despite <why>', 'adopt the database at the point of --at although its schema differs; the ledger keeps this reason')
    .action((options) =>
      openForChangingDatabase(options, async ({ engine, signal, rest }) => {
        const { at, despite, ignore = [], bridge = false, json = false } = options
        let adopted: AdoptionResult | undefined
        // Each release of a bridge asks for its own confirmation, so the answers are collected.
        const adopt = (confirmed: DestructionConsent): Promise<void> =>
          runWithConfirmation(
            { signal, rest, json },
            async () => {
              adopted = await engine.adopt(at, { ignore, bridge, confirmed, ...(despite !== undefined && { despite }) })
            },
            ({ facts }) => adopt([...(typeof confirmed === 'boolean' ? [] : confirmed), ...facts.destroys]),
          )
        await adopt(options.yes ?? false)
        if (!adopted) return
        const setting = ignore.length > 0 ? { ignore, file: await engine.ignore(ignore) } : undefined
        if (json) printJsonLine({ type: 'result', adopted, ...(setting && { setting }) })
        else printResult(formatAdoption(adopted, setting))
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase adopt', does: 'finds the place in the chain from the schema' },
      {
        line: 'interphase adopt --at 2026.2-index',
        does: 'a managed database: marks this release as done if its changes were made by hand',
      },
      { line: 'interphase adopt --at 2015.1-kilo', does: 'only if the schema is that at the end of this release' },
      { line: 'interphase adopt --ignore session --ignore visits', does: 'ignores these tables of other programs from now on' },
    ],
    exits: [0, 1, 2, 6, 7],
  })
  return verb
}
