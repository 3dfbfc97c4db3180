import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { ROOT } from '../structure/source.ts'
import { followPage } from '../support/page.ts'
import { removeProjects } from '../support/project.ts'
import { newReader } from '../support/reader.ts'

const PAGE = join(ROOT, 'docs', 'library.md')

describe('docs/library.md', () => {
  after(removeProjects)

  it('does and prints what it says', async () => {
    await followPage(PAGE, await newReader())
  })

  it('names every method of the engine, and every command', () => {
    const [, table = ''] = readFileSync(PAGE, 'utf8').split('## The methods of the commands')
    const named = new Set([...table.matchAll(/`(?:Interphase\.)?([\w-]+)[^`]*`/g)].map(([, name]) => name))
    const methods = [
      ...Object.getOwnPropertyNames(Interphase.prototype).filter((name) => name !== 'constructor'),
      ...Object.getOwnPropertyNames(Interphase).filter((name) => !['length', 'name', 'prototype', 'open'].includes(name)),
    ]
    expect(methods.filter((name) => !named.has(name))).to.deep.equal([])
    const pageOfCommands = readFileSync(join(ROOT, 'docs', 'cli.md'), 'utf8')
    const commands = [...pageOfCommands.matchAll(/^## ([a-z]+)$/gm)].map(([, name]) => name)
    expect(commands).to.have.length.greaterThan(20)
    expect(commands.filter((name) => name !== 'completion' && !named.has(name))).to.deep.equal([])
  })
})
