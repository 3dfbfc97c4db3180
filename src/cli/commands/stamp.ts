import { Argument, Option } from '@commander-js/extra-typings'
import { addExamplesAndExitCodes } from '../command-examples.ts'
import { printCommandResult, printJsonLine } from '../output.ts'
import { runWithTargetDatabase } from '../project.ts'
import { buildTargetDatabaseCommand } from '../verb.ts'

export function buildStampCommand() {
  const verb = buildTargetDatabaseCommand('stamp')
    .summary('mark an interrupted migration as done or not done')
    .description(
      'Some interrupted migrations cannot resume, because they committed some statements, and the schema does not show which rows they wrote. ' +
        'Examine the database, complete or undo the migration by hand, and mark the migration with the command stamp. ' +
        'The schema must match the mark, unless --despite contains a reason. The ledger records the mark and the user.',
    )
    .addArgument(new Argument('<migration>', 'the id of the migration, as interphase status prints it'))
    .optionsGroup('Options:')
    .addOption(new Option('--as <verdict>', 'whether the migration is done').choices(['done', 'not-done'] as const).makeOptionMandatory())
    .option('--despite <why>', 'accept that the schema contradicts the mark; the ledger stores this reason')
    .action((migration, options) =>
      runWithTargetDatabase(options, async ({ engine }) => {
        await engine.stamp(migration, options.as, options.despite)
        if (options.json) printJsonLine({ type: 'result', stamped: { migration, as: options.as } })
        else printCommandResult(`${migration} counts as ${options.as === 'done' ? 'done' : 'not done'}.`)
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      {
        line: 'interphase stamp 2015.2-liberty/010-widget-timestamp.migrate --as done',
        does: 'the migration was completed by hand; the next run continues after it',
      },
      {
        line: 'interphase stamp 2015.2-liberty/010-widget-timestamp.migrate --as not-done',
        does: 'the migration was undone by hand; the next run executes it again',
      },
    ],
    exits: [0, 1, 2, 6, 7],
  })
  return verb
}
