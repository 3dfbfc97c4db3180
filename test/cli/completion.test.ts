import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeShellCompletionScript } from '../../src/cli/completion.ts'
import { buildAllCommands, COMMAND_NAMES } from '../../src/cli/program.ts'
import { project, removeProjects } from '../support/project.ts'

/** Returns the words that bash offers for the last word of a command line. */
function completed(line: string, directory = process.cwd(), call = '_interphase'): readonly string[] {
  const words = line.split(' ').map((word) => `'${word}'`)
  const script = `${makeShellCompletionScript('bash', buildAllCommands())}
COMP_WORDS=(${words.join(' ')})
COMP_CWORD=${words.length - 1}
${call}
printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-euc', script], { encoding: 'utf8', cwd: directory })
    .split('\n')
    .filter((word) => word !== '')
}

describe('the completion of a shell', () => {
  after(removeProjects)

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

  it('offers the words of arguments', () => {
    expect(completed('interphase completion ')).to.include.members(['bash', 'zsh', 'fish'])
    expect(completed('interphase gate app')).to.deep.equal(['approve'])
    expect(completed('interphase quarantine ')).to.include.members(['list', 'retry', 'discard'])
    expect(completed('interphase import ')).to.include('sequelize')
  })

  it('offers the releases of the project, for an argument and for an option', () => {
    const root = project({ 'releases/1-first/010-a.expand.sql': '-- nothing', 'releases/2-second/010-b.expand.sql': '-- nothing' })
    for (const line of ['interphase undo ', 'interphase runs ', 'interphase up --to ', 'interphase new '])
      expect(completed(line, root), line).to.include.members(['1-first', '2-second'])
    expect(completed('interphase up --to 2', root)).to.deep.equal(['2-second'])
    expect(completed('interphase undo 1', join(root, 'releases'), '_interphase || true')).to.deep.equal([])
  })

  it('is also offered behind npx, but not for other packages', () => {
    expect(completed('npx interphase rec', undefined, '_interphase_npx')).to.deep.equal(['record'])
    expect(completed('npx interphase', undefined, '_interphase_npx || true')).to.deep.equal([])
    expect(completed('npx other rec', undefined, '_interphase_npx || true')).to.deep.equal([])
    const script = `complete -F other npx\n${makeShellCompletionScript('bash', buildAllCommands())}\ncomplete -p npx interphase`
    const registered = execFileSync('bash', ['--norc', '-euc', script], { encoding: 'utf8' })
    expect(registered).to.include('complete -F other npx').and.include('-F _interphase interphase')
  })

  it('has a line for every command and option in fish', () => {
    const script = makeShellCompletionScript('fish', buildAllCommands())
    for (const name of COMMAND_NAMES) expect(script).to.include(`-a ${name} `)
    expect(script).to.include("__fish_seen_subcommand_from new' -l pattern")
  })
})
