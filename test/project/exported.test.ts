import { expect } from 'chai'
import type { FunctionContext } from '../../src/dialect/dialect.ts'
import { setMigrationCodeListener } from '../../src/migration-code.ts'
import { loadProjectConfig } from '../../src/project/config.ts'
import { loadFunctionMigration } from '../../src/project/modules.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import type { Migration } from '../../src/release/migration.ts'
import { migrationsOfChainInRunOrder } from '../../src/release/order.ts'
import { rejected } from '../support/caught.ts'
import { project, removeProjects } from '../support/project.ts'

const SAYS = `return [way, this.helper(), typeof q.createTable, S.INTEGER]`
const method = (way: string) => `async ${way}(q, S) { const way = '${way}'; ${SAYS} }`
const functionOf = (way: string) => `async function ${way}(q, S) { const way = '${way}'; ${SAYS} }`
const helper = `helper() { return 'helped' }`
const OBJECT = `{ ${method('up')}, ${method('down')}, ${helper} }`
const CLASS = `class Change { ${method('up')} ${method('down')} ${helper} }`

/** What a module of each kind may look like: CommonJS, and ES modules. */
const COMMON: Readonly<Record<string, string>> = {
  'an object': `module.exports = ${OBJECT}`,
  'an object after "use strict"': `'use strict'\n/** @type {import('sequelize-cli').Migration} */\nmodule.exports = ${OBJECT}`,
  'an object whose first value is an arrow function': `module.exports = { helper: () => 'helped', up: ${functionOf('up')}, down: ${functionOf('down')} }`,
  'an object with names':
    `const up = ${functionOf('')}\nconst down = ${functionOf('')}\nmodule.exports = { up, down, helper: () => 'helped' }`
      .replace(/const way = ''/, `const way = 'up'`)
      .replace(/const way = ''/, `const way = 'down'`),
  'names of exports': `exports.up = ${functionOf('up')}; exports.down = ${functionOf('down')}; exports.helper = () => 'helped'`,
  'names of module.exports': `module.exports.up = ${functionOf('up')}; module.exports.down = ${functionOf('down')}; module.exports.helper = () => 'helped'`,
  'an instance': `${CLASS}\nmodule.exports = new Change()`,
  'a class': `module.exports = ${CLASS}`,
  'a class with static methods': `module.exports = class { static ${method('up')} static ${method('down')} static ${helper} }`,
  'a function that gives it': `module.exports = () => (${OBJECT})`,
  'a function that promises it': `module.exports = async function () { return ${OBJECT} }`,
  'compiled TypeScript with a default export': `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.default = ${OBJECT};`,
  'compiled TypeScript with names': `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.helper = exports.down = exports.up = void 0;\nexports.up = ${functionOf('up')};\nexports.down = ${functionOf('down')};\nexports.helper = () => 'helped';`,
  'an object that another file gives': `module.exports = require('./lib/common.cjs')`,
}

const MODULE: Readonly<Record<string, string>> = {
  'a default object': `export default ${OBJECT}`,
  'a default constant': `const migration = ${OBJECT}\nexport default migration`,
  'named functions': `export ${functionOf('up')}\nexport ${functionOf('down')}\nexport function helper() { return 'helped' }`,
  'named constants': `export const up = ${functionOf('up')}\nexport const down = ${functionOf('down')}\nexport const helper = () => 'helped'`,
  'names listed at the end': `${functionOf('up')}\n${functionOf('down')}\nconst helper = () => 'helped'\nexport { up, down, helper }`,
  'named functions, and one of them by default': `export ${functionOf('up')}\nexport ${functionOf('down')}\nexport function helper() { return 'helped' }\nexport default up`,
  'a default instance': `${CLASS}\nexport default new Change()`,
  'a default class': `export default ${CLASS}`,
  'a default function that gives it': `export default () => (${OBJECT})`,
}

const typed = (text: string) => text.replaceAll('(q, S)', '(this: any, q: any, S: any)')
const KINDS: readonly { readonly extension: string; readonly types: readonly (string | undefined)[]; readonly forms: typeof COMMON }[] = [
  { extension: 'js', types: [undefined, 'commonjs'], forms: { ...COMMON, ...MODULE } },
  { extension: 'js', types: ['module'], forms: MODULE },
  { extension: 'cjs', types: [undefined, 'module'], forms: COMMON },
  { extension: 'mjs', types: [undefined, 'module'], forms: MODULE },
  { extension: 'ts', types: [undefined, 'commonjs', 'module'], forms: mapped(MODULE, typed) },
  { extension: 'mts', types: [undefined, 'commonjs', 'module'], forms: mapped(MODULE, typed) },
  { extension: 'ts', types: [undefined, 'commonjs'], forms: mapped(COMMON, typed) },
]

