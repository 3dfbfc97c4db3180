import type { AdoptionResult } from '../../adopt/adopt.ts'
import type { DestructionConsent } from '../../gate/gate.ts'
import { addExamplesAndExitCodes } from '../command-examples.ts'
import { runWithDestructionConfirmation } from '../confirm.ts'
import { printCommandResult, printJsonLine } from '../output.ts'
import { runWithTargetDatabase } from '../project.ts'
import { formatAdoption } from '../render/adopted.ts'
import { buildTargetDatabaseCommand } from '../verb.ts'

export function buildAdoptCommand() {
  const verb = buildTargetDatabaseCommand('adopt')
    .summary('write a ledger for a database that equals a recorded state')
    .description(
      'The command compares the live schema of a database without a ledger with every planned state of the chain. ' +
        'If the live schema equals one planned state, adopt writes a ledger in which the migrations up to this state count as done. ' +
        'The command changes no other table. Later commands continue from this state. ' +
        'If the live schema equals a base (an old schema of the project), adopt --bridge runs the migrations that change this schema to a planned state. ' +
        'If the live schema equals several planned states, adopt chooses the newest of them, or the state before the first data step whose pending query counts rows. ' +
        'If a data step between these states has no pending query, adopt cannot choose, and the option --at is required. ' +
        'If the live schema equals no planned state, adopt prints the differences from at most three nearest states and writes nothing. ' +
        'In a database with a ledger, adopt --at marks later migrations as done if the live schema equals the planned schema after these migrations.',
    )
    .optionsGroup('Options:')
    .option('--at <id>', 'compare only with the planned schema after this migration or release')
    .option(
      '--ignore <name...>',
      'tables and other objects of other programs, which interphase ignores from now on; added to the setting `ignore`',
    )
    .option('--bridge', 'run the migrations that change the schema of a base to a planned state')
    .option('--yes', 'confirm everything that the bridge destroys')
    .option('--despite <why>', 'adopt the database at the point of --at although its schema differs; the ledger stores this reason')
    .action((options) =>
      runWithTargetDatabase(options, async ({ engine, signal, rest }) => {
        const { at, despite, ignore = [], bridge = false, json = false } = options
        let adopted: AdoptionResult | undefined
        // A bridge consists of the releases from an old schema to the chain. Each release of a bridge that destroys data needs a
        // separate confirmation. The command therefore collects the descriptions of destroyed data that the user has confirmed,
        // and passes them to the next attempt.
        const adopt = (confirmed: DestructionConsent): Promise<void> =>
          runWithDestructionConfirmation(
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
        else printCommandResult(formatAdoption(adopted, setting))
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase adopt', does: 'finds the planned state that equals the live schema' },
      {
        line: 'interphase adopt --at 2026.2-index',
        does: 'in a database with a ledger: marks this release as done if its changes were made by hand',
      },
      {
        line: 'interphase adopt --at 2015.1-kilo',
        does: 'adopts the database only if its schema equals the schema at the end of this release',
      },
      { line: 'interphase adopt --ignore session --ignore visits', does: 'ignores these tables of other programs from now on' },
    ],
    exits: [0, 1, 2, 6, 7],
  })
  return verb
}
