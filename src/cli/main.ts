#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { CommanderError } from '@commander-js/extra-typings'
import { InterphaseError } from '../error.ts'
import { type OutputStyle, outputStyleOf, tellFailure } from './failure.ts'
import { tolerateClosedPipes } from './output.ts'
import { makeProgram, verbs } from './program.ts'
import { giveVerdict, watchEnd } from './verdict.ts'

// PostgreSQL's grammar is WebAssembly that runs for milliseconds: optimising it costs 30 MB and more time than it saves.
setFlagsFromString('--liftoff-only')
tolerateClosedPipes()
const manner = outputStyleOf(process.argv)
watchEnd(manner)
giveVerdict(await run(process.argv, manner))

/** Gives the exit code: the one that the verb has set, or that of its failure. */
async function run(argv: readonly string[], told: OutputStyle): Promise<number> {
  try {
    await makeProgram().parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return error instanceof CommanderError ? usage(error, argv.slice(2), told) : tellFailure(error, told)
  }
}

/** Help and version come this way, too. */
function usage({ code, exitCode, message }: CommanderError, args: readonly string[], told: OutputStyle): number {
  if (exitCode === 0) return 0
  // The help was printed in place of an answer.
  if (code === 'commander.help') return 2
  const problem = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return tellFailure(new InterphaseError('usage', { problem, try: advice(args) }), told)
}

/** Where the help for this call is. */
function advice(args: readonly string[]): string {
  const names = verbs().map((verb) => verb.name())
  const verb = args.find((arg) => names.includes(arg))
  if (verb === undefined) return 'interphase --help lists the verbs'
  return args[0] === verb ? `interphase ${verb} --help shows how it is called` : `Options stand behind the verb: interphase ${verb} …`
}
