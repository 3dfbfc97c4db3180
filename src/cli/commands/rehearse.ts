import { Option } from '@commander-js/extra-typings'
import type { Interphase } from '../../engine.ts'
import { InterphaseError } from '../../error.ts'
import type { Rehearsal } from '../../rehearse/rehearsal.ts'
import { STOPS, type Stop } from '../../rehearse/stops.ts'
import { runCommand } from '../command.ts'
import { teach } from '../lesson.ts'
import { PLAIN, paintFor, print, printFitted, printJsonLine, writeReport } from '../output.ts'
import { openRecording, type Running } from '../project.ts'
import { dialectsOption, projectVerb } from '../verb.ts'

const REPORTS = ['text', 'json', 'junit'] as const

export function rehearseVerb() {
  const verb = projectVerb('rehearse')
    .summary('run a release on a shadow as it will be run, with rows and both versions of the application')
    .description(
      'Goes beyond record. Each release is executed on a shadow in both orders, over the rows of its rows/ and over generated ones that fit the schema; the two must end in the same schema and rows. ' +
        "Then phased order once more, and at every state that running code can meet the probes: the old version's until contract begins, the new version's from the end of expand, each in a transaction that is rolled back, as text and prepared beforehand. " +
        'What differs or fails is told with the migration that is responsible and what to change. ' +
        'With --at, a command of yours is run instead, with INTERPHASE_DATABASE_URL and DATABASE_URL leading to a shadow held at that point. ' +
        'Servers as for record. Nothing is written but the report; scratch databases that a killed rehearsal left are dropped by the next.',
    )
    .argument('[command...]', 'with --at: what to run, after --')
    .optionsGroup('Options:')
    .option('--release <release...>', 'rehearse these (default: the newest)')
    .option('--all', 'rehearse every release')
    .addOption(dialectsOption('on these alone (default: every declared one whose server is at hand; with --at: the first declared)'))
    .option('--rows <number>', 'generated rows per table, 0 for none (default: 5; with --at: 0)', (text) => wholeNumber('--rows', text))
    .option('--seed <number>', 'other generated rows, and the same ones for the same number (default: 1)', (text) =>
      wholeNumber('--seed', text),
    )
    .option('--keep', 'leave the shadow of the last release, and say where it is and how it goes')
    .addOption(new Option('--report <form>', 'form of the report (default: text)').choices(REPORTS))
    .option('--output <file>', 'write the report there, and a text on stdout')
    .addOption(new Option('--at <stop>', 'hold a shadow there for a command: start is before expand, a phase is after it').choices(STOPS))
    .option('--timeout <seconds>', 'end the command after this time (default: never)', (text) => wholeNumber('--timeout', text))
    .action((command, options) =>
      openRecording(options, async (running) => {
        const { at } = options
        if (at !== undefined) return runAt(running, command, { ...options, at })
        if (command.length > 0) throw usage('a command needs a point at which it is run', `Say --at ${STOPS.join(', --at ')}`)
        await rehearse(running.engine, options)
      }),
    )
  teach(verb, {
    examples: [
      { line: 'interphase rehearse', does: 'the newest release, on every dialect whose server is at hand' },
      { line: 'interphase rehearse --all --report junit --output rehearsal.xml', does: 'in CI: every release, with a report for it' },
      { line: 'interphase rehearse --rows 50 --seed 7', does: 'with more rows, and others' },
      {
        line: 'interphase rehearse --at expand -- npm test',
        does: "the old version's own tests, where expand of the newest release is done",
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
  if (all && release) throw usage('--all and --release name different releases', 'Give one of them')
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
  const { rehearsalText } = await import('../render/rehearsal.ts')
  const { rehearsalJunit } = await import('../render/junit.ts')
  const forms = {
    text: () => `${rehearsalText(rehearsal, PLAIN)}\n`,
    json: () => `${JSON.stringify(rehearsal, null, 2)}\n`,
    junit: () => rehearsalJunit(rehearsal),
  }
  if (output !== undefined) writeReport(output, forms[report]())
  if (json) printJsonLine({ type: 'result', ...rehearsal })
  else if (output !== undefined || report === 'text') printFitted(rehearsalText(rehearsal, paintFor(process.stdout)))
  else print(forms[report]())
}

async function runAt({ engine, signal }: Running, line: readonly string[], options: Options & { readonly at: Stop }): Promise<void> {
  const { release: [release, ...more] = [], dialect: [dialect, ...others] = [], rows, seed, timeout } = options
  if (line.length === 0)
    throw usage('--at runs a command, and none is given', `Write it after --: interphase rehearse --at ${options.at} -- npm test`)
  if (more.length > 0 || others.length > 0 || options.all) throw usage('a command is run on one shadow', 'Name one release and one dialect')
  const point = {
    stop: options.at,
    ...(release !== undefined && { release }),
    ...(dialect && { dialect }),
    ...(rows !== undefined && { rows }),
    ...(seed !== undefined && { seed }),
  }
  await engine.rehearseAt(point, ({ url, at }) =>
    runCommand({
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
  throw usage(`"${text}" is no whole number`, `Say ${option} 20`)
}

function usage(problem: string, better: string): InterphaseError {
  return new InterphaseError('usage', { problem, try: better })
}
