import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printCommandResult, printJsonDocument, printJsonLine, printWrappedText } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildTargetDatabaseCommand } from '../../verb.ts'

export function buildFleetCommand() {
  const verb = buildTargetDatabaseCommand('fleet')
    .summary('list the instances of the application with their releases and last heartbeats')
    .description(
      'The command lists the instances of the application that report themselves with joinFleet or with the SQL of docs/fleet.md. ' +
        'For each instance, it prints the release, the last heartbeat, and whether the database supports the code of this release. ' +
        'An instance whose lease has ended counts as stopped. The gate "fleet" of a policy prevents contract while a live instance of an older release exists. ' +
        'If the process of an instance is dead, but its lease has not ended, --forget removes the instance.',
    )
    .optionsGroup('Options:')
    .option('--forget <instance>', 'remove this instance; if its process is alive, its next heartbeat adds it again')
    .action(async (options) => {
      const engine = await openProjectWithDatabase(options)
      if (options.forget !== undefined) {
        const forgotten = await engine.forgetInstance(options.forget)
        if (options.json) printJsonLine({ type: 'result', forgotten })
        else printCommandResult(forgotten ? `${options.forget} is removed from the fleet.` : `The fleet has no instance ${options.forget}.`)
        return
      }
      const report = await engine.fleet()
      const { formatFleetReport } = await import('../../render/fleet.ts')
      if (options.json) printJsonDocument(report)
      else printWrappedText(formatFleetReport(report))
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase fleet', does: 'the instances and their releases' },
      { line: 'interphase fleet --json', does: 'for a program; docs/fleet.schema.json describes the format' },
      { line: 'interphase fleet --forget web-7', does: 'removes an instance whose machine is gone' },
    ],
    exits: [0, 1, 2],
  })
  return verb
}
