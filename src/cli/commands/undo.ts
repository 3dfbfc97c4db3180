import { Argument } from '@commander-js/extra-typings'
import type { DestructionConsent } from '../../gate/gate.ts'
import type { UndoResult } from '../../run/undo.ts'
import { addExamplesAndExitCodes } from '../command-examples.ts'
import { runWithDestructionConfirmation } from '../confirm.ts'
import { printCommandResult, printJsonLine } from '../output.ts'
import { runWithTargetDatabase } from '../project.ts'
import { formatUndoResult } from '../render/undone.ts'
import { buildLockWaitingCommand } from '../verb.ts'

export function buildUndoCommand() {
  const verb = buildLockWaitingCommand('undo')
    .summary('undo the current release, before contract begins')
    .description(
      'The command undoes the expand and migrate phases of the current release, the last migration first. ' +
        'For each migration, it runs the undo file or the `down` of the function. After the undo, the schema is as before the release, and expand can run again. ' +
        'The policy of each phase determines how long an undo is possible. With the shipped policies, an undo is possible until contract begins. ' +
        'Every migration that changed the schema needs an undo. If a data step has no undo, the command removes only its ledger row: ' +
        'the rows keep their values, except in columns that the undo drops. Stop the new version of the application first. ' +
        'The command prints the tables and columns that it drops, with the number of rows. At a terminal, undo asks for confirmation. ' +
        'Without a terminal, the option --yes is required. After an interruption, run undo again. Undo then resumes after the last finished statement.',
    )
    .addArgument(
      new Argument(
        '[release]',
        'the release to undo (default: the current release); a finished release can be undone if no later release has begun and it has no contract migration',
      ),
    )
    .optionsGroup('Options:')
    .option('--yes', 'confirm everything that the undo destroys')
    .option('--dry-run', 'print the migrations to undo and the rows to destroy, and change nothing')
    .action((release, options) =>
      runWithTargetDatabase(options, async ({ engine, signal, rest }) => {
        let undone: UndoResult | undefined
        const dryRun = options.dryRun ?? false
        const undo = async (confirmed: DestructionConsent) => {
          undone = await engine.undo({ ...(release !== undefined && { release }), confirmed, dryRun, waitMs: options.wait * 1000 })
        }
        await runWithDestructionConfirmation(
          { signal, rest, json: options.json ?? false },
          () => undo(options.yes ?? false),
          ({ facts }) => undo(facts.destroys),
        )
        if (!undone) return
        if (options.json) printJsonLine({ type: 'result', dryRun, ...undone })
        else printCommandResult(formatUndoResult(undone, dryRun, release))
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase undo --dry-run', does: 'prints the migrations to undo, in order, and the rows to destroy' },
      { line: 'interphase undo', does: 'prints the data that the undo would destroy, and asks for confirmation or stops' },
      { line: 'interphase undo --yes', does: 'in a deployment, after the new version has stopped' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
