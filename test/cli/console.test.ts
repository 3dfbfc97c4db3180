import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { project, removeProjects } from '../support/project.ts'
import { freshDatabase, serverUrl } from '../support/servers.ts'
import { start } from './cli.ts'

/** Code of a project that prints on the console: when it is loaded, and when it runs. */
const FILES = {
  'package.json': '{ "name": "shop", "private": true }',
  'interphase.config.mjs': "console.log('config')\nexport default { project: 'shop', dialects: ['postgres'] }\n",
  'releases/1/010-a.expand.js': `console.info('loaded')
module.exports = {
  up(q, S) { console.log('up'); return q.createTable('a', { id: { type: S.INTEGER, primaryKey: true } }) },
  down(q) { console.dir('down'); return q.dropTable('a') },
}`,
  // Without the option `logging`, an instance of Sequelize prints each statement with console.log.
  'models.js': `const { Sequelize, DataTypes } = require('sequelize')
const sequelize = new Sequelize('postgres://nobody@127.0.0.1:1/none')
sequelize.define('a', { name: DataTypes.STRING })
module.exports = { sequelize }`,
  'migrations/20190101000000-b.js':
    "console.log('old')\nmodule.exports = { up: (q, S) => { console.log('old up'); return q.createTable('b', { id: S.INTEGER }) } }",
}

describe('the console of code of the project', function () {
  this.timeout(120_000)
  after(removeProjects)

  for (const { args, printed } of [
    { args: ['check'], printed: ['config', 'loaded'] },
    { args: ['record', '--all'], printed: ['config', 'loaded', 'up', 'down'] },
    { args: ['plan'], printed: ['config'] },
    { args: ['status'], printed: ['config'] },
    { args: ['up'], printed: ['config', 'loaded', 'up'] },
    { args: ['draft', '--models', 'models.js', '--release', '2'], printed: ['config', 'Executing (default): CREATE TABLE'] },
    { args: ['import', 'sequelize', '--from', 'migrations', '--release', '0-history'], printed: ['config', 'old', 'old up'] },
  ])
    it(`is stderr in interphase ${args.join(' ')} --json`, async function () {
      const server = await serverUrl('postgres')
      if (server === undefined) return this.skip()
      const root = project(FILES)
      symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
      const environment = { DATABASE_URL: await freshDatabase('postgres'), INTERPHASE_SHADOW_POSTGRES_URL: server }
      const recorded = await start(root, ['record', '--json'], environment).ended
      expect(recorded.code, recorded.err).to.equal(0)
      const { code, out, err } = await start(root, [...args, '--json'], environment).ended
      expect([0, 2], err).to.include(code)
      expect(err.split('\n').map((line) => line.trim())).to.satisfy((lines: readonly string[]) =>
        printed.every((text) => lines.some((line) => line.replaceAll("'", '').startsWith(text))),
      )
      expect(jsonIn(out), out).to.have.length.greaterThan(0)
    })
})

/** The documents on stdout: one document, or one on each line. Throws if stdout contains another text. */
function jsonIn(out: string): readonly unknown[] {
  try {
    return [JSON.parse(out)]
  } catch {
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
  }
}
