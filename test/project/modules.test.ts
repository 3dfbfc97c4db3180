import { expect } from 'chai'
import type { FunctionContext } from '../../src/dialect/dialect.ts'
import { loadFunctionMigration } from '../../src/project/modules.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import type { Migration } from '../../src/release/migration.ts'
import { migrationsOfChainInRunOrder } from '../../src/release/order.ts'
import { rejected } from '../support/caught.ts'
import { project, put, removeProjects } from '../support/project.ts'

class QueryInterface {
  readonly sent: string[] = []
  #own = 'own'
  addColumn(table: string): string {
    this.sent.push(table)
    return this.#own
  }
}

const contextOf = (queryInterface: QueryInterface): FunctionContext => ({
  dialect: 'postgres',
  queryInterface,
  Sequelize: { INTEGER: 'integer' },
  query: async (text) => [{ text }],
  signal: new AbortController().signal,
})

function migrationIn(files: Record<string, string>): Migration {
  const root = project(Object.fromEntries(Object.entries(files).map(([name, text]) => [`releases/1/${name}`, text])))
  const [migration] = migrationsOfChainInRunOrder(readReleaseChain({ root, releases: 'releases' }, 'postgres'))
  if (!migration) throw new Error('the release is empty')
  return migration
}

async function outcome(name: string, text: string, way: 'up' | 'down' = 'up'): Promise<readonly [unknown, readonly string[]]> {
  const loaded = await loadFunctionMigration(migrationIn({ [name]: text }))
  const queryInterface = new QueryInterface()
  return [await loaded[way]?.(contextOf(queryInterface)), queryInterface.sent]
}

