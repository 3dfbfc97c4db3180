import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { VERSION } from '../version.ts'
import { adoptVerb } from './commands/adopt.ts'
import { checkVerb } from './commands/check.ts'
import { contractVerb } from './commands/contract.ts'
import { doctorVerb } from './commands/doctor.ts'
import { expandVerb } from './commands/expand.ts'
import { initVerb } from './commands/init.ts'
import { logVerb } from './commands/log.ts'
import { migrateVerb } from './commands/migrate.ts'
import { newVerb } from './commands/new.ts'
import { planVerb } from './commands/plan.ts'
import { recordVerb } from './commands/record.ts'
import { rehearseVerb } from './commands/rehearse.ts'
import { stampVerb } from './commands/stamp.ts'
import { stateVerb } from './commands/state.ts'
import { statusVerb } from './commands/status.ts'
import { undoVerb } from './commands/undo.ts'
import { upVerb } from './commands/up.ts'

export const ABOUT =
  'Schema migrations in the three phases of a rolling upgrade, proven before they run.\n\n' +
  'Each migration of a release is tagged expand, migrate or contract. `interphase record` executes a release on a scratch ' +
  'database, proves that it can run phase by phase, and records the schema after every step. On a target database, run expand ' +
  'before the new version of the application starts, migrate while both versions run, and contract after the old version has stopped. Before and ' +
  'after each migration, the live schema is compared with the recorded one.'

export const CONNECTION = `The URL of the database comes from the first of these that is set:
--database-url, --database-url-file, INTERPHASE_DATABASE_URL, DATABASE_URL, the
configuration. A URL given as an argument is visible to other users of the
machine in \`ps\`; a file is not.`

/** Every command of interphase by its name, in the order of the help. */
const VERBS: Readonly<Record<string, () => CommandUnknownOpts>> = {
  init: initVerb,
  new: newVerb,
  record: recordVerb,
  rehearse: rehearseVerb,
  check: checkVerb,
  state: stateVerb,
  status: statusVerb,
  plan: planVerb,
  expand: expandVerb,
  migrate: migrateVerb,
  contract: contractVerb,
  up: upVerb,
  undo: undoVerb,
  adopt: adoptVerb,
  stamp: stampVerb,
  log: logVerb,
  doctor: doctorVerb,
}

export const VERB_NAMES: readonly string[] = Object.keys(VERBS)

export function verbs(): readonly CommandUnknownOpts[] {
  return Object.values(VERBS).map((make) => make())
}

/**
 * Builds the command-line parser. The parser throws instead of ending the process, so that all failures are printed in one form.
 * `called` is the first argument of the command line. The other commands are built only when the help or the correction of a mistyped
 * name needs them.
 */
export function makeProgram(called?: string): Command {
  const program = new Command('interphase').description(ABOUT).version(VERSION, '-v, --version').addHelpText('after', `\n${CONNECTION}`)
  program.exitOverride().configureOutput({ outputError: () => undefined })
  const one = called !== undefined && Object.hasOwn(VERBS, called) ? VERBS[called] : undefined
  for (const verb of one ? [one()] : verbs()) {
    verb.copyInheritedSettings(program)
    program.addCommand(verb)
  }
  return program
}
