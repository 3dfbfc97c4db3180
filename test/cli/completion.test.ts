import { execFileSync } from 'node:child_process'
import { expect } from 'chai'
import { makeCompletionScript } from '../../src/cli/completion.ts'
import { buildAllCommands, COMMAND_NAMES } from '../../src/cli/program.ts'

/** Returns the words that bash offers for the last word of a command line. */
function completed(line: string): readonly string[] {
  const words = line.split(' ').map((word) => `'${word}'`)
  const script = `${makeCompletionScript('bash', buildAllCommands())}
COMP_WORDS=(${words.join(' ')})
COMP_CWORD=${words.length - 1}
_interphase
printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-euc', script], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '')
}

describe('the completion of a shell', () => {
  it('offers every command', () => {
    expect(completed('interphase ')).to.include.members([...COMMAND_NAMES])
    expect(completed('interphase rec')).to.deep.equal(['record'])
  })

  it('offers the options of the command, also after another option with its value', () => {
    expect(completed('interphase new --ph')).to.deep.equal(['--phase'])
    expect(completed('interphase status --database-url x --ch')).to.deep.equal(['--check'])
  })

  it('offers the choices of an option', () => {
    expect(completed('interphase new 1 010-a --pattern dr')).to.deep.equal(['drop-column'])
  })

  it('has a line for every command and option in fish', () => {
    const script = makeCompletionScript('fish', buildAllCommands())
    for (const name of COMMAND_NAMES) expect(script).to.include(`-a ${name} `)
    expect(script).to.include("__fish_seen_subcommand_from new' -l pattern")
  })
})
