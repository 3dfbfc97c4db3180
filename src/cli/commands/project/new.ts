import { Option } from '@commander-js/extra-typings'
import { InterphaseError } from '../../../error.ts'
import { PHASES } from '../../../phase/phase.ts'
import { PATTERN_ARGUMENT_NAMES, type PatternArguments } from '../../../project/patterns/pattern.ts'
import { CHANGE_PATTERNS, PATTERN_NAMES, type PatternName } from '../../../project/patterns/patterns.ts'
import type { OpenQuestion } from '../../../release/question.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printCommandResult, printJsonDocument } from '../../output.ts'
import { openProject } from '../../project.ts'
import { buildProjectCommand } from '../../verb.ts'

const PATTERN_LIST = PATTERN_NAMES.map((name) => `${name} (${CHANGE_PATTERNS[name].summary})`).join(', ')

export function buildNewCommand() {
  const verb = buildProjectCommand('new')
    .summary('create the files of a change, and the directory of a new release')
    .description(
      'The command writes a commented SQL file for each phase of a change into the directory of the release: ' +
        'expand with its undo, migrate with its pending query, and contract. Write the SQL, remove the files that you do not need, and run `interphase record`. ' +
        'With --ts, the files contain functions in TypeScript. Their extension is .ts, or .mts if package.json does not contain "type": ' +
        '"module" and the project has a tsconfig.json. The options of tsconfig.json must be "module": "nodenext", or "module": "esnext" with "moduleResolution": ' +
        '"bundler". With --pattern, the files contain the SQL of a common change, for every dialect of the project. ' +
        'The pattern takes the type, NOT NULL, default, indexes, constraints and views of the column from the recorded schema, so record the releases first. ' +
        'If the change exists, --phase adds the files of other phases. ' +
        'The command new refuses a file that exists, and a number that another change of the release has. The files of a pattern are SQL. ' +
        'To write the data step of a pattern as a function, remove the files with .migrate, and run new again with --ts --phase migrate.',
    )
    .argument('<release>', 'the name of the release and its directory: 2026.1-first')
    .argument('<change>', 'the number and slug of the change: 010-widget-timestamp')
    .optionsGroup('Options:')
    .addOption(new Option('--phase <phase...>', 'create only the files of these phases').choices(PHASES))
    .addOption(new Option('--ts', 'write functions in TypeScript instead of SQL; not with --pattern'))
    .addOption(new Option('--pattern <pattern>', `write the SQL of a common change: ${PATTERN_LIST}`).choices(PATTERN_NAMES))
    .option('--table <name>', 'with --pattern: the name of the table')
    .option('--column <name>', 'with --pattern: the name of the column')
    .option('--to <name>', 'with --pattern: the new name of the column, or the name of the new table')
    .option('--key <name>', 'with --pattern: the column of the primary key of the table (default: the recorded key, or id)')
    .option('--type <type>', 'with --pattern: the type of the column, as SQL (default: the recorded type)')
    .option('--value <value>', 'with --pattern: the value for rows without a value, as SQL (default: the recorded default of the column)')
    .action(async (release, change, options) => {
      if (options.ts && options.pattern) throw refuseFunctions(release, change, options.pattern)
      const engine = await openProject(options)
      const names = namesForPattern(options.pattern, options)
      const { files, questions, unrecorded } = await engine.begin(release, change, {
        ...(options.phase && { phases: options.phase }),
        ...(options.ts && { typescript: true }),
        ...(options.pattern && { pattern: { name: options.pattern, names } }),
      })
      if (options.json) printJsonDocument({ format: 1, files, questions, unrecorded })
      else
        printCommandResult(
          [...files.map((file) => `wrote ${file}`), ...nextSteps(`${engine.config.releases}/${release}`, questions, unrecorded)].join('\n'),
        )
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase new 2026.1-first 010-widget-timestamp', does: 'a change with all three phases' },
      { line: 'interphase new 2026.1-first 020-widget-index --phase migrate', does: 'a change with only a data step' },
      {
        line: 'interphase new 2026.1-first 030-widget-title --pattern rename-column --table widget --column name --to title',
        does: 'a change that renames a column',
      },
    ],
    exits: [0, 1, 2],
  })
  return verb
}

/** Returns the lines that tell the user what to do with the new files. */
function nextSteps(directory: string, questions: readonly OpenQuestion[], unrecorded: readonly string[]): readonly string[] {
  const asked = questions.map(({ file, line, question }) => `  ${file}:${line}: ${question}`)
  return [
    ...(asked.length === 0 ? [] : ['', 'Questions to answer in the files. Remove the line of each answered question:', ...asked]),
    ...unrecorded.map(
      (name) =>
        `The pattern does not know the changes of ${name}, whose recorded states are missing or stale. If one of them changes the table, remove the new files, run interphase record, and run new again.`,
    ),
    '',
    `Next: read and complete the files. Sample rows, with which record executes them, belong in ${directory}/rows/. Then run: interphase record`,
  ]
}

function refuseFunctions(release: string, change: string, pattern: PatternName): InterphaseError {
  return new InterphaseError('usage', {
    problem: `--ts and --pattern exclude each other: the files of the pattern ${pattern} are SQL`,
    try: `Run new without --ts. To write the data step as a function, remove the files ${change}.migrate.* then, and run: interphase new ${release} ${change} --ts --phase migrate`,
  })
}

type NameOptions = { readonly [N in keyof PatternArguments]?: string | undefined }

/**
 * Returns the names on the command line that the user passed for a pattern. A pattern is a template for migration files. Throws
 * `usage` for a name that the pattern does not use.
 */
function namesForPattern(pattern: PatternName | undefined, options: NameOptions): Partial<PatternArguments> {
  const given = PATTERN_ARGUMENT_NAMES.filter((name) => options[name] !== undefined)
  const uses: readonly string[] = pattern ? CHANGE_PATTERNS[pattern].uses : []
  const unused = given.find((name) => !uses.includes(name))
  if (unused !== undefined) {
    const better = pattern ? `It uses --${uses.join(', --')}.` : `Add --pattern with one of: ${PATTERN_NAMES.join(', ')}.`
    throw new InterphaseError('usage', {
      problem: `${pattern ? `the pattern ${pattern}` : 'a change without a pattern'} does not use --${unused}`,
      try: better,
    })
  }
  return Object.fromEntries(given.map((name) => [name, options[name]]))
}
