import { Option } from '@commander-js/extra-typings'
import { InterphaseError } from '../../../error.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printJsonDocument, printWrappedText } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildTargetDatabaseCommand } from '../../verb.ts'

export function buildLogCommand() {
  const verb = buildTargetDatabaseCommand('log')
    .summary('print the ledger: every migration with its time and user')
    .description(
      'The command prints the ledger of the database in order of time. ' +
        'For each migration, it prints the time, the user, the kind (run, adopted, run again, snapshot) and the number of written rows. ' +
        'The command also prints each note of the ledger, for example that a person confirmed a contract, or that a later run took over the lock of a run. ' +
        'With --verify, the command checks the chain of the notes instead, and prints the digest of the last note. ' +
        'If a note was edited, removed, inserted or moved, the exit code is 7. The command changes nothing.',
    )
    .optionsGroup('Options:')
    .option('--since <time>', 'print only entries of this time and later: 2026-11-29, or 2026-11-29T08:30Z', timeOf)
    .addOption(new Option('--verify', 'check that the notes are unchanged, and print the digest of the last one').conflicts('since'))
    .option('--head <digest>', 'with --verify: the digest that an earlier check printed, which the chain must still contain')
    .action(async (options) => {
      if (options.head !== undefined && !options.verify)
        throw new InterphaseError('usage', { problem: '--head needs --verify', try: `Write --verify --head ${options.head}` })
      const engine = await openProjectWithDatabase(options)
      const rendering = import('../../render/log.ts')
      if (options.verify) {
        const verification = await engine.verifyLog(options.head)
        const { formatLogVerification } = await rendering
        if (options.json) printJsonDocument(verification)
        else printWrappedText(formatLogVerification(verification))
        process.exitCode = verification.exitCode
        return
      }
      const whole = await engine.history()
      const wholeBridges = await engine.bridgeHistories()
      const { makeLedgerLogDocument, formatLedgerLog, selectLedgerEntriesSince, hasMigrationsOrNotes } = await rendering
      const { since } = options
      const history = whole && since !== undefined ? selectLedgerEntriesSince(whole, since) : whole
      const bridges =
        since === undefined
          ? wholeBridges
          : wholeBridges.map((bridge) => selectLedgerEntriesSince(bridge, since)).filter(hasMigrationsOrNotes)
      if (options.json)
        printJsonDocument({
          ...makeLedgerLogDocument(engine.config.project, history),
          ...(bridges.length > 0 && { bridges: bridges.map((bridge) => makeLedgerLogDocument(bridge.project, bridge)) }),
        })
      else {
        for (const bridge of bridges) printWrappedText(`${bridge.project}:\n${formatLedgerLog(bridge.project, bridge)}\n`)
        printWrappedText(formatLedgerLog(engine.config.project, history, options.since))
      }
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase log', does: 'the whole history of this database' },
      { line: 'interphase log --json', does: 'with plans, policies and checksums' },
      { line: 'interphase log --since 2026-11-29 --json', does: 'the entries of a day and later, for another program' },
      { line: 'interphase log --verify', does: 'whether somebody changed the notes; keep the printed digest elsewhere' },
    ],
    exits: [0, 1, 2, 7],
  })
  return verb
}

/**
 * Returns a date or time in ISO 8601 form as a time in the form that the ledger contains. A time without a time zone counts as
 * UTC. Throws `usage` for any other text.
 */
function timeOf(text: string): string {
  const isIso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)
  const time = isIso ? Date.parse(text.includes('T') && !/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text) : Number.NaN
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  throw new InterphaseError('usage', { problem: `"${text}" is not a time`, try: 'Write --since 2026-11-29 or --since 2026-11-29T08:30Z' })
}
