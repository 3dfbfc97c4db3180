import { Argument } from '@commander-js/extra-typings'
import { DEFAULT_IMPORT_RELEASE_NAME, SEQUELIZE_LEDGER_TABLE_NAME } from '../../../adopt/sequelize/import-sequelize.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { formatCountWithNoun } from '../../layout/text.ts'
import { printCommandResult, printJsonLine } from '../../output.ts'
import { runWithShadowServers } from '../../project.ts'
import { buildProjectCommand } from '../../verb.ts'

export function buildImportCommand() {
  const verb = buildProjectCommand('import')
    .summary('import the old migrations of sequelize-cli or umzug as one release')
    .description(
      'The command runs the old migrations in order on a scratch database, with the Sequelize of their project. ' +
        'From each old migration, the command writes the SQL that the migration sent into a file of a release of history, and then records this release. ' +
        'interphase runs a release of history in a new database, does not compare its effects with the policies, and never undoes it. ' +
        'The command does not change the old files. After the import, run `interphase adopt` for each database in which the old migrations ran.',
    )
    .addArgument(
      new Argument('<tool>', 'the tool that ran the migrations; sequelize stands for sequelize-cli and umzug').choices(['sequelize']),
    )
    .optionsGroup('Options:')
    .requiredOption('--from <directory>', 'the directory of the old migration files')
    .option('--release <name>', 'the name of the release that is written', DEFAULT_IMPORT_RELEASE_NAME)
    .option(
      '--because <reason>',
      'the reason in the field `history` of release.json',
      'these ran under sequelize-cli or umzug, before the project had phases',
    )
    .option('--skip <file...>', 'the names of files that are not imported')
    .action((_, options) =>
      runWithShadowServers(options, async ({ engine }) => {
        const { from, release, because, skip = [] } = options
        const imported = await engine.importSequelize({ from, release, because, skip })
        const recorded = await engine.record()
        if (options.json) return printJsonLine({ type: 'result', imported, recorded })
        const empty = imported.filter(({ statements }) => statements === 0)
        printCommandResult(
          [
            `${formatCountWithNoun(imported.length, 'file')} written to ${release}.`,
            ...empty.map(
              ({ from: name }) => `${name} changed nothing on an empty database. Check whether it changes rows that a new database needs.`,
            ),
            ...(engine.config.ignore.includes(SEQUELIZE_LEDGER_TABLE_NAME)
              ? []
              : [`Add the ledger of the old tool to the configuration: ignore: ['${SEQUELIZE_LEDGER_TABLE_NAME}']`]),
            'Review the files. Then run, for each database in which the old migrations ran: interphase adopt',
          ].join('\n'),
        )
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase import sequelize --from migrations', does: 'imports the files of sequelize-cli as the release 00-history' },
    ],
    exits: [0, 1, 2, 10],
  })
  return verb
}
