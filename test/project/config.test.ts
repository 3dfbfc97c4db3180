import { mkdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { loadProjectConfig } from '../../src/project/config.ts'
import { rejected } from '../support/caught.ts'
import { project, put, removeProjects } from '../support/project.ts'

describe('the configuration', () => {
  after(removeProjects)

  for (const [name, text] of [
    ['interphase.config.ts', `import { defineConfig } from 'interphase'\nexport default defineConfig({ project: 'shop' as string })`],
    ['interphase.config.mts', `import { defineConfig } from 'interphase'\nexport default defineConfig({ project: 'shop' as string })`],
    ['interphase.config.mjs', `import { defineConfig } from 'interphase'\nexport default defineConfig({ project: 'shop' })`],
    ['interphase.config.mjs', `export default { project: 'shop' }`],
    ['interphase.config.js', `module.exports = { project: 'shop' }`],
    ['interphase.config.json', `{ "$schema": "x", "project": "shop" }`],
  ] as const) {
    it(`is read from ${name}: ${text.split('\n')[0]}`, async () => {
      const root = project({ [name]: text })
      expect(await loadProjectConfig(root)).to.deep.equal({
        root,
        file: join(root, name),
        project: 'shop',
        dialects: ['postgres'],
        database: {},
        releases: 'releases',
        bases: 'bases',
        ignore: [],
        hooks: [],
        partitions: 'ignore',
        shadow: {},
        embedded: false,
      })
    })
  }

  it('imports the package from the project where it is installed', async () => {
    const root = project({
      'interphase.config.mjs': `import { defineConfig } from 'interphase'\nexport default defineConfig({})`,
      'node_modules/interphase/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/interphase/index.js': `export const defineConfig = () => ({ project: 'installed' })`,
    })
    expect((await loadProjectConfig(root)).project).to.equal('installed')
  })

  it('is found from a subdirectory, and read again after a change', async () => {
    const root = project({ 'interphase.config.mjs': `export default { project: 'one' }`, 'deep/er/x': '' })
    expect((await loadProjectConfig(join(root, 'deep/er'))).project).to.equal('one')
    put(root, { 'interphase.config.mjs': `export default { project: 'another' }` })
    expect((await loadProjectConfig(join(root, 'deep'))).project).to.equal('another')
  })

  it('takes the name of the package, or else of the directory', async () => {
    expect(
      (await loadProjectConfig(project({ 'interphase.config.json': '{}', 'package.json': '{ "name": "@acme/shop" }' }))).project,
    ).to.equal('@acme/shop')
    const root = project({ 'interphase.config.json': '{}', 'package.json': '{}' })
    expect((await loadProjectConfig(root)).project).to.equal(basename(root))
  })

  it('places its paths', async () => {
    const text = {
      releases: './db/releases/',
      phases: 'db/phases',
      dialects: ['mysql', 'mariadb'],
      database: { url: 'mysql://x', tls: { mode: 'verify', ca: 'ca.pem' } },
      shadow: { mysql: { url: 'mysql://y' } },
      ignore: ['sessions'],
    }
    const root = project({ 'interphase.config.json': JSON.stringify(text) })
    expect(await loadProjectConfig(root)).to.deep.include({
      releases: 'db/releases',
      phases: join(root, 'db/phases'),
      dialects: ['mysql', 'mariadb'],
      database: { url: 'mysql://x', tls: { mode: 'verify', ca: join(root, 'ca.pem') } },
      shadow: { mysql: { url: 'mysql://y' } },
      ignore: ['sessions'],
    })
  })

  it('treats an undefined value as absent', async () => {
    const text = `export default { database: { url: process.env.NO_SUCH_VARIABLE_IS_SET }, schemas: undefined }`
    const config = await loadProjectConfig(project({ 'interphase.config.mjs': text }))
    expect(config.database).to.deep.equal({})
    expect(config).to.not.have.property('schemas')
  })

  it('is missed by name', async () => {
    const root = project({ 'x': '' })
    expect((await rejected(loadProjectConfig(root), 'config.missing')).facts).to.deep.equal({ directory: root })
  })

  for (const [what, files, says] of [
    ['that is no JSON', { 'interphase.config.json': '{ project }' }, 'not JSON'],
    ['with an unknown setting', { 'interphase.config.json': '{ "databse": {} }' }, 'databse: unknown setting'],
    [
      'with an unknown setting inside',
      { 'interphase.config.json': '{ "database": { "uri": "postgres://u:secret@h/d" } }' },
      'database.uri: unknown setting',
    ],
    ['with a wrong value', { 'interphase.config.json': '{ "dialects": ["postgres", "oracle"] }' }, 'dialects[1]: '],
    ['with a dialect twice', { 'interphase.config.json': '{ "dialects": ["mysql", "mysql"] }' }, 'dialects: a dialect is named twice'],
    ['with a name that cannot be one', { 'interphase.config.json': '{ "project": " " }' }, 'project: '],
    [
      'with a hook that names neither a program nor an address',
      { 'interphase.config.json': '{ "hooks": [{ "on": ["failed"] }] }' },
      'hooks[0].command: expected a list of a program and its arguments, or hooks[0].url: expected an address',
    ],
    [
      'with a hook for an occasion that does not exist',
      { 'interphase.config.json': '{ "hooks": [{ "on": ["fail"], "command": ["x"] }] }' },
      'hooks[0].on[0]: Invalid option: expected one of "started"',
    ],
    ['beside another', { 'interphase.config.json': '{}', 'interphase.config.ts': '' }, 'keep one'],
    ['without a default export', { 'interphase.config.mjs': 'export const config = {}' }, 'no default export'],
    ['that does not parse', { 'interphase.config.ts': 'export default {' }, 'interphase.config.ts'],
    ['that throws', { 'interphase.config.mjs': `throw new Error('no such variable')` }, 'no such variable'],
    ['that imports what is not there', { 'interphase.config.mjs': `import 'not-there-at-all'` }, 'not-there-at-all'],
    ['beside a broken package.json', { 'interphase.config.json': '{}', 'package.json': '{' }, 'package.json'],
  ] as const) {
    it(`${what} is refused`, async () => {
      const root = project(files)
      const error = await rejected(loadProjectConfig(root), 'config.invalid')
      expect(basename(error.facts.file)).to.match(/^interphase\.config\./)
      expect(error.message).to.contain(says).and.not.contain('secret')
    })
  }

  it('is read when a link leads to it', async () => {
    const root = project({ 'real/interphase.config.json': '{ "project": "linked" }' })
    mkdirSync(join(root, 'link'))
    symlinkSync(join(root, 'real/interphase.config.json'), join(root, 'link/interphase.config.json'))
    expect(pathToFileURL((await loadProjectConfig(join(root, 'link'))).file).pathname).to.contain('/link/')
  })
})
