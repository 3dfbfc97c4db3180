import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { COMPLETION_SHELLS, makeCompletionScript } from '../../completion.ts'
import { printResult } from '../../output.ts'

/** Builds the command `completion`. `buildAll` returns the commands that the script completes. */
export function buildCompletionCommand(buildAll: () => readonly CommandUnknownOpts[]) {
  const verb = new Command('completion')
    .summary('print a script that completes commands and options in a shell')
    .description(
      'Prints a script for bash, zsh or fish. The shell then completes the commands, the options and their choices. Load the script ' +
        'in the start-up file of the shell. Print the script again after an upgrade of interphase.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(COMPLETION_SHELLS))
    .action((shell) => printResult(makeCompletionScript(shell, buildAll()).trimEnd()))
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase completion bash > ~/.local/share/bash-completion/completions/interphase', does: 'for bash' },
      { line: 'interphase completion fish > ~/.config/fish/completions/interphase.fish', does: 'for fish' },
    ],
    exits: [0, 2],
  })
  return verb
}
