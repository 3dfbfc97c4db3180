import { Option } from '@commander-js/extra-typings'
import { InterphaseError } from '../../../error.ts'
import { PHASES } from '../../../phase/phase.ts'
import { PATTERN_NAME_OPTIONS, type PatternNames } from '../../../project/patterns/pattern.ts'
import { CHANGE_PATTERNS, PATTERN_NAMES, type PatternName } from '../../../project/patterns/patterns.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { printJsonDocument, printResult } from '../../output.ts'
import { openProject } from '../../project.ts'
import { buildProjectCommand } from '../../verb.ts'

const PATTERN_LIST = PATTERN_NAMES.map((name) => `${name} (${CHANGE_PATTERNS[name].summary})`).join(', ')

export function buildNewCommand() {
  const verb = buildProjectCommand('new')
    .summary('create the files of a change, and the directory of a new release')
    .description(
      'Writes a commented SQL file for each phase of a change into the directory of the release: expand with its undo, migrate with its pending query, and contract. ' +
        'Write the SQL, remove the files that you do not need, and run `interphase record`. ' +
        'With --ts, the files contain functions in TypeScript: .ts files, or .mts files if package.json does not contain "type": "module" and the project has a tsconfig.json. The options of tsconfig.json must be "module": "nodenext", or "module": "esnext" with "moduleResolution": "bundler". ' +
        'With --pattern, the files contain the SQL of a common change, for every dialect of the project. ' +
        'The command new refuses a number that the release already has.',
    )
    .argument('<release>', 'the name of the release and its directory: 2026.1-first')
    .argument('<change>', 'the number and slug of the change: 010-widget-timestamp')
    .optionsGroup('Options:')
    .addOption(new Option('--phase <phase...>', 'create only the files of these phases').choices(PHASES))
    .addOption(new Option('--ts', 'write functions in TypeScript instead of SQL').conflicts('pattern'))
    .addOption(new Option('--pattern <pattern>', `the SQL of a common change: ${PATTERN_LIST}`).choices(PATTERN_NAMES))
    .option('--table <name>', 'pattern: the table (default: my_table)')
    .option('--column <name>', 'pattern: the column (default: my_column)')
    .option('--to <name>', 'pattern: the new name of the column, or the new table (default: my_new_name)')
    .option('--key <name>', 'pattern: the primary key of the table, one column (default: id)')
    .option('--type <type>', 'pattern: the type of the column, as SQL (default: varchar(255))')
    .option('--value <value>', "pattern: the value for rows without one, as SQL (default: '')")
    .action(async (release, change, options) => {
      const engine = await openProject(options)
      const names = namesForPattern(options.pattern, options)
      const files = engine.begin(release, change, {
        ...(options.phase && { phases: options.phase }),
        ...(options.ts && { typescript: true }),
        ...(options.pattern && { pattern: { name: options.pattern, names } }),
      })
      if (options.json) printJsonDocument({ format: 1, files })
      else printResult(files.map((file) => `wrote ${file}`).join('\n'))
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

type NameOptions = { readonly [N in keyof PatternNames]?: string | undefined }

/** Returns the names that the user passed for a pattern. Throws `usage` for a name that the pattern does not use. */
function namesForPattern(pattern: PatternName | undefined, options: NameOptions): Partial<PatternNames> {
  const given = PATTERN_NAME_OPTIONS.filter((name) => options[name] !== undefined)
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
