import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printJsonDocument, printJsonLine, printResult, printWrapped } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildTargetDatabaseCommand } from '../../verb.ts'

export function buildFleetCommand() {
  const verb = buildTargetDatabaseCommand('fleet')
    .summary('list the instances of the application with their releases and last heartbeats')
    .description(
      'Lists the instances that joined the fleet with joinFleet or with the SQL of docs/fleet.md: their releases, their last heartbeats, and whether the database supports their code. ' +
        'An instance whose lease has ended counts as gone. The gate "fleet" of a policy blocks contract while a live instance of an older release exists. ' +
        'With --forget, the command removes an instance whose lease has not ended although its process is dead.',
    )
    .optionsGroup('Options:')
    .option('--forget <instance>', 'remove this instance; if its process is alive, its next heartbeat adds it again')
    .action(async (options) => {
      const engine = await openProjectWithDatabase(options)
      if (options.forget !== undefined) {
        const forgotten = await engine.forgetInstance(options.forget)
        if (options.json) printJsonLine({ type: 'result', forgotten })
        else printResult(forgotten ? `${options.forget} is removed from the fleet.` : `The fleet has no instance ${options.forget}.`)
        return
      }
      const report = await engine.fleet()
      const { formatFleetReport } = await import('../../render/fleet.ts')
      if (options.json) printJsonDocument(report)
      else printWrapped(formatFleetReport(report))
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
