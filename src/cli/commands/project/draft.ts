import { existsSync, readFileSync } from 'node:fs'
import { Option } from '@commander-js/extra-typings'
import type { DraftSource } from '../../../adopt/draft/draft.ts'
import { InterphaseError } from '../../../error.ts'
import type { DialectName } from '../../../schema/object.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { readDatabaseUrlFile } from '../../connection.ts'
import { printCommandResult, printJsonDocument } from '../../output.ts'
import { runWithShadowServers } from '../../project.ts'
import { formatDraftResult } from '../../render/draft.ts'
import { buildDialectOption, buildProjectCommand } from '../../verb.ts'

export function buildDraftCommand() {
  const verb = buildProjectCommand('draft')
    .summary('write a draft of a release that changes the schema to a wanted schema')
    .description(
      'The command compares the schema at the end of the recorded releases with a wanted schema, and writes the differences as a new release. ' +
        'The release has each statement in its phase, with data steps, triggers and undo files. The command never runs the release. ' +
        'If the schemas do not show a fact, a file contains a line `-- interphase: question …`. ' +
        '`interphase check` and `record` refuse the release until a person has answered each question and removed its line. ' +
        'The command prints the objects for which it has no SQL.',
    )
    .optionsGroup('Options:')
    .addOption(
      new Option('--from <source>', 'the wanted schema: the URL of a database, or a file of SQL for an empty database').conflicts([
        'fromUrlFile',
        'models',
      ]),
    )
    .addOption(
      new Option('--from-url-file <file>', 'a file that contains the URL, so that the URL is not visible in `ps`').conflicts('models'),
    )
    .option('--models <file>', 'the wanted schema: a module that exports a Sequelize instance, or a function that defines its models')
    .option('--release <name>', 'the name of the new release (default: the name of the last release, with -draft)')
    .option('--not-renamed <column...>', 'removed columns (table.column) that no new column replaces')
    .addOption(buildDialectOption('the dialect on which a file or models are loaded (default: the first declared dialect)'))
    .action((options) =>
      runWithShadowServers(options, async ({ engine }) => {
        const { release, notRenamed } = options
        const draft = await engine.draft(sourceOf(options), {
          ...(release !== undefined && { release }),
          ...(notRenamed && { notRenamed }),
        })
        if (options.json) printJsonDocument({ format: 1, ...draft })
        else printCommandResult(formatDraftResult(draft))
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase draft --from schema.sql --release 2026.2-second', does: 'drafts a release from a file with the wanted schema' },
      { line: 'interphase draft --from postgres://127.0.0.1/wanted', does: 'drafts a release from the schema of another database' },
      { line: 'interphase draft --models models/index.js', does: 'drafts a release from the models of Sequelize' },
    ],
    exits: [0, 1, 2],
  })
  return verb
}

interface SourceOptions {
  readonly from?: string | undefined
  readonly fromUrlFile?: string | undefined
  readonly models?: string | undefined
  readonly dialect?: DialectName | undefined
}

function sourceOf({ from, fromUrlFile, models, dialect }: SourceOptions): DraftSource {
  const on = dialect ? { dialect } : {}
  if (models !== undefined) return { kind: 'models', file: existing('--models', models), ...on }
  const url = fromUrlFile === undefined ? from : readDatabaseUrlFile('--from-url-file', fromUrlFile, (file) => readFileSync(file, 'utf8'))
  if (url === undefined)
    throw new InterphaseError('usage', { problem: 'the wanted schema is missing', try: 'Add --from <source> or --models <file>.' })
  return /^[a-z]+:\/\//i.test(url) ? { kind: 'database', url } : { kind: 'sql', file: existing('--from', url), ...on }
}

/**
 * Returns the file that the user passed to an option. Throws `usage` if the file does not exist, before the command starts a
 * server.
 */
function existing(option: string, file: string): string {
  if (existsSync(file)) return file
  throw new InterphaseError('usage', { problem: `there is no file ${file}`, try: `Write the path of a file: ${option} <file>` })
}
