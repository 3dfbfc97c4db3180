import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { makePaintForStream, printJsonDocument, printWrappedText } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildTargetDatabaseCommand } from '../../verb.ts'

export function buildDoctorCommand() {
  const verb = buildTargetDatabaseCommand('doctor')
    .summary('check whether a run can start, and print which run has the lock')
    .description(
      'The command connects to the database and checks the requirements of a run: ' +
        'the server, the lock and its holder, the ledger and its format, access to the catalogs, objects that do not belong to the project, and the releases. ' +
        'The last line states whether the next phase can start. If the phase cannot start, the last lines contain the reasons and the remedies. ' +
        'The command evaluates the same conditions as `status --check`. Run doctor first in a new environment, and when another run has the lock. ' +
        'The exit code is 0 if a run can start or nothing is left to run. The command changes nothing.',
    )
    .action(async (options) => {
      const engine = await openProjectWithDatabase(options)
      const { findings, exitCode } = await engine.diagnose()
      const { formatDoctorFindings } = await import('../../render/findings.ts')
      if (options.json) printJsonDocument({ format: 1, findings, exitCode })
      else printWrappedText(formatDoctorFindings(findings, makePaintForStream(process.stdout)))
      process.exitCode = exitCode
    })
  addExamplesAndExitCodes(verb, {
    examples: [{ line: 'interphase doctor --database-url-file /run/secrets/database-url', does: 'checks the connection and the lock' }],
    exits: [0, 1, 2, 6, 7, 8],
  })
  return verb
}
