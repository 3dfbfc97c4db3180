import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printCommandResult, printJsonLine } from '../../output.ts'
import { runWithShadowServers } from '../../project.ts'
import { formatRecordingResult } from '../../render/recorded.ts'
import { buildDialectsOption, buildProjectCommand } from '../../verb.ts'

export function buildRecordCommand() {
  const verb = buildProjectCommand('record')
    .summary('execute releases on a shadow database, prove that they are sound, and write their states')
    .description(
      'The command executes every release whose states are missing or out of date on shadow databases (scratch databases): ' +
        'once in authored order (change by change), once in phased order (phase by phase). ' +
        'A release is sound if both orders end in the same schema and rows, and every data step finds the schema that it relies on. ' +
        'For a sound release, record writes the states beside the release. Review and commit these files. ' +
        'If a release is not sound, record prints the migrations and the object that cause the difference, and writes no states for this release and the later releases. ' +
        'For PostgreSQL, record uses the embedded server, unless `shadow.postgres` or INTERPHASE_SHADOW_POSTGRES_URL names another server. ' +
        'For MySQL and MariaDB, set `shadow` in the configuration, or INTERPHASE_SHADOW_MYSQL_URL and INTERPHASE_SHADOW_MARIADB_URL. ' +
        'The shadow server should have the version of the production server: ' +
        'name a development server of this version in one of these settings, and run record --all.',
    )
    .optionsGroup('Options:')
    .addOption(buildDialectsOption('the dialects to record (default: every declared dialect whose server is available)'))
    .option('--all', 'record all releases again, also those whose states are up to date')
    .action((options) =>
      runWithShadowServers(options, async ({ engine }) => {
        const dialects = await engine.record(options.dialect, options.all ?? false)
        if (options.json) printJsonLine({ type: 'result', dialects })
        else printCommandResult(formatRecordingResult(dialects))
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase record', does: 'records new and changed releases on every dialect' },
      { line: 'interphase record --dialect postgres --all', does: 'records every release for PostgreSQL again' },
      {
        line: 'INTERPHASE_SHADOW_POSTGRES_URL=postgres://postgres@127.0.0.1:5415 interphase record --all',
        does: 'records on this server, which has the version of the production server',
      },
    ],
    exits: [0, 1, 2, 10],
  })
  return verb
}
