import { readFileSync } from 'node:fs'
import { Command, Option } from '@commander-js/extra-typings'
import type { Interphase } from '../../../engine.ts'
import { InterphaseError } from '../../../error.ts'
import { DIALECTS } from '../../../schema/object.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { makeTlsSettingsFromOptions, readDatabaseUrl, readShadowServerUrls } from '../../connection.ts'
import { printCommandResult, printJsonDocument, printJsonLine } from '../../output.ts'
import { describeAdoption } from '../../render/adopted.ts'
import { openProgressReporter } from '../../reporter.ts'
import { makeProcessStopSignal } from '../../stop-signal.ts'
import { buildDialectsOption } from '../../verb.ts'

export function buildInitCommand() {
  const verb = new Command('init')
    .summary('create a project, also from an existing database')
    .description(
      'The command writes interphase.config.ts (interphase.config.mts in a TypeScript project of CommonJS) and the directory releases/ with a README.md into the working directory, or into the directory of --project-dir. ' +
        'If one of these two files exists, init writes nothing. init adds .interphase/, the directory of local data, to .gitignore. ' +
        'With --from, a dump of the schema of an existing database becomes the first release: ' +
        'init runs pg_dump, mysqldump or mariadb-dump, leaves out the tables of another migration tool, records the release, and creates the ledger in the database. ' +
        'In the database, init writes only the ledger. ' +
        'For MySQL and MariaDB, first set INTERPHASE_SHADOW_MYSQL_URL or INTERPHASE_SHADOW_MARIADB_URL to a development server.',
    )
    .option('--project-dir <directory>', 'the directory of the project (default: the working directory)')
    .option('--project <name>', "the name of the project in the ledger and the lock (default: the directory's name)")
    .addOption(buildDialectsOption('the databases for which releases will be written (default: postgres)').conflicts('from'))
    .optionsGroup('Existing database:')
    .option('--from [url]', 'the URL of an existing database (default: INTERPHASE_DATABASE_URL, DATABASE_URL)')
    .option('--database-url-file <file>', 'with --from: a file that contains the URL, so that the URL is not visible in `ps`')
    .addOption(new Option('--tls <mode>', 'with --from: whether the connection is encrypted').choices(['off', 'require', 'verify']))
    .option(
      '--tls-ca <file>',
      'with --from: the PEM file with the certificate of the certificate authority; this option implies --tls verify',
    )
    .option('--ignore <table...>', 'with --from: tables of other programs, such as a ledger with a name that init does not know')
    .option('--dump-program <file>', 'with --from: the path of pg_dump, mysqldump or mariadb-dump (default: the program in the PATH)')
    .optionsGroup('Output:')
    .option('--json', 'print the files as JSON')
    .action(async (options) => {
      const { Interphase } = await import('../../../engine.ts')
      const directory = options.projectDir ?? process.cwd()
      const named = options.project !== undefined && { project: options.project }
      if (options.from !== undefined) return begunFrom(Interphase, directory, options)
      const files = Interphase.init(directory, { ...named, dialects: options.dialect ?? ['postgres'] })
      if (options.json) printJsonDocument({ format: 1, files })
      else printCommandResult([...files.map((file) => `wrote ${file}`), 'next: interphase new 1.0 010-first-change'].join('\n'))
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase init --project shop --dialect postgres mysql', does: 'a project for two databases' },
      { line: 'interphase init --project shop --from', does: 'a project from the database of INTERPHASE_DATABASE_URL' },
    ],
    exits: [0, 1, 2, 6, 7, 10],
  })
  return verb
}

interface FromOptions {
  readonly from?: string | true
  readonly project?: string | undefined
  readonly databaseUrlFile?: string
  readonly tls?: 'off' | 'require' | 'verify'
  readonly tlsCa?: string
  readonly ignore?: readonly string[] | undefined
  readonly dumpProgram?: string | undefined
  readonly json?: true
}

/** Creates the project from an existing database, records its first release, and adopts the database. */
async function begunFrom(engine: typeof Interphase, directory: string, options: FromOptions): Promise<void> {
  const { from, databaseUrlFile, project, ignore, dumpProgram: program, json } = options
  const address = { ...(typeof from === 'string' && { databaseUrl: from }), ...(databaseUrlFile !== undefined && { databaseUrlFile }) }
  const url = readDatabaseUrl(address, process.env, (file) => readFileSync(file, 'utf8'))
  if (url === undefined) throw new InterphaseError('database.no-url', { command: 'init' })
  const tls = makeTlsSettingsFromOptions(options)
  const target = { url, ...(tls && { tls }) }
  const shadow = readShadowServerUrls(process.env)
  const { dialect, files, ledgers } = await engine.initFrom(directory, target, {
    shadows: new Set(DIALECTS.filter((name) => shadow[name] !== undefined)),
    ...(project !== undefined && { project }),
    ...(ignore && { ignore }),
    ...(program !== undefined && { program }),
  })
  if (!json) printCommandResult(files.map((file) => `wrote ${file}`).join('\n'))
  const reporter = await openProgressReporter({ ...(json && { json }) })
  try {
    const signal = makeProcessStopSignal(reporter.warn)
    const opened = await engine.open({ directory, databaseUrl: url, ...(tls && { tls }), shadow, emit: reporter.emit, signal })
    await opened.record([dialect])
    const adopted = await opened.adopt()
    if (json) printJsonLine({ type: 'result', files, ledgers, adopted })
    else
      printCommandResult(
        [
          ...ledgers.map(({ tool, tables }) => `The tables of ${tool} are ignored: ${tables.join(', ')}.`),
          describeAdoption(adopted),
          'Commit these files. Then write the next release: interphase new 1.0 010-first-change',
        ].join('\n'),
      )
  } catch (error) {
    reporter.warn('The written files are kept. After you have corrected the cause, run: interphase record. Then run: interphase adopt.')
    throw error
  } finally {
    reporter.rest()
  }
}
