import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'

/** The shells for which `interphase completion` prints a script. */
export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const
/** The name of a shell for which `interphase completion` prints a script. */
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
export function makeShellCompletionScript(shell: CompletionShell, commands: readonly CommandUnknownOpts[]): string {
  return SCRIPTS[shell](commands)
}

// The scripts for bash and zsh also complete the command `npx interphase`, unless the shell already has a completion for npx.
const SCRIPTS: { readonly [S in CompletionShell]: (commands: readonly CommandUnknownOpts[]) => string } = {
  bash: (commands) => `${bashScript(commands)}complete -p npx >/dev/null 2>&1 || complete -o default -F _interphase_npx npx\n`,
  zsh: (commands) =>
    `autoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}(( \${+_comps[npx]} )) || complete -o default -F _interphase_npx npx\n`,
  fish: fishScript,
}

/** The shell text that prints the names of the releases, which are the directories in `releases` of the working directory. */
const RELEASE_NAMES = '$(for release in releases/*/; do [ -d "$release" ] && basename "$release"; done)'

function bashScript(commands: readonly CommandUnknownOpts[]): string {
  const all = commandsBelow('', commands)
  const topLevel = commands.map((command) => command.name())
  const choices = all.flatMap(({ path, command }) =>
    optionsOf(command).flatMap(({ long, argChoices }) =>
      long && argChoices ? [`    '${path} ${long}') words='${argChoices.join(' ')}' ;;`] : [],
    ),
  )
  const releaseOptions = all.flatMap(({ path, command }) =>
    optionsOf(command).flatMap(({ long, flags }) => (long && /[<[]release[\]>]/.test(flags) ? [`'${path} ${long}'`] : [])),
  )
  const releaseCommands = all.flatMap(({ path, command }) =>
    command.registeredArguments.some((argument) => argument.name() === 'release') ? [`'${path}'`] : [],
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
  case "$path" in
    ${releaseCommands.join('|')}) words="$words ${RELEASE_NAMES}" ;;
  esac
  case "$path $previous" in
${choices.join('\n')}
    ${releaseOptions.join('|')}) words="${RELEASE_NAMES}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _interphase interphase
_interphase_npx() {
  [ "\${COMP_WORDS[1]}" = interphase ] && [ "$COMP_CWORD" -gt 1 ] || return
  COMP_WORDS=("\${COMP_WORDS[@]:1}")
  COMP_CWORD=$((COMP_CWORD - 1))
  _interphase
}
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
    const words = choicesOf(command).map((choice) => `complete -c interphase -f -n ${inside} -a ${fishText(choice)}`)
    return [own, ...options, ...words]
  })
  return `${lines.join('\n')}\n`
}

function commandsBelow(parent: string, commands: readonly CommandUnknownOpts[]): readonly CommandAtPath[] {
  return commands.flatMap((command) => {
    const path = parent === '' ? command.name() : `${parent} ${command.name()}`
    return [{ path, command }, ...commandsBelow(path, command.commands)]
  })
}

/** Returns the words that a user can type after a command: its subcommands, the choices of its arguments, and its options. */
function wordsAfter(command: CommandUnknownOpts): readonly string[] {
  return [
    ...command.commands.map((one) => one.name()),
    ...choicesOf(command),
    ...optionsOf(command).flatMap(({ long }) => long ?? []),
    '--help',
  ]
}

function choicesOf(command: CommandUnknownOpts): readonly string[] {
  return command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices)
}

function optionsOf(command: CommandUnknownOpts): readonly Option[] {
  return command.options.filter(({ hidden, long }) => !hidden && long !== undefined)
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
