import { Argument } from '@commander-js/extra-typings'
import { DEFAULT_HISTORY_RELEASE, IMPORTED_LEDGER_TABLE } from '../../../adopt/sequelize/import-sequelize.ts'
import { formatCount } from '../../layout/text.ts'
import { addExamplesAndExitCodes } from '../../lesson.ts'
import { printJsonLine, printResult } from '../../output.ts'
import { openForRecording } from '../../project.ts'
import { buildProjectCommand } from '../../verb.ts'

export function buildImportCommand() {
  const verb = buildProjectCommand('import')
    .summary('import the old migrations of sequelize-cli or umzug as a release of history')
    .description(
      'Runs the old migrations in order on a scratch database, with the Sequelize of their project. Writes the SQL that each of them sends ' +
        'into a file of a release that is marked as history: interphase runs it in a new database, does not judge it, and never undoes it. ' +
        'Then records the release. The old files stay as they are. Afterwards, run `interphase adopt` for each database in which they ran.',
    )
    .addArgument(
      new Argument('<tool>', 'the tool that ran the migrations; sequelize stands for sequelize-cli and umzug').choices(['sequelize']),
    )
    .optionsGroup('Options:')
    .requiredOption('--from <directory>', 'the directory of the old migration files')
    .option('--release <name>', 'the release of history', DEFAULT_HISTORY_RELEASE)
    .option(
      '--because <reason>',
      'the reason that release.json gives',
      'these ran under sequelize-cli or umzug, before the project had phases',
    )
    .option('--skip <file...>', 'files to leave out, by their names')
    .action((_, options) =>
      openForRecording(options, async ({ engine }) => {
        const { from, release, because, skip = [] } = options
        const imported = await engine.importSequelize({ from, release, because, skip })
        const recorded = await engine.record()
        if (options.json) return printJsonLine({ type: 'result', imported, recorded })
        const empty = imported.filter(({ statements }) => statements === 0)
        printResult(
          [
            `${formatCount(imported.length, 'file')} written to ${release}.`,
            ...empty.map(
              ({ from: name }) => `${name} changed nothing on an empty database. Check whether it changes rows that a new database needs.`,
            ),
            ...(engine.config.ignore.includes(IMPORTED_LEDGER_TABLE)
              ? []
              : [`Add the ledger of the old tool to the configuration: ignore: ['${IMPORTED_LEDGER_TABLE}']`]),
            'Review the files. Then run, for each database in which the old migrations ran: interphase adopt',
          ].join('\n'),
        )
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [{ line: 'interphase import sequelize --from migrations', does: 'the files of sequelize-cli become the release 00-history' }],
    exits: [0, 1, 2, 10],
  })
  return verb
}
