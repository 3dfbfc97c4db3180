import { Command, Option } from '@commander-js/extra-typings'
import { InterphaseError } from '../error.ts'
import { PHASES } from '../phase/phase.ts'
import { DIALECTS } from '../schema/object.ts'

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type Level = (typeof LEVELS)[number]

const HEADINGS = { project: 'Project:', database: 'Database:', output: 'Output:' } as const

/** A command that works on the files of a project. */
export function projectVerb(name: string) {
  return new Command(name)
    .optionsGroup(HEADINGS.project)
    .option('--project-dir <directory>', 'where interphase.config.* is looked for, and above (default: the working directory)')
    .optionsGroup(HEADINGS.output)
    .option('--json', 'print for programs: JSON on stdout, errors as one JSON line on stderr')
    .addOption(new Option('--log-level <level>', 'what is told on stderr (default: info; with --json: warn)').choices(LEVELS))
    .addOption(new Option('--log-format <format>', 'sentences, or JSON lines (default: text; with --json: json)').choices(['text', 'json']))
}

/** A command that reads a target database. */
export function targetVerb(name: string) {
  return projectVerb(name)
    .optionsGroup(HEADINGS.database)
    .addOption(
      new Option('--database-url <url>', 'postgres://, mysql:// or mariadb://; other users of this machine see it in `ps`').conflicts(
        'databaseUrlFile',
      ),
    )
    .option('--database-url-file <file>', 'a file that holds the URL; nobody sees it in `ps`')
    .addOption(new Option('--tls <mode>', 'verify also checks certificate and name').choices(['off', 'require', 'verify']))
    .option('--tls-ca <file>', 'PEM file of the authority that signed the server; alone it means --tls verify')
    .option('--tls-cert <file>', "PEM file of the client's certificate")
    .option('--tls-key <file>', "PEM file of the client's key")
}

/** A command that changes a target database. Only one runs at a time. */
export function runningVerb(name: string) {
  return targetVerb(name).option('--wait <seconds>', 'how long to wait while another run has the lock', seconds, 0)
}

export type ProjectOptions = ReturnType<ReturnType<typeof projectVerb>['opts']>
export type TargetOptions = ReturnType<ReturnType<typeof targetVerb>['opts']>
export type RunningOptions = ReturnType<ReturnType<typeof runningVerb>['opts']>

export function phaseOption(flags: '--phase <phase>', description: string) {
  return new Option(flags, description).choices(PHASES)
}

export function dialectsOption(description: string) {
  return new Option('--dialect <dialect...>', description).choices(DIALECTS)
}

export function dialectOption(description: string) {
  return new Option('--dialect <dialect>', description).choices(DIALECTS)
}

function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InterphaseError('usage', { problem: `"${text}" is no number of seconds`, try: 'Say --wait 30 for half a minute' })
  }
  return value
}
