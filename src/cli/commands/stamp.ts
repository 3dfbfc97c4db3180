import { Argument, Option } from '@commander-js/extra-typings'
import { teach } from '../lesson.ts'
import { print, printJsonLine } from '../output.ts'
import { openRun } from '../project.ts'
import { targetVerb } from '../verb.ts'

export function stampVerb() {
  const verb = targetVerb('stamp')
    .summary('say whether a migration that was left in the middle is done')
    .description(
      'Some migrations cannot be gone on with by themselves after an interruption: they committed on their way, and the schema does not say what they wrote. ' +
        'Look, mend it by hand one way or the other, then say which. The schema must agree with what you say, and who said it is kept in the ledger.',
    )
    .addArgument(new Argument('<migration>', 'its id, as status prints it'))
    .optionsGroup('Options:')
    .addOption(new Option('--as <verdict>', 'what it is to count as').choices(['done', 'not-done'] as const).makeOptionMandatory())
    .action((migration, options) =>
      openRun(options, async ({ engine }) => {
        await engine.stamp(migration, options.as)
        if (options.json) printJsonLine({ type: 'result', stamped: { migration, as: options.as } })
        else print(`${migration} counts as ${options.as === 'done' ? 'done' : 'not done'}.`)
      }),
    )
  teach(verb, {
    examples: [
      { line: 'interphase stamp 2015.2-liberty/010-widget-timestamp.migrate --as done', does: 'it is whole: go on after it' },
      {
        line: 'interphase stamp 2015.2-liberty/010-widget-timestamp.migrate --as not-done',
        does: 'it was taken back by hand: run it again',
      },
    ],
    exits: [0, 1, 2, 6, 7],
  })
  return verb
}
