import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { examplesAndExitCodesOf } from '../../src/cli/command-examples.ts'
import { EXIT_CODES } from '../../src/cli/exit-codes.ts'
import { buildAllCommands, CONNECTION_HELP, PROGRAM_DESCRIPTION } from '../../src/cli/program.ts'

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
    '| command | |',
    '|---|---|',
    ...all.map((verb) => `| [\`${verb.name()}\`](#${verb.name()}) | ${verb.summary()} |`),
    '',
    '## Exit codes',
    '',
    '| exit | meaning |',
    '|---|---|',
    ...Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    '`interphase status --check` returns the first of these codes that applies: 8, 7, 6 (the next phase cannot start yet, or a lock of another session blocks the command), the code of the next phase (3, 4 or 5), 0.',
    '',
    '## The database',
    '',
    CONNECTION_HELP.replaceAll('\n', ' '),
    '',
    'The URL of a Unix socket has one of these forms: `postgres://user@%2Frun%2Fpostgresql/shop`, `mysql://user@localhost/shop?socket=/run/mysqld/mysqld.sock`.',
    '',
    'If no URL is set, a command that needs a target database ends with exit code 2. If the configuration then contains `embedded: true`,',
    'the command uses the embedded PostgreSQL instead, with its data in `.interphase/database`. No output contains a password.',
    'interphase does not check the mode of the file in `--database-url-file`: restrict the access to it yourself.',
    '',
    '## Output',
    '',
    'Results are printed on stdout. The log and the errors are printed on stderr. On a terminal, the last line on stderr shows the current work and',
    'its duration, and long lines are wrapped between words. A command that destroys data asks for confirmation on stderr, so that',
    'stdout can be redirected. Without a terminal there is no colour, no progress line and no question, and interphase prints one',
    'sentence each minute while a long statement or data step runs. `NO_COLOR` and `TERM=dumb` disable the colours. `FORCE_COLOR` overrides these rules: `0` and',
    '`false` disable the colours, and any other value enables them, also without a terminal. `TERM=dumb` also disables the progress line.',
    '',
    'With `--json`, stdout contains JSON. A command that only reads prints one document. A command that runs migrations prints one',
    'event on each line, and, if it succeeds, `{"type":"result",…}` on the last line. An error is printed as one line on stderr:',
    '`{"type":"error","code":…,"says":…,"remedy":…,"facts":…,"exitCode":…}`. [errors.md](errors.md) lists the codes. These schemas',
    'describe the documents: [status.schema.json](status.schema.json) for `status --json`, [gate.schema.json](gate.schema.json) for `gate --json`, [plan.schema.json](plan.schema.json) for',
    '`plan --json`, [drift.schema.json](drift.schema.json) for `drift --json`, [runs.schema.json](runs.schema.json) for `runs --json`, [check.schema.json](check.schema.json) for `check --json`, and [rehearsal.schema.json](rehearsal.schema.json) for',
    'the report of `rehearse`. The number in `format` increases when a field is removed or gets another meaning.',
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
    ...(verb.options.length > 0 ? ['| option | |', '|---|---|', ...verb.options.map(row), ''] : []),
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
