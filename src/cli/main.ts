#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { CommanderError } from '@commander-js/extra-typings'
import { InterphaseError } from '../error.ts'
import { type Manner, mannerOf, tellFailure } from './failure.ts'
import { tolerateClosedPipes } from './output.ts'
import { makeProgram, verbs } from './program.ts'

// PostgreSQL's grammar is WebAssembly that runs for milliseconds: optimising it costs 30 MB and more time than it saves.
setFlagsFromString('--liftoff-only')
tolerateClosedPipes()
await run(process.argv, mannerOf(process.argv))

/** Only the exit code is set: what was printed has time to arrive. */
async function run(argv: readonly string[], manner: Manner): Promise<void> {
  try {
    await makeProgram().parseAsync(argv)
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? usage(error, argv.slice(2), manner) : tellFailure(error, manner)
  }
}

/** Help and version come this way, too. */
function usage({ code, exitCode, message }: CommanderError, args: readonly string[], manner: Manner): number {
  if (exitCode === 0) return 0
  // The help was printed in place of an answer.
  if (code === 'commander.help') return 2
  const problem = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return tellFailure(new InterphaseError('usage', { problem, try: advice(args) }), manner)
}

/** Where the help for this call is. */
function advice(args: readonly string[]): string {
  const names = verbs().map((verb) => verb.name())
  const verb = args.find((arg) => names.includes(arg))
  if (verb === undefined) return 'interphase --help lists the verbs'
  return args[0] === verb ? `interphase ${verb} --help shows how it is called` : `Options stand behind the verb: interphase ${verb} …`
}
