import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { VERSION } from '../version.ts'
import { buildAdoptCommand } from './commands/adopt.ts'
import { buildContractCommand } from './commands/contract.ts'
import { buildExpandCommand } from './commands/expand.ts'
import { buildMigrateCommand } from './commands/migrate.ts'
import { buildPauseCommand } from './commands/pause.ts'
import { buildCheckCommand } from './commands/project/check.ts'
import { buildCompletionCommand } from './commands/project/completion.ts'
import { buildDraftCommand } from './commands/project/draft.ts'
import { buildImportCommand } from './commands/project/import.ts'
import { buildInitCommand } from './commands/project/init.ts'
import { buildNewCommand } from './commands/project/new.ts'
import { buildRecordCommand } from './commands/project/record.ts'
import { buildRehearseCommand } from './commands/project/rehearse.ts'
import { buildSquashCommand } from './commands/project/squash.ts'
import { buildStateCommand } from './commands/project/state.ts'
import { buildQuarantineCommand } from './commands/quarantine.ts'
import { buildDoctorCommand } from './commands/reading/doctor.ts'
import { buildDriftCommand } from './commands/reading/drift.ts'
import { buildFleetCommand } from './commands/reading/fleet.ts'
import { buildGateCommand } from './commands/reading/gate.ts'
import { buildLogCommand } from './commands/reading/log.ts'
import { buildPlanCommand } from './commands/reading/plan.ts'
import { buildRunsCommand } from './commands/reading/runs.ts'
import { buildStatusCommand } from './commands/reading/status.ts'
import { buildResumeCommand } from './commands/resume.ts'
import { buildStampCommand } from './commands/stamp.ts'
import { buildUndoCommand } from './commands/undo.ts'
import { buildUpCommand } from './commands/up.ts'

export const PROGRAM_DESCRIPTION =
  'interphase runs schema migrations in the three phases of a rolling upgrade, and proves a release before it runs.\n\n' +
  'Each migration of a release belongs to one phase: expand, migrate or contract. `interphase record` executes a release on a scratch ' +
  'database, proves that it can run phase by phase, and records the schema after every step. On a target database, run expand ' +
  'before the new version of the application starts, migrate while both versions run, and contract after the old version has stopped. Before and ' +
  'after each migration, a run compares the live schema with the recorded schema.'

export const CONNECTION_HELP_TEXT = `interphase takes the URL of the database from the first of these sources that
contains a URL: --database-url, --database-url-file, INTERPHASE_DATABASE_URL,
DATABASE_URL, the configuration. Other users of the machine can see the
argument --database-url in \`ps\`, but not a URL in a file.`

/** The functions that build the commands of interphase, by the name of the command, in the order of the help text. */
const VERBS: Readonly<Record<string, () => CommandUnknownOpts>> = {
  init: buildInitCommand,
  import: buildImportCommand,
  new: buildNewCommand,
  draft: buildDraftCommand,
  record: buildRecordCommand,
  squash: buildSquashCommand,
  rehearse: buildRehearseCommand,
  check: buildCheckCommand,
  state: buildStateCommand,
  status: buildStatusCommand,
  drift: buildDriftCommand,
  runs: buildRunsCommand,
  gate: buildGateCommand,
  fleet: buildFleetCommand,
  plan: buildPlanCommand,
  expand: buildExpandCommand,
  migrate: buildMigrateCommand,
  contract: buildContractCommand,
  up: buildUpCommand,
  pause: buildPauseCommand,
  resume: buildResumeCommand,
  quarantine: buildQuarantineCommand,
  undo: buildUndoCommand,
  adopt: buildAdoptCommand,
  stamp: buildStampCommand,
  log: buildLogCommand,
  doctor: buildDoctorCommand,
  completion: () => buildCompletionCommand(buildAllCommands),
}

export const COMMAND_NAMES: readonly string[] = Object.keys(VERBS)

export function buildAllCommands(): readonly CommandUnknownOpts[] {
  return Object.values(VERBS).map((make) => make())
}

/**
 * Returns the parser of the command line. The parser throws instead of ending the process, so that interphase prints all failures
 * in one form. `called` is the first argument. If it is the name of a command, the parser contains only this command. Otherwise
 * the parser contains all commands, for the help text and the correction of a mistyped name.
 */
export function buildCommandLineParser(called?: string): Command {
  const program = new Command('interphase')
    .description(PROGRAM_DESCRIPTION)
    .version(VERSION, '-v, --version')
    .addHelpText('after', `\n${CONNECTION_HELP_TEXT}`)
  program.exitOverride().configureOutput({ outputError: () => undefined })
  const one = called !== undefined && Object.hasOwn(VERBS, called) ? VERBS[called] : undefined
  for (const verb of one ? [one()] : buildAllCommands()) {
    verb.copyInheritedSettings(program)
    program.addCommand(verb)
  }
  return program
}
