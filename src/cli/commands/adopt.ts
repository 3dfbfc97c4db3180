import { teach } from '../lesson.ts'
import { print, printJsonLine } from '../output.ts'
import { openRun } from '../project.ts'
import { adoptedText } from '../render/adopted.ts'
import { targetVerb } from '../verb.ts'

export function adoptVerb() {
  const verb = targetVerb('adopt')
    .summary('take over a database that equals a recorded state')
    .description(
      'Compares the live schema of a database that interphase has never seen with every planned state of the chain. ' +
        'Where it equals one, the ledger is written as if the migrations up to there had run, and the chain goes on from there; nothing else is changed. ' +
        'Where it equals none, the differences from the nearest are printed and nothing is written.',
    )
    .optionsGroup('Options:')
    .option('--at <id>', 'the migration or the release it must be at; needed where the schema alone cannot tell')
    .action((options) =>
      openRun(options, async ({ engine }) => {
        const adopted = await engine.adopt(options.at)
        if (options.json) printJsonLine({ type: 'result', adopted })
        else print(adoptedText(adopted))
      }),
    )
  teach(verb, {
    examples: [
      { line: 'interphase adopt', does: 'finds the place in the chain by the schema' },
      { line: 'interphase adopt --at 2015.1-kilo', does: 'only if it is at the end of that release' },
    ],
    exits: [0, 1, 2, 6, 7],
  })
  return verb
}
