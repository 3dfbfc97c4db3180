import { Argument } from '@commander-js/extra-typings'
import type { Consent } from '../../gate/gate.ts'
import type { Undone } from '../../run/undo.ts'
import { withConsent } from '../confirm.ts'
import { teach } from '../lesson.ts'
import { print, printJsonLine } from '../output.ts'
import { openRun } from '../project.ts'
import { undoneText } from '../render/undone.ts'
import { runningVerb } from '../verb.ts'

export function undoVerb() {
  const verb = runningVerb('undo')
    .summary('take the release at work back, until contract begins')
    .description(
      'Takes back what expand and migrate of the release at work have done, the last migration first, each by its undo file or by the `down` of its function. ' +
        'The database then is as it was before the release, and expand can run again. How far that goes is for the policy of each phase to say: in the shipped ones, until contract begins. ' +
        'Every migration that changed the schema needs its undo; a data step without one is only forgotten: its rows stay as they are, and what it wrote to new columns goes with them. ' +
        'Take the new version of the application away first. What has rows in it and goes is printed: a person at a terminal is asked, anywhere else --yes is needed. ' +
        'Run it again after an interruption: it goes on where it stopped.',
    )
    .addArgument(
      new Argument('[release]', 'the release to take back, where it is not the one at work: the last one, whose contract is empty'),
    )
    .optionsGroup('Options:')
    .option('--yes', 'what it destroys may go')
    .option('--dry-run', 'say what would be taken back and what would go, and change nothing')
    .action((release, options) =>
      openRun(options, async ({ engine, signal, rest }) => {
        let undone: Undone | undefined
        const dryRun = options.dryRun ?? false
        const undo = async (confirmed: Consent) => {
          undone = await engine.undo({ ...(release !== undefined && { release }), confirmed, dryRun, waitMs: options.wait * 1000 })
        }
        await withConsent(
          { signal, rest, json: options.json ?? false },
          () => undo(options.yes ?? false),
          ({ facts }) => undo(facts.destroys),
        )
        if (!undone) return
        if (options.json) printJsonLine({ type: 'result', dryRun, ...undone })
        else print(undoneText(undone, dryRun, release))
      }),
    )
  teach(verb, {
    examples: [
      { line: 'interphase undo --dry-run', does: 'what would be taken back, in order, and what would go' },
      { line: 'interphase undo', does: 'says what it would destroy, and asks or stops' },
      { line: 'interphase undo --yes', does: 'from a deployment, when the new version is gone again' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
