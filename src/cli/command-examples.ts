import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'

/** The examples and exit codes that the help text of a command contains. */
export interface ExamplesAndExitCodesOfCommand {
  readonly examples: readonly CommandExample[]
  readonly exits: readonly ExitCode[]
}

/** An example of a command line, with an explanation. */
export interface CommandExample {
  readonly line: string
  readonly does: string
}

const LESSONS = new WeakMap<CommandUnknownOpts, ExamplesAndExitCodesOfCommand>()

/** Adds examples and exit codes to the help text of a command, and stores them for the generated page docs/cli.md. */
export function addExamplesAndExitCodes(verb: CommandUnknownOpts, lesson: ExamplesAndExitCodesOfCommand): void {
  LESSONS.set(verb, lesson)
  verb.addHelpText('after', () => `\n${lessonText(lesson)}`)
}

/** Returns the examples and exit codes that `addExamplesAndExitCodes` stored for a command. */
export function examplesAndExitCodesOf(verb: CommandUnknownOpts): ExamplesAndExitCodesOfCommand | undefined {
  return LESSONS.get(verb)
}

function lessonText({ examples, exits }: ExamplesAndExitCodesOfCommand): string {
  const lines = examples.flatMap(({ line, does }) => [`  $ ${line}`, `      ${does}`])
  const codes = exits.map((code) => `  ${String(code).padStart(2)}  ${EXIT_CODES[code]}`)
  return ['Examples:', ...lines, '', 'Exit codes:', ...codes].join('\n')
}
