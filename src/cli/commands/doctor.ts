import { teach } from '../lesson.ts'
import { paintFor, printFitted, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { targetVerb } from '../verb.ts'

export function doctorVerb() {
  const verb = targetVerb('doctor')
    .summary('see whether a run could begin, and who is in the way')
    .description(
      "Connects to the database and looks at what a run needs: which server answers, who holds the lock, whether there is a ledger and of which format, whether the catalogs can be read, what in the database is not the project's, and whether the releases can be read. " +
        'Call it first in a new environment, and when a run says that another one is at work. Nothing is changed.',
    )
    .action(async (options) => {
      const engine = await openTarget(options)
      const findings = await engine.diagnose()
      const { findingsText } = await import('../render/findings.ts')
      if (options.json) printJson({ format: 1, findings })
      else printFitted(findingsText(findings, paintFor(process.stdout)))
      process.exitCode = findings.every(({ good }) => good) ? 0 : 6
    })
  teach(verb, {
    examples: [
      { line: 'interphase doctor --database-url-file /run/secrets/database-url', does: 'can this machine reach it, and is the lock free?' },
    ],
    exits: [0, 1, 2, 6],
  })
  return verb
}
