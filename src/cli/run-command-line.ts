import { CommanderError } from '@commander-js/extra-typings'
import { InterphaseError } from '../error.ts'
import { PHASES } from '../phase/phase.ts'
import { type FailureOutputStyle, printFailure } from './failure.ts'
import { buildCommandLineParser, COMMAND_NAMES } from './program.ts'

/**
 * Runs the command of the command line. Returns the exit code of the command, or the exit code of the error that the command
 * threw.
 */
export async function runCommandLine(argv: readonly string[], told: FailureOutputStyle): Promise<number> {
  try {
    await buildCommandLineParser(argv[2]).parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return error instanceof CommanderError ? usage(error, argv.slice(2), told) : printFailure(error, told)
  }
}

/**
 * Prints a usage error of the library commander, and returns the exit code. commander also reports `--help` and `--version` as
 * errors, with the exit code 0.
 */
function usage({ code, exitCode, message }: CommanderError, args: readonly string[], told: FailureOutputStyle): number {
  if (exitCode === 0) return 0
  // The code `commander.help` means that the command is missing or unknown. commander has already printed the help.
  if (code === 'commander.help') return 2
  const problem = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return printFailure(new InterphaseError('usage', { problem, try: advice(args) }), told)
}

/** Returns the sentence of a usage error that tells the user which command prints the help. */
function advice(args: readonly string[]): string {
  const verb = args.find((arg) => COMMAND_NAMES.includes(arg))
  const phase = args.slice(1).find((arg, index) => PHASES.some((one) => one === arg) && args[index] !== '--phase')
  if (verb !== undefined && phase !== undefined && args[0] === verb && hasPhaseOption(verb))
    return `Write: interphase ${verb} --phase ${phase}`
  if (verb === undefined) return 'To print all commands, run: interphase --help'
  return args[0] === verb
    ? `To print the options of this command, run: interphase ${verb} --help`
    : `Write the options after the command: interphase ${verb} …`
}

function hasPhaseOption(verb: string): boolean {
  return buildCommandLineParser(verb).commands.some(({ options }) => options.some(({ long }) => long === '--phase'))
}
