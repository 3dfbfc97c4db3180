import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { project, removeProjects } from '../support/project.ts'

describe('check of imports', () => {
  after(removeProjects)

  it('has a finding with its place for every one that the checksum cannot cover, on all dialects at once', async () => {
    const directory = project({
      'interphase.config.json': '{ "project": "shop", "dialects": ["postgres", "mysql"] }',
      'releases/1/010-a.expand.js': `const a = require('../../models')\nconst b = require('../../config')\nmodule.exports = { up: () => import(a) }`,
      'releases/1/020-b.expand.mjs': `import { c } from './lib/c.mjs'\nexport const up = c`,
      'releases/1/lib/c.mjs': `export { c } from 'file:///tmp/c.mjs'`,
      'releases/2/010-d.expand.ts': `import type { Model } from '../../models'\nexport const up = async () => {}`,
    })
    const { findings, exitCode } = await (await Interphase.open({ directory })).check()
    expect(exitCode).to.equal(2)
    expect(findings.map(({ code, file, line, dialects }) => [code, file, line, dialects.length])).to.deep.equal([
      ['migration.import-outside', 'releases/1/010-a.expand.js', 1, 2],
      ['migration.import-outside', 'releases/1/010-a.expand.js', 2, 2],
      ['migration.import', 'releases/1/010-a.expand.js', 3, 2],
      ['migration.import-outside', 'releases/1/lib/c.mjs', 1, 2],
    ])
  })
})
