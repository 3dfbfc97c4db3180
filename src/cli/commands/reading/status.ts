import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { makePaintForStream, printJsonDocument, printWrappedText } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildPhaseOption, buildTargetDatabaseCommand } from '../../verb.ts'

export function buildStatusCommand() {
  const verb = buildTargetDatabaseCommand('status')
    .summary('print the progress of the database and the next command')
    .description(
      'The command compares the files with the ledger, and executes the pending queries, which count the rows that data steps still have to change. ' +
        'The command prints the phase of each release, the problems, the exact next command, and the reasons why a phase cannot start. ' +
        'With --check, the exit code names the next phase, so that a deployment script can read it. ' +
        'With --check, the command also compares the whole live schema with the plan, and lists the objects that do not belong to the project. ' +
        'The command changes nothing.',
    )
    .optionsGroup('Options:')
    .addOption(buildPhaseOption('--phase <phase>', 'print only this phase'))
    .option('--check', 'compare the whole live schema with the plan, and return the next phase as the exit code')
    .action(async (options) => {
      // The command loads the module that formats the status while the server answers, which saves time.
      const rendering = options.json ? undefined : import('../../render/status.ts')
      const isCompared = (options.check ?? false) || options.phase !== undefined
      const engine = await openProjectWithDatabase(options)
      const status = await engine.status({ ...(options.phase && { phase: options.phase }), compareSchema: options.check ?? false })
      if (rendering) printWrappedText((await rendering).formatStatusReport(status, isCompared, makePaintForStream(process.stdout)))
      else printJsonDocument(status)
      if (options.check) process.exitCode = status.exitCode
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase status', does: 'the progress and the next command' },
      { line: 'interphase status --check; echo $?', does: '3, 4 or 5: the next phase; 0: all is done' },
      { line: 'interphase status --phase migrate --json', does: 'for a program; docs/status.schema.json describes the format' },
    ],
    exits: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  })
  return verb
}
