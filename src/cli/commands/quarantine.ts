import { Argument } from '@commander-js/extra-typings'
import { InterphaseError } from '../../error.ts'
import type { QuarantinedRow } from '../../ledger/quarantine.ts'
import type { QuarantineSelection } from '../../run/data-steps/retry.ts'
import { addExamplesAndExitCodes } from '../command-examples.ts'
import { printCommandResult, printJsonDocument } from '../output.ts'
import { openProjectWithDatabase, runWithTargetDatabase } from '../project.ts'
import { buildLockWaitingCommand, type LockWaitingCommandOptions } from '../verb.ts'

const ACTIONS = ['list', 'retry', 'discard'] as const

export function buildQuarantineCommand() {
  const verb = buildLockWaitingCommand('quarantine')
    .summary('list, retry or discard the rows that data steps could not write')
    .description(
      'The quarantine is a list of rows in the ledger. ' +
        'If a row of a data step in batches fails even in a batch of its own, the data step puts the row into the quarantine and continues. ' +
        'The declaration `quarantine <rows>` of the data step, or the policy of the phase, limits the number of rows. ' +
        'The ledger keeps the key of the row and the error, and no other value of the row. Contract does not start while a row is in quarantine. ' +
        '`list` prints the rows. `retry` runs the statements of the data step again for each row. ' +
        'If the row then succeeds, or does not exist any more, it leaves the quarantine. `discard` removes rows from the quarantine without changing them. ' +
        'Without --key, `discard` removes all rows. The ledger records the user and the reason. ' +
        'If the pending query of the data step counts a discarded row, contract still cannot start.',
    )
    .addArgument(new Argument('<action>', 'what to do with the rows').choices(ACTIONS))
    .addArgument(new Argument('[migration]', 'use only the rows of this data step'))
    .optionsGroup('Options:')
    .option('--key <key>', "use only the row with this key, as list prints it: 'id = 12'")
    .option('--because <reason>', 'the reason why the rows are discarded; required by discard')
    .action(async (action, migration, options) => {
      const selection = { ...(migration !== undefined && { migration }), ...(options.key !== undefined && { key: options.key }) }
      await ACTION[action](selection, options)
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase quarantine list', does: 'prints the data step, the table, the key and the error of each row' },
      { line: 'interphase quarantine retry', does: 'runs the data steps again for these rows, after you have corrected the rows' },
      {
        line: "interphase quarantine discard 2015.2-liberty/010-widget-timestamp.migrate --key 'id = 12' --because 'a test widget'",
        does: 'discards one row',
      },
    ],
    exits: [0, 1, 2, 6, 7, 10],
  })
  return verb
}

type Options = LockWaitingCommandOptions & { readonly because?: string | undefined }

/**
 * The functions that execute the actions of `interphase quarantine`, by the name of the action. The source does not compile if an
 * action has no entry.
 */
const ACTION: { readonly [A in (typeof ACTIONS)[number]]: (selection: QuarantineSelection, options: Options) => Promise<void> } = {
  list: async (selection, options) => {
    const rows = await (await openProjectWithDatabase(options)).quarantine(selection)
    if (options.json) printJsonDocument({ quarantine: rows })
    else printCommandResult(rows.length === 0 ? 'No row is in quarantine.' : await formatted(rows))
  },
  retry: (selection, options) =>
    runWithTargetDatabase(options, async ({ engine }) => {
      const { done, left } = await engine.retryQuarantine(selection, options.wait * 1000)
      if (options.json) printJsonDocument({ done, left })
      const { formatQuarantinedRow } = await import('../render/quarantine.ts')
      if (left.length > 0) throw new InterphaseError('quarantine.left', { done: done.length, rows: left.map(formatQuarantinedRow) })
      if (!options.json)
        printCommandResult(done.length === 0 ? 'No row is in quarantine.' : `Rows that succeeded and left the quarantine: ${done.length}`)
    }),
  discard: (selection, options) => {
    const { because } = options
    if (because === undefined || because.trim() === '')
      throw new InterphaseError('usage', { problem: 'discard needs a reason', try: "Write --because 'a test row'" })
    return runWithTargetDatabase(options, async ({ engine }) => {
      const rows = await engine.discardQuarantine(selection, because, options.wait * 1000)
      if (options.json) printJsonDocument({ discarded: rows })
      else printCommandResult(rows.length === 0 ? 'No row is in quarantine.' : `Discarded:\n${await formatted(rows)}`)
    })
  },
}

async function formatted(rows: readonly QuarantinedRow[]): Promise<string> {
  return (await import('../render/quarantine.ts')).formatQuarantinedRows(rows)
}
