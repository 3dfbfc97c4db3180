import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { examplesAndExitCodesOf } from '../../src/cli/command-examples.ts'
import { EXIT_CODES } from '../../src/cli/exit-codes.ts'
import { buildAllCommands, CONNECTION_HELP_TEXT, PROGRAM_DESCRIPTION } from '../../src/cli/program.ts'

/** `docs/cli.md`: the options, examples and exit codes of every command, as the help prints them. */
export function cliPage(): string {
  const all = buildAllCommands()
  return [
    '# The command line',
    '',
    '<!-- Made by `npm run generate` from src/cli/. -->',
    '',
    PROGRAM_DESCRIPTION,
    '',
    '| command | purpose |',
    '|---|---|',
    ...all.map((verb) => `| [\`${verb.name()}\`](#${verb.name()}) | ${verb.summary()} |`),
    '',
    '## Exit codes',
    '',
    '| exit | meaning |',
    '|---|---|',
    ...Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    'If several codes apply, `interphase status --check` returns the first of them in this order: 8, 7, 6 (the next phase cannot start yet, or a lock of another session blocks the command), the code of the next phase (3, 4 or 5), 0.',
    '',
    '## The database',
    '',
    CONNECTION_HELP_TEXT.replaceAll('\n', ' '),
    '',
    'The URL of a Unix socket has one of these forms: `postgres://user@%2Frun%2Fpostgresql/shop`, `mysql://user@localhost/shop?socket=/run/mysqld/mysqld.sock`.',
    '',
    'If no source contains a URL, and the configuration contains `embedded: true`, the command uses the embedded PostgreSQL, which stores',
    'its data in `.interphase/database`. Otherwise a command that needs a target database ends with exit code 2. No output contains a password.',
    'interphase does not check which users can read the file in `--database-url-file`, so restrict the access to this file yourself.',
    '',
    '## Output',
    '',
    'Commands print results on stdout, and the log and errors on stderr. On a terminal, the last line on stderr shows the current work and',
    'its duration, and the command wraps long lines between words. A command that destroys data asks for confirmation on stderr, so that',
    'a user can redirect stdout. Without a terminal, a command uses no colours, prints no progress line and asks no question. Instead, the command',
    'prints one sentence each minute while a long statement or data step runs. `NO_COLOR` and `TERM=dumb` disable the colours. `FORCE_COLOR` has',
    'priority over both: with the values `0` and `false`, it disables the colours, and with any other value, it enables them, also without a',
    'terminal. `TERM=dumb` also disables the progress line.',
    '',
    'The configuration, migrations and models of a project can print with `console`. This text also appears on stderr.',
    '',
    'With `--json`, stdout contains JSON. A command that only reads prints one document. A command that runs migrations prints one',
    'event on each line, and, if it succeeds, `{"type":"result",…}` on the last line. A failed command prints its error as one line on stderr:',
    '`{"type":"error","code":…,"says":…,"remedy":…,"facts":…,"exitCode":…}`. [errors.md](errors.md) lists the codes. These JSON Schemas',
    'describe the documents: [status.schema.json](status.schema.json) for `status --json`, [gate.schema.json](gate.schema.json) for `gate --json`, [plan.schema.json](plan.schema.json) for',
    '`plan --json`, [drift.schema.json](drift.schema.json) for `drift --json`, [runs.schema.json](runs.schema.json) for `runs --json`, [check.schema.json](check.schema.json) for `check --json`, and [rehearsal.schema.json](rehearsal.schema.json) for',
    'the report of `rehearse`. The number in the field `format` of a document increases when a field is removed or gets another meaning.',
    '',
    'After the first SIGTERM or SIGINT, a run finishes or rolls back the current statement, writes the ledger, and ends with exit',
    'code 10. To resume the run, run the same command again. After a second signal, the process ends immediately.',
    ...all.flatMap(section),
    '',
  ].join('\n')
}

function section(verb: CommandUnknownOpts): readonly string[] {
  const lesson = examplesAndExitCodesOf(verb)
  const examples = lesson?.examples.flatMap(({ line, does }) => [`# ${does}`, line]) ?? []
  return [
    '',
    `## ${verb.name()}`,
    '',
    '```text',
    `interphase ${verb.name()} ${verb.usage()}`,
    '```',
    '',
    verb.description(),
    '',
    ...verb.registeredArguments.map(
      (argument) => `- \`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\`: ${argument.description}`,
    ),
    ...(verb.registeredArguments.length > 0 ? [''] : []),
    ...(verb.options.length > 0 ? ['| option | meaning |', '|---|---|', ...verb.options.map(row), ''] : []),
    '```sh',
    ...examples,
    '```',
    '',
    `\`interphase ${verb.name()}\` ends with one of the [exit codes](#exit-codes) ${lesson?.exits.join(', ') ?? '0'}.`,
  ]
}

function row({ flags, description, argChoices, defaultValue }: Option): string {
  const choices = argChoices ? `: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}` : ''
  const value = defaultValue === undefined ? '' : ` (default: ${String(defaultValue)})`
  return `| \`${flags}\` | ${description}${value}${choices} |`
}
