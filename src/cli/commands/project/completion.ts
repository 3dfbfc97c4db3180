import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { COMPLETION_SHELLS, makeShellCompletionScript } from '../../completion.ts'
import { printCommandResult } from '../../output.ts'

/** Builds the command `completion`. `buildAll` returns the commands that the script completes. */
export function buildCompletionCommand(buildAll: () => readonly CommandUnknownOpts[]) {
  const verb = new Command('completion')
    .summary('print a script that completes commands and options in a shell')
    .description(
      'The command prints a script for bash, zsh or fish. ' +
        'With this script, the shell completes the commands, the options, their choices and the names of releases, in bash and zsh also after npx. ' +
        'Load the script in the start-up file of the shell. For bash, the script can also be a file in ~/.local/share/bash-completion/completions. ' +
        'This file needs the package bash-completion, and does not complete commands after npx. Print the script again after an upgrade of interphase.',
    )
    .addArgument(new Argument('<shell>', 'the shell for which the script is printed').choices(COMPLETION_SHELLS))
    .action((shell) => printCommandResult(makeShellCompletionScript(shell, buildAll()).trimEnd()))
  addExamplesAndExitCodes(verb, {
    examples: [
      {
        line: "echo 'source <(interphase completion bash)' >> ~/.bashrc",
        does: 'for bash; write npx interphase if the command is not in the PATH',
      },
      { line: "echo 'source <(interphase completion zsh)' >> ~/.zshrc", does: 'for zsh, after compinit' },
      {
        line: 'mkdir -p ~/.config/fish/completions && interphase completion fish > ~/.config/fish/completions/interphase.fish',
        does: 'for fish',
      },
    ],
    exits: [0, 2],
  })
  return verb
}
