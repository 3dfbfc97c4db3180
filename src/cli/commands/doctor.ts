import { addHelp } from '../lesson.ts'
import { paintFor, printFitted, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { targetVerb } from '../verb.ts'

export function doctorVerb() {
  const verb = targetVerb('doctor')
    .summary('check the requirements of a run, and show who holds the lock')
    .description(
      'Connects to the database and checks the requirements of a run: the server, the lock and its holder, the ledger and its format, access to the catalogs, objects that do not belong to the project, and the releases. ' +
        'Run it first in a new environment, and when another run holds the lock. It changes nothing.',
    )
    .action(async (options) => {
      const engine = await openTarget(options)
      const findings = await engine.diagnose()
      const { findingsText } = await import('../render/findings.ts')
      if (options.json) printJson({ format: 1, findings })
      else printFitted(findingsText(findings, paintFor(process.stdout)))
      process.exitCode = findings.every(({ good }) => good) ? 0 : 6
    })
  addHelp(verb, {
    examples: [{ line: 'interphase doctor --database-url-file /run/secrets/database-url', does: 'checks the connection and the lock' }],
    exits: [0, 1, 2, 6],
  })
  return verb
}
