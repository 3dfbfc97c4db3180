#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { CommanderError } from '@commander-js/extra-typings'
import { InterphaseError } from '../error.ts'
import { type FailureOutputStyle, printFailure, readFailureOutputStyle } from './failure.ts'
import { tolerateClosedPipes } from './output.ts'
import { buildCommandLine, COMMAND_NAMES } from './program.ts'
import { reportEarlyProcessEnd, setFinalExitCode } from './verdict.ts'

// Runs WebAssembly without the optimising compiler. The PostgreSQL parser runs for milliseconds only, and optimising it would cost 30
// MB of memory and more time than it saves.
setFlagsFromString('--liftoff-only')
tolerateClosedPipes()
const manner = readFailureOutputStyle(process.argv)
reportEarlyProcessEnd(manner)
setFinalExitCode(await run(process.argv, manner))

/** Runs the command and returns the exit code: the code that the command set, or the code of the error that it threw. */
async function run(argv: readonly string[], told: FailureOutputStyle): Promise<number> {
  try {
    await buildCommandLine(argv[2]).parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return error instanceof CommanderError ? usage(error, argv.slice(2), told) : printFailure(error, told)
  }
}

/** Handles the errors of the library commander: wrong usage, and also `--help` and `--version`, which commander reports as errors. */
function usage({ code, exitCode, message }: CommanderError, args: readonly string[], told: FailureOutputStyle): number {
  if (exitCode === 0) return 0
  // Commander printed the help because the command is missing or wrong.
  if (code === 'commander.help') return 2
  const problem = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return printFailure(new InterphaseError('usage', { problem, try: advice(args) }), told)
}

/** Returns the command line that prints the help for a wrong call. */
function advice(args: readonly string[]): string {
  const verb = args.find((arg) => COMMAND_NAMES.includes(arg))
  if (verb === undefined) return 'To see all commands, run: interphase --help'
  return args[0] === verb
    ? `To see its options, run: interphase ${verb} --help`
    : `Write the options after the command: interphase ${verb} …`
}