function mapped(forms: typeof COMMON, change: (text: string) => string): typeof COMMON {
  return Object.fromEntries(Object.entries(forms).map(([name, text]) => [name, change(text)]))
}

const context = {
  dialect: 'postgres',
  queryInterface: { createTable: () => undefined },
  Sequelize: { INTEGER: 'integer' },
  query: async () => [],
  signal: new AbortController().signal,
} satisfies FunctionContext

function migrationOf(extension: string, text: string, type?: string): Migration {
  const root = project({
    ...(type !== undefined && { 'package.json': JSON.stringify({ type }) }),
    [`releases/1/1-a.expand.${extension}`]: text,
    'releases/1/lib/common.cjs': `module.exports = ${OBJECT}`,
  })
  const [migration] = migrationsOfChainInRunOrder(readReleaseChain({ root, releases: 'releases' }, 'postgres'))
  if (!migration) throw new Error('the release is empty')
  return migration
}

describe('the export of a function migration', () => {
  after(removeProjects)

  it('counts as code of a migration while its file is imported, and a configuration does not', async () => {
    const seen: string[] = []
    setMigrationCodeListener({ began: () => seen.push('began'), ended: () => seen.push('ended') })
    const root = project({ 'interphase.config.ts': `export default { project: 'shop' as const }` })
    expect((await loadProjectConfig(root)).project).to.equal('shop')
    expect(seen).to.deep.equal([])
    await loadFunctionMigration(migrationOf('mjs', 'export const up = async () => undefined'))
    expect(seen).to.deep.equal(['began', 'ended'])
  })

  for (const { extension, types, forms } of KINDS) {
    for (const type of types) {
      for (const [form, text] of Object.entries(forms)) {
        it(`gives up, down and this: ${form}, .${extension}, ${type === undefined ? 'no type' : `type ${type}`}`, async () => {
          const { up, down } = await loadFunctionMigration(migrationOf(extension, text, type))
          expect(await up?.(context)).to.deep.equal(['up', 'helped', 'function', 'integer'])
          expect(await down?.(context)).to.deep.equal(['down', 'helped', 'function', 'integer'])
        })
      }
    }
  }

  it('has no way back where it has no down, or says that it has none', async () => {
    for (const text of ['module.exports = { async up() {} }', 'module.exports = { async up() {}, down: null }']) {
      expect((await loadFunctionMigration(migrationOf('cjs', text))).down).to.equal(undefined)
    }
  })

  it('is given as umzug gives it, whatever a project has made its context', async () => {
    const sequelize = { query: () => 'queried', getQueryInterface: () => 'interface' }
    const queryInterface = { createTable: () => 'created', sequelize }
    const given = { ...context, queryInterface }
    const run = async (parameters: string, body: string) =>
      (await loadFunctionMigration(migrationOf('mjs', `export const up = async (${parameters}) => ${body}`))).up?.(given)
    expect(await run('{ context, name }', '[name, context.createTable()]')).to.deep.equal(['1-a.expand.mjs', 'created'])
    expect(await run('{ context: sequelize }', '[sequelize.getQueryInterface(), sequelize.query()]')).to.deep.equal([
      'interface',
      'queried',
    ])
    expect(await run('{ context: { queryInterface, Sequelize } }', '[queryInterface.createTable(), Sequelize.INTEGER]')).to.deep.equal([
      'created',
      'integer',
    ])
  })

  for (const [what, text, says] of [
    ['a function with parameters', 'module.exports = async (q, S) => {}', 'the exported function has parameters'],
    ['a function that gives something else', 'module.exports = () => 1', 'does not return a migration'],
    ['a function that throws', `module.exports = () => { throw new Error('not today') }`, 'not today'],
  ] as const) {
    it(`is no migration: ${what}`, async () => {
      expect((await rejected(loadFunctionMigration(migrationOf('cjs', text)), 'migration.module')).message).to.contain(says)
    })
  }
})