describe('a function migration', () => {
  after(removeProjects)

  const umzug = `async ({ context, name }) => [name, context.addColumn('a')]`
  const classic = `async (queryInterface, Sequelize) => [Sequelize.INTEGER, queryInterface.addColumn('a')]`
  const alone = `async (queryInterface) => queryInterface.addColumn('a')`
  const defined = `{ up: ({ queryInterface, dialect }) => [dialect, queryInterface.addColumn('a')] }`
  for (const [form, name, text, result] of [
    [
      'expand() in TypeScript',
      '1-a.expand.ts',
      `import { expand } from 'interphase'\nexport default expand(${defined})`,
      ['postgres', 'own'],
    ],
    [
      'migrate() in a module',
      '1-a.migrate.mjs',
      `import { migrate } from 'interphase'\nexport default migrate(${defined})`,
      ['postgres', 'own'],
    ],
    ['contract() in CommonJS', '1-a.contract.cjs', `module.exports = require('interphase').contract(${defined})`, ['postgres', 'own']],
    [
      'expand() of another copy',
      '1-a.expand.mjs',
      `export default { [Symbol.for('interphase.migration')]: 'expand', definition: ${defined} }`,
      ['postgres', 'own'],
    ],
    ['umzug in TypeScript', '1-a.expand.ts', `export const up = ${umzug.replace('})', '}: any)')}`, ['1-a.expand.ts', 'own']],
    ['umzug in a module', '1-a.expand.mjs', `export const up = ${umzug}`, ['1-a.expand.mjs', 'own']],
    ['umzug in CommonJS', '1-a.expand.cjs', `exports.up = ${umzug}; exports.down = ${umzug}`, ['1-a.expand.cjs', 'own']],
    ['sequelize-cli in CommonJS', '1-a.expand.cjs', `'use strict'\nmodule.exports = { up: ${classic} }`, ['integer', 'own']],
    ['sequelize-cli in a .js file', '1-a.expand.js', `module.exports = { up: ${classic}, down: ${classic} }`, ['integer', 'own']],
    [
      'sequelize-cli as a default export',
      '1-a.expand.ts',
      `export default { up: ${classic.replace(', Sequelize)', ': any, Sequelize: any)').replace(/any\) => /, 'any) => ')} }`,
      ['integer', 'own'],
    ],
    ['sequelize-cli with one parameter', '1-a.expand.js', `module.exports = { up: ${alone} }`, 'own'],
    [
      'methods of an object',
      '1-a.expand.js',
      `module.exports = { async up(queryInterface) { return queryInterface.addColumn('a') } }`,
      'own',
    ],
  ] as const) {
    it(`may be written as ${form}`, async () => {
      expect(await outcome(name, text)).to.deep.equal([result, ['a']])
    })
  }

  it('may export other properties with the names of a definition, which belong to its own code', async () => {
    const text = 'export const pending = () => 1\nexport const transaction = {}\nexport const up = async () => {}'
    expect(await loadFunctionMigration(migrationIn({ '1-a.expand.mjs': text }))).to.have.property('up')
  })

  it('may have a way back', async () => {
    const text = `export const up = async () => {}\nexport const down = ${umzug}`
    expect(await outcome('1-a.expand.ts', text.replace('})', '}: any)'), 'down')).to.deep.equal([['1-a.expand.ts', 'own'], ['a']])
    expect((await loadFunctionMigration(migrationIn({ '1-a.expand.ts': 'export const up = async () => {}' }))).down).to.equal(undefined)
  })

  it('says of itself what its comments and its definition say, and its pending query', async () => {
    const text = `// interphase: transaction off
      import { migrate } from 'interphase'
      export default migrate({
        up: async () => {},
        rerunnable: true,
        pending: 'SELECT 0',
        effects: [{ effect: 'mirrors', because: 'it makes a trigger' }],
        despite: [{ effect: 'scan', because: 'the table is small' }],
      })`
    const migration = migrationIn({ '1-a.migrate.ts': text })
    expect(migration.declarations).to.deep.equal({ transaction: 'off', rerunnable: false, effects: [], despite: [] })
    const { declarations, pending } = await loadFunctionMigration(migration)
    expect(pending).to.deep.equal({ file: 'releases/1/1-a.migrate.ts', text: 'SELECT 0' })
    expect(declarations).to.deep.equal({
      transaction: 'off',
      rerunnable: true,
      effects: [{ effect: 'mirrors', because: 'it makes a trigger' }],
      despite: [{ effect: 'scan', because: 'the table is small' }],
    })
  })

  it('has the pending query that lies beside it', async () => {
    const { pending } = await loadFunctionMigration(
      migrationIn({ '1-a.migrate.ts': 'export const up = async () => {}', '1-a.migrate.pending.sql': 'SELECT 1' }),
    )
    expect(pending).to.deep.equal({ file: 'releases/1/1-a.migrate.pending.sql', text: 'SELECT 1' })
  })

  it('imports from its release', async () => {
    const migration = migrationIn({
      '1-a.expand.ts': `import { name } from './lib/name.js'\nimport again from './lib/again.ts'\nexport const up = async () => [name, again]`,
      'lib/name.ts': `export const name: string = 'widget'`,
      'lib/again.ts': `import { name } from './name.ts'\nexport default name.length`,
    })
    expect(await (await loadFunctionMigration(migration)).up?.(contextOf(new QueryInterface()))).to.deep.equal(['widget', 6])
  })

  for (const extension of ['ts', 'mts', 'mjs', 'cjs']) {
    it(`never runs as it was before it was changed, .${extension}`, async () => {
      const [use, make] =
        extension === 'cjs'
          ? [`const { n } = require('./lib/n.cjs')\nexports.up = async () => n`, (n: number) => `exports.n = ${n}`]
          : [`import { n } from './lib/n.${extension}'\nexport const up = async () => n`, (n: number) => `export const n = ${n}`]
      const root = project({ [`releases/1/1-a.expand.${extension}`]: use, [`releases/1/lib/n.${extension}`]: make(1) })
      const read = () => migrationsOfChainInRunOrder(readReleaseChain({ root, releases: 'releases' }, 'postgres')) as [Migration]
      const run = async ([migration]: [Migration]) => (await loadFunctionMigration(migration)).up?.(contextOf(new QueryInterface()))
      const first = read()
      expect(await run(first)).to.equal(1)
      put(root, { [`releases/1/lib/n.${extension}`]: make(2) })
      expect((await rejected(run(first), 'migration.module')).facts.problem).to.include('after the releases were read')
      if (extension.endsWith('ts')) expect(await run(read())).to.equal(2)
      else expect((await rejected(run(read()), 'migration.module')).facts.problem).to.include('start a new process')
    })
  }

  for (const [what, files, says] of [
    [
      'of another phase',
      { '1-a.expand.ts': `import { contract } from 'interphase'\nexport default contract({ up: async () => {} })` },
      'the file exports contract(), but its name says expand',
    ],
    ['that exports nothing', { '1-a.expand.ts': 'export const x = 1' }, 'the file exports no migration'],
    ['whose up is no function', { '1-a.expand.ts': 'export const up = 1' }, 'the file exports no migration'],
    [
      'with an unknown word',
      { '1-a.expand.mjs': `import { expand } from 'interphase'\nexport default expand({ up() {}, transactions: 'off' })` },
      'transactions: unknown setting',
    ],
    ['without up', { '1-a.expand.mjs': `import { expand } from 'interphase'\nexport default expand({})` }, 'up: expected a function'],
    [
      'that is no data step and has a pending query',
      { '1-a.expand.mjs': `import { expand } from 'interphase'\nexport default expand({ up() {}, pending: 'SELECT 1' })` },
      'only a data step',
    ],
    [
      'with two pending queries',
      {
        '1-a.migrate.mjs': `import { migrate } from 'interphase'\nexport default migrate({ up() {}, pending: 'SELECT 1' })`,
        '1-a.migrate.pending.sql': 'SELECT 1',
      },
      '1-a.migrate.pending.sql',
    ],
    [
      'of functions beside a pending query',
      { '1-a.migrate.cjs': `module.exports = { up: async () => {}, pending: 'SELECT count(*) FROM item WHERE n IS NULL' }` },
      'pending has an effect only in a definition: export default migrate({ pending: …',
    ],
    [
      'of functions beside the word rerunnable',
      { '1-a.migrate.mjs': 'export const rerunnable = true\nexport const up = async () => {}' },
      'the exported property rerunnable',
    ],
    ['that takes a callback', { '1-a.expand.cjs': `exports.up = (queryInterface, Sequelize, done) => done()` }, 'callback'],
    ['that does not parse', { '1-a.expand.ts': 'export const = 1' }, '1-a.expand.ts'],
    ['that throws when it is loaded', { '1-a.expand.ts': `throw new Error('not today')` }, 'not today'],
  ] as const) {
    it(`${what} is refused`, async () => {
      const files2 = files as Record<string, string>
      const error = await rejected(loadFunctionMigration(migrationIn(files2)), 'migration.module')
      expect(error.facts.file).to.equal(`releases/1/${Object.keys(files2)[0]}`)
      expect(error.message).to.contain(says)
    })
  }
})
