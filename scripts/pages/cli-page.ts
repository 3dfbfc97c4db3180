import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { EXIT_CODES } from '../../src/cli/exit-codes.ts'
import { lessonOf } from '../../src/cli/lesson.ts'
import { ABOUT, CONNECTION, verbs } from '../../src/cli/program.ts'

/** `docs/cli.md`: every verb with its options, examples and exit codes, as the help teaches them. */
export function cliPage(): string {
  const all = verbs()
  return [
    '# The command line',
    '',
    '<!-- Made by `npm run generate` from src/cli/. -->',
    '',
    ABOUT,
    '',
    '| verb | |',
    '|---|---|',
    ...all.map((verb) => `| [\`${verb.name()}\`](#${verb.name()}) | ${verb.summary()} |`),
    '',
    '## Exit codes',
    '',
    '| exit | meaning |',
    '|---|---|',
    ...Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    '`status --check` answers 8 or 7 when they hold; else the next phase, 3, 4 or 5, or 6 when that phase is held; else 0.',
    '',
    '## The database',
    '',
    CONNECTION.replaceAll('\n', ' '),
    '',
    'A Unix socket is named so: `postgres://user@%2Frun%2Fpostgresql/shop`, `mysql://user@localhost/shop?socket=/run/mysqld/mysqld.sock`.',
    '',
    'Without a URL, a verb that touches a target ends with 2. `embedded: true` in the configuration lets it use the embedded',
    'PostgreSQL instead, with its data in `.interphase/database`. Passwords appear in no output. Who may read the file of',
    '`--database-url-file` is for you to see to; its mode is not looked at.',
    '',
    '## Output',
    '',
    'Results go to stdout, the log and failures to stderr. On a terminal a line at its bottom says what is at work and for how',
    'long, long lines are broken between words, and what a contract or an undo destroys is asked for: on stderr, so that stdout',
    'may go to a file or a pipe. Off a terminal there is no colour, no live line and no question; of long work a sentence a',
    'minute says that it goes on. `NO_COLOR` and `TERM=dumb` take the colours away, and `FORCE_COLOR` decides them everywhere: `0`',
    'is none, anything else is all. `TERM=dumb` takes the live line, too.',
    '',
    'With `--json` the result is JSON on stdout: one document for the verbs that read; for the verbs that run, the events of',
    'the run one a line, and last `{"type":"result",…}`. A failure is one line on stderr,',
    '`{"type":"error","code":…,"says":…,"remedy":…,"facts":…,"exitCode":…}`; its codes are in [errors.md](errors.md). What',
    '`status --json`, `plan --json` and `check --json` print is described by [status.schema.json](status.schema.json),',
    '[plan.schema.json](plan.schema.json) and [check.schema.json](check.schema.json), and the report of `rehearse` by',
    '[rehearsal.schema.json](rehearsal.schema.json). Documents carry a `format`, which rises when a field goes or changes its',
    'meaning.',
    '',
    'At the first SIGTERM or SIGINT a run finishes or rolls back what is in hand, writes the ledger and ends with 10; the same',
    'command goes on from there. At the second it ends at once.',
    ...all.flatMap(section),
    '',
  ].join('\n')
}

function section(verb: CommandUnknownOpts): readonly string[] {
  const lesson = lessonOf(verb)
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
    ...verb.registeredArguments.map((argument) => `- \`<${argument.name()}>\`: ${argument.description}`),
    ...(verb.registeredArguments.length > 0 ? [''] : []),
    '| option | |',
    '|---|---|',
    ...verb.options.map(row),
    '',
    '```sh',
    ...examples,
    '```',
    '',
    `Ends with ${lesson?.exits.join(', ') ?? '0'}.`,
  ]
}

function row({ flags, description, argChoices }: Option): string {
  const choices = argChoices ? `: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}` : ''
  return `| \`${flags}\` | ${description}${choices} |`
}
