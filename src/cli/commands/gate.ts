import { addExamplesAndExitCodes } from '../lesson.ts'
import { makePaintFor, printJsonDocument, printWrapped } from '../output.ts'
import { openForChangingDatabase } from '../project.ts'
import { buildDatabaseReadingCommand, buildPhaseOption, secondsOf } from '../verb.ts'

export function buildGateCommand() {
  const verb = buildDatabaseReadingCommand('gate')
    .summary('tell whether the next phase may start, and what is missing')
    .description(
      'Asks every gate of the next phase as the run itself asks it, and prints each answer with its evidence and its remedy. ' +
        'A gate is open, shut or unseen; unseen means that the condition could not be checked, and counts as shut. ' +
        'The consent to destroy data is given with the run, so the command only lists what the phase destroys. It changes nothing.',
    )
    .optionsGroup('Options:')
    .addOption(buildPhaseOption('--phase <phase>', 'ask the gates of this phase of the current release (default: the next phase)'))
    .option('--wait <seconds>', 'ask again until the phase may start, for at most this time', secondsOf('--wait'))
    .action((options) =>
      openForChangingDatabase(options, async ({ engine }) => {
        const { phase, wait = 0 } = options
        const report = await engine.gate({ ...(phase && { phase }), waitMs: wait * 1000 })
        if (options.json) printJsonDocument(report)
        else printWrapped((await import('../render/gates.ts')).formatGates(report, makePaintFor(process.stdout)))
        process.exitCode = report.exitCode
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase gate', does: 'every gate of the next phase, with its evidence' },
      { line: 'interphase gate --phase contract --wait 3600', does: 'a pipeline waits up to an hour until contract may start' },
      { line: 'interphase gate --json', does: 'for a program; docs/gate.schema.json describes the format' },
    ],
    exits: [0, 1, 2, 6, 10],
  })
  return verb
}
