import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'

/** The parts of a command's help besides its options. */
export interface CommandHelp {
  readonly examples: readonly CommandExample[]
  readonly exits: readonly ExitCode[]
}

/** A command line with its explanation. */
export interface CommandExample {
  readonly line: string
  readonly does: string
}

const LESSONS = new WeakMap<CommandUnknownOpts, CommandHelp>()

/** Adds examples and exit codes to the help of a command, and stores them for the docs. */
export function addHelp(verb: CommandUnknownOpts, lesson: CommandHelp): void {
  LESSONS.set(verb, lesson)
  verb.addHelpText('after', () => `\n${lessonText(lesson)}`)
}

/** The stored examples and exit codes of a command. */
export function helpOf(verb: CommandUnknownOpts): CommandHelp | undefined {
  return LESSONS.get(verb)
}

function lessonText({ examples, exits }: CommandHelp): string {
  const lines = examples.flatMap(({ line, does }) => [`  $ ${line}`, `      ${does}`])
  const codes = exits.map((code) => `  ${String(code).padStart(2)}  ${EXIT_CODES[code]}`)
  return ['Examples:', ...lines, '', 'Exit codes:', ...codes].join('\n')
}
