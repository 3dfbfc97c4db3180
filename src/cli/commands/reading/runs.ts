import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printJsonDocument, printWrappedText } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildTargetDatabaseCommand } from '../../verb.ts'

export function buildRunsCommand() {
  const verb = buildTargetDatabaseCommand('runs')
    .summary('print whether code of a release can run on the database now')
    .description(
      'The command answers whether code of the release can run on the database: yes, not yet, or no longer. ' +
        'With "not yet", the answer contains the missing command. With "no longer", it contains the contract that ended the support, and its time. ' +
        'The database supports a release from the end of its expand to the first statement of the contract of a later release. ' +
        'A deployment tool runs this command before it starts an image, before it scales up an old image, and before it rolls the application back. ' +
        'The command reads the files and the ledger, and also prints the answers after the next phases. The command changes nothing.',
    )
    .argument('<release>', 'the release of the code')
    .action(async (release, options) => {
      const engine = await openProjectWithDatabase(options)
      const report = await engine.runs(release)
      const { formatRunsCommandReport } = await import('../../render/runs.ts')
      if (options.json) printJsonDocument(report)
      else printWrappedText(formatRunsCommandReport(report))
      process.exitCode = report.exitCode
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase runs 2015.2-liberty', does: 'whether code of this release can run now' },
      { line: 'interphase runs 2015.1-kilo || exit 1', does: 'in a deployment script, before a rollback to this release' },
      { line: 'interphase runs 2015.2-liberty --json', does: 'for a program; docs/runs.schema.json describes the format' },
    ],
    exits: [0, 1, 2, 7, 11, 12],
  })
  return verb
}
