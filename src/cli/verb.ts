import { Command, Option } from '@commander-js/extra-typings'
import { InterphaseError } from '../error.ts'
import { PHASES } from '../phase/phase.ts'
import { isValidWorkerCount, MAX_WORKERS_PER_PROCESS } from '../release/batch.ts'
import { DIALECTS } from '../schema/object.ts'

/** The values of the option `--log-level`. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
/** A value of the option `--log-level`. */
export type LogLevel = (typeof LOG_LEVELS)[number]

const HEADINGS = { project: 'Project:', database: 'Database:', output: 'Output:' } as const

/** Builds a command that works on the files of a project. */
export function buildProjectCommand(name: string) {
  return new Command(name)
    .optionsGroup(HEADINGS.project)
    .option(
      '--project-dir <directory>',
      'the directory that contains interphase.config.*, or a directory below it (default: the working directory)',
    )
    .optionsGroup(HEADINGS.output)
    .option('--json', 'print the result as JSON on stdout, and an error as one JSON line on stderr')
    .addOption(
      new Option(
        '--log-level <level>',
        'print only log messages of this level and above on stderr (default: info; with --json: warn)',
      ).choices(LOG_LEVELS),
    )
    .addOption(
      new Option('--log-format <format>', 'print log messages as sentences or as JSON lines (default: text; with --json: json)').choices([
        'text',
        'json',
      ]),
    )
}

/** Builds a command that connects to a target database. */
export function buildTargetDatabaseCommand(name: string) {
  return buildProjectCommand(name)
    .optionsGroup(HEADINGS.database)
    .addOption(
      new Option(
        '--database-url <url>',
        'the database URL (postgres://, mysql:// or mariadb://); other users of this machine can see it in `ps`',
      ).conflicts('databaseUrlFile'),
    )
    .option('--database-url-file <file>', 'a file that contains the database URL, so that the URL is not visible in `ps`')
    .addOption(
      new Option(
        '--tls <mode>',
        'whether the connection is encrypted; verify also checks the certificate and the host name of the server',
      ).choices(['off', 'require', 'verify']),
    )
    .option('--tls-ca <file>', 'the PEM file with the certificate of the certificate authority; this option implies --tls verify')
    .option('--tls-cert <file>', "the PEM file with the client's certificate")
    .option('--tls-key <file>', "the PEM file with the client's private key")
}

/** Builds a command that connects to a target database and can wait for the lock of the project (option `--wait`). */
export function buildLockWaitingCommand(name: string) {
  return buildTargetDatabaseCommand(name).option(
    '--wait <seconds>',
    'how long the command waits if another run holds the lock of the database',
    makeSecondsParser('--wait'),
    0,
  )
}

/** Builds a command that can run data steps, with options that limit the duration of the run. */
export function buildUpgradingCommand(name: string) {
  return buildLockWaitingCommand(name)
    .option(
      '--max-time <seconds>',
      'stop the run after this time with exit code 10; the same command resumes the run',
      makeSecondsParser('--max-time'),
    )
    .option('--max-rows <rows>', 'stop the run with exit code 10 after the data steps in batches have processed this number of rows', rows)
    .option(
      '--workers <number>',
      'the number of database sessions that share each data step in batches; a second process with this option joins the same data step',
      workers,
    )
}

/** The options of a command that works on the files of a project. */
export type ProjectCommandOptions = ReturnType<ReturnType<typeof buildProjectCommand>['opts']>
/** The options of a command that connects to a target database. */
export type TargetCommandOptions = ReturnType<ReturnType<typeof buildTargetDatabaseCommand>['opts']>
/** The options of a command that connects to a target database and can wait for the lock of the project. */
export type LockWaitingCommandOptions = ReturnType<ReturnType<typeof buildLockWaitingCommand>['opts']>
/** The options of a command that can run data steps. */
export type UpgradingCommandOptions = LockWaitingCommandOptions & {
  readonly maxTime?: number | undefined
  readonly maxRows?: number | undefined
  readonly workers?: number | undefined
}

/** Builds the command-line option `--phase`. */
export function buildPhaseOption(flags: '--phase <phase>', description: string) {
  return new Option(flags, description).choices(PHASES)
}

/** Builds a command-line option whose value is several dialects. */
export function buildDialectsOption(description: string) {
  return new Option('--dialect <dialect...>', description).choices(DIALECTS)
}

/** Builds a command-line option whose value is one dialect. */
export function buildDialectOption(description: string) {
  return new Option('--dialect <dialect>', description).choices(DIALECTS)
}

/** Returns the parser of an option whose value is a number of seconds. The parser throws `usage` for any other value. */
export function makeSecondsParser(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
      throw new InterphaseError('usage', { problem: `"${text}" is not a number of seconds`, try: `Write ${option} 30 for half a minute` })
    }
    return value
  }
}

function workers(text: string): number {
  if (!/^\d+$/.test(text) || !isValidWorkerCount(Number(text))) {
    throw new InterphaseError('usage', {
      problem: `"${text}" is not a number of workers from 1 to ${MAX_WORKERS_PER_PROCESS}`,
      try: 'Write --workers 2 for two database sessions',
    })
  }
  return Number(text)
}

function rows(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new InterphaseError('usage', { problem: `"${text}" is not a number of rows`, try: 'Write --max-rows 1000000 for a million rows' })
  }
  return Number(text)
}
