import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { seen } from '../support/page.ts'
import { removeProjects } from '../support/project.ts'
import { newReader } from '../support/reader.ts'

const FIRST_RELEASE = /^## Run a first release$[\s\S]*?^```sh$\n([\s\S]*?)^```$/m

describe('README.md', () => {
  after(removeProjects)

  it('has commands by which a first release is run', async () => {
    const { directory, env } = await newReader()
    const commands = FIRST_RELEASE.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? ''
    const printed = await seen(`set -e\n${commands}echo all commands succeeded`, directory, env)
    expect(printed).to.match(/CREATE TABLE customer/)
    expect(printed).to.match(/^1\.0 +1\/1 done/m)
    expect(printed).to.match(/all commands succeeded$/)
  })
})
