import { teach } from '../lesson.ts'
import { paintFor, printFitted, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { phaseOption, targetVerb } from '../verb.ts'

export function statusVerb() {
  const verb = targetVerb('status')
    .summary('show where the database stands and what is next')
    .description(
      'Holds the files against the ledger of the database, and the ledger against the rows: which release is in which phase, what is done, what waits and why, what is wrong, and the exact next command. ' +
        "With --check the exit code says which phase is next, so that a deployment can be driven by it; the whole live schema is compared with the planned one then, too, and what in the database is not the project's is listed. " +
        'Nothing is changed.',
    )
    .optionsGroup('Options:')
    .addOption(phaseOption('--phase <phase>', 'show this phase alone'))
    .option('--check', 'compare the whole schema, and say by the exit code what is next')
    .action(async (options) => {
      // Loads the renderer while the server answers.
      const rendering = options.json ? undefined : import('../render/status.ts')
      const engine = await openTarget(options)
      const status = await engine.status({ ...(options.phase && { phase: options.phase }), compareSchema: options.check ?? false })
      if (rendering) printFitted((await rendering).statusText(status, paintFor(process.stdout)))
      else printJson(status)
      if (options.check) process.exitCode = status.exitCode
    })
  teach(verb, {
    examples: [
      { line: 'interphase status', does: 'where it stands' },
      { line: 'interphase status --check; echo $?', does: '3, 4 or 5: the phase that is next; 0: nothing is' },
      { line: 'interphase status --phase migrate --json', does: 'for a program; docs/status.schema.json describes it' },
    ],
    exits: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  })
  return verb
}
