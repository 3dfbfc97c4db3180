import { Option } from '@commander-js/extra-typings'
import type { Interphase } from '../../../engine.ts'
import { InterphaseError } from '../../../error.ts'
import { REHEARSAL_STOPS, type RehearsalStop } from '../../../rehearse/hold-point.ts'
import type { Rehearsal } from '../../../rehearse/rehearsal.ts'
import { runRehearsalUserCommand } from '../../command.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import {
  makePaintForStream,
  paintWithoutColour,
  printCommandResult,
  printJsonLine,
  printWrappedText,
  writeReportFile,
} from '../../output.ts'
import { type RunningCommandContext, runWithShadowServers } from '../../project.ts'
import { buildDialectsOption, buildProjectCommand } from '../../verb.ts'

const REPORTS = ['text', 'json', 'junit'] as const

export function buildRehearseCommand() {
  const verb = buildProjectCommand('rehearse')
    .summary('test a release on a shadow database with generated rows and with statements of both application versions')
    .description(
      'The command tests a release more thoroughly than interphase record. ' +
        'Each release runs on a shadow database in both orders, with the rows of its directory rows/ and with generated rows that fit the schema. ' +
        'Both orders must end in the same schema and rows. Then the release runs once more in phased order. ' +
        'After every commit, rehearse executes the probes, which are example statements of the application in the directory probes/. ' +
        'The probes of the old version run until contract begins, and the probes of the new version run after expand. ' +
        'Each probe runs as text and as a prepared statement, in a transaction that is rolled back. ' +
        'rehearse prints each difference or failure with a remedy and the migration that causes it. ' +
        'With --at, rehearse runs your own command at one point of the release instead. ' +
        'The variables INTERPHASE_DATABASE_URL and DATABASE_URL then contain the URL of a shadow database at this point. ' +
        'rehearse uses the same servers as record, and writes nothing except the report. ' +
        'If a rehearsal was killed, the next rehearsal drops its scratch databases.',
    )
    .argument('[command...]', 'the command to run with --at, after --')
    .optionsGroup('Options:')
    .option('--release <release...>', 'the releases to rehearse (default: the newest)')
    .option('--all', 'rehearse every release')
    .addOption(
      buildDialectsOption(
        'the dialects to rehearse (default: every declared dialect whose server is available; with --at: the first declared dialect)',
      ),
    )
    .option('--rows <number>', 'the number of generated rows per table; 0 means none (default: 5; with --at: 0)', (text) =>
      wholeNumber('--rows', text),
    )
    .option('--seed <number>', 'the seed of the generated rows; the same seed gives the same rows (default: 1)', (text) =>
      wholeNumber('--seed', text),
    )
    .option('--keep', 'keep the shadow database of the last release, and print its URL and the command that drops it')
    .addOption(new Option('--report <form>', 'the format of the report (default: text)').choices(REPORTS))
    .option('--output <file>', 'write the report to this file, and the report as text to stdout')
    .addOption(
      new Option(
        '--at <stop>',
        'the point of the release at which your command runs; start means before expand, and a phase means after that phase',
      ).choices(REHEARSAL_STOPS),
    )
    .option('--timeout <seconds>', 'kill your command after this time (default: never)', (text) => wholeNumber('--timeout', text))
    .action((command, options) =>
      runWithShadowServers(options, async (running) => {
        const { at } = options
        if (at !== undefined) return runAt(running, command, { ...options, at })
        if (command.length > 0) throw usage('a command needs --at', `Write --at ${REHEARSAL_STOPS.join(', --at ')}`)
        await rehearse(running.engine, options)
      }),
    )
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase rehearse', does: 'the newest release, on every dialect whose server is available' },
      { line: 'interphase rehearse --all --report junit --output rehearsal.xml', does: 'in CI: every release, with a JUnit report' },
      { line: 'interphase rehearse --rows 50 --seed 7', does: 'with more generated rows, from another seed' },
      {
        line: 'interphase rehearse --at expand -- npm test',
        does: "the old version's own tests, after expand of the newest release",
      },
    ],
    exits: [0, 1, 2, 10],
  })
  return verb
}

interface Options {
  readonly json?: true | undefined
  readonly release?: readonly string[] | undefined
  readonly all?: true | undefined
  readonly dialect?: Parameters<Interphase['record']>[0]
  readonly rows?: number | undefined
  readonly seed?: number | undefined
  readonly keep?: true | undefined
  readonly report?: (typeof REPORTS)[number] | undefined
  readonly output?: string | undefined
  readonly timeout?: number | undefined
}

async function rehearse(engine: Interphase, options: Options): Promise<void> {
  const { release, all, dialect, rows, seed } = options
  if (all && release) throw usage('--all and --release exclude each other', 'Write only one of these two options')
  const releases = all ? 'all' : release
  const rehearsal = await engine.rehearse({
    keep: options.keep ?? false,
    ...(releases && { releases }),
    ...(dialect && { dialects: dialect }),
    ...(rows !== undefined && { rows }),
    ...(seed !== undefined && { seed }),
  })
  await tell(rehearsal, options)
  process.exitCode = rehearsal.ok ? 0 : 1
}

async function tell(rehearsal: Rehearsal, { json, report = 'text', output }: Options): Promise<void> {
  const { formatRehearsal } = await import('../../render/rehearsal.ts')
  const { formatRehearsalAsJunit } = await import('../../documents/junit.ts')
  const forms = {
    text: () => `${formatRehearsal(rehearsal, paintWithoutColour)}\n`,
    json: () => `${JSON.stringify(rehearsal, null, 2)}\n`,
    junit: () => formatRehearsalAsJunit(rehearsal),
  }
  if (output !== undefined) writeReportFile(output, forms[report]())
  if (json) printJsonLine({ type: 'result', ...rehearsal })
  else if (output !== undefined || report === 'text') printWrappedText(formatRehearsal(rehearsal, makePaintForStream(process.stdout)))
  else printCommandResult(forms[report]())
}

async function runAt(
  { engine, signal }: RunningCommandContext,
  line: readonly string[],
  options: Options & { readonly at: RehearsalStop },
): Promise<void> {
  const { release: [release, ...more] = [], dialect: [dialect, ...others] = [], rows, seed, timeout } = options
  if (line.length === 0)
    throw usage('--at needs a command', `Write the command after --: interphase rehearse --at ${options.at} -- npm test`)
  if (more.length > 0 || others.length > 0 || options.all)
    throw usage('a command runs on one shadow only', 'Name one release and one dialect')
  const point = {
    stop: options.at,
    ...(release !== undefined && { release }),
    ...(dialect && { dialect }),
    ...(rows !== undefined && { rows }),
    ...(seed !== undefined && { seed }),
  }
  await engine.rehearseAt(point, ({ url, at }) =>
    runRehearsalUserCommand({
      line,
      at,
      signal,
      environment: { ...process.env, INTERPHASE_DATABASE_URL: url, DATABASE_URL: url },
      isQuiet: options.json ?? false,
      ...(timeout !== undefined && { timeoutSeconds: timeout }),
    }),
  )
  if (options.json) printJsonLine({ type: 'result', command: line, exitCode: 0 })
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw usage(`"${text}" is not a whole number`, `Write ${option} 20`)
}

function usage(problem: string, better: string): InterphaseError {
  return new InterphaseError('usage', { problem, try: better })
}
