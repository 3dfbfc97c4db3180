import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'

/** The shells for which `interphase completion` prints a script. */
export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const
/** A shell for which a completion script exists. */
export type CompletionShell = (typeof COMPLETION_SHELLS)[number]

/**
 * A command with its path: the names of its parent commands and its own name, such as `gate approve`. The path of the program
 * itself is empty.
 */
interface CommandAtPath {
  readonly path: string
  readonly command: CommandUnknownOpts
}

/** Returns the script with which a shell completes the commands, options and choices of the command line. */
export function makeCompletionScript(shell: CompletionShell, commands: readonly CommandUnknownOpts[]): string {
  return SCRIPTS[shell](commands)
}

const SCRIPTS: { readonly [S in CompletionShell]: (commands: readonly CommandUnknownOpts[]) => string } = {
  bash: bashScript,
  zsh: (commands) => `autoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`,
  fish: fishScript,
}

function bashScript(commands: readonly CommandUnknownOpts[]): string {
  const all = commandsBelow('', commands)
  const topLevel = commands.map((command) => command.name())
  const choices = all.flatMap(({ path, command }) =>
    optionsOf(command).flatMap(({ long, argChoices }) =>
      long && argChoices ? [`    '${path} ${long}') words='${argChoices.join(' ')}' ;;`] : [],
    ),
  )
  return `_interphase() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${path:+$path }\${COMP_WORDS[index]}" in
      ${all.map(({ path }) => `'${path}'`).join('|')}) path="\${path:+$path }\${COMP_WORDS[index]}" ;;
    esac
  done
  case "$path" in
    '') words='${[...topLevel, '--help', '--version'].join(' ')}' ;;
${all.map(({ path, command }) => `    '${path}') words='${wordsAfter(command).join(' ')}' ;;`).join('\n')}
  esac
  case "$path $previous" in
${choices.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _interphase interphase
`
}

function fishScript(commands: readonly CommandUnknownOpts[]): string {
  const all = commandsBelow('', commands)
  const lines = all.flatMap(({ path, command }) => {
    const parent = path.split(' ').slice(0, -1)
    const at = parent.length === 0 ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${parent.join(' ')}`
    const own = `complete -c interphase -f -n ${fishText(at)} -a ${command.name()} -d ${fishText(command.summary())}`
    const inside = fishText(`__fish_seen_subcommand_from ${command.name()}`)
    const options = optionsOf(command).map(({ long, description, argChoices, required, optional }) => {
      const value = argChoices ? ` -x -a ${fishText(argChoices.join(' '))}` : required || optional ? ' -r' : ''
      return `complete -c interphase -n ${inside} -l ${long?.slice(2) ?? ''} -d ${fishText(description)}${value}`
    })
    return [own, ...options]
  })
  return `${lines.join('\n')}\n`
}

function commandsBelow(parent: string, commands: readonly CommandUnknownOpts[]): readonly CommandAtPath[] {
  return commands.flatMap((command) => {
    const path = parent === '' ? command.name() : `${parent} ${command.name()}`
    return [{ path, command }, ...commandsBelow(path, command.commands)]
  })
}

/** Returns the words that can follow a command: its subcommands and its options. */
function wordsAfter(command: CommandUnknownOpts): readonly string[] {
  return [...command.commands.map((one) => one.name()), ...optionsOf(command).flatMap(({ long }) => long ?? []), '--help']
}

function optionsOf(command: CommandUnknownOpts): readonly Option[] {
  return command.options.filter(({ hidden, long }) => !hidden && long !== undefined)
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
