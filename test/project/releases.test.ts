import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { ErrorCode } from '../../src/error.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import { migrationsInAuthoredOrder, migrationsOfChainInRunOrder } from '../../src/release/order.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { caught } from '../support/caught.ts'
import { project, put, removeProjects } from '../support/project.ts'

const read = (root: string, dialect: DialectName = 'postgres') => readReleaseChain({ root, releases: 'releases' }, dialect)

const LIBERTY = {
  'releases/2-liberty/release.json': '{ "title": "Liberty", "why": "Status moves." }',
  'releases/2-liberty/README.md': 'prose',
  'releases/2-liberty/.gitkeep': '',
  'releases/2-liberty/states/postgres/010-a.json': '{}',
  'releases/2-liberty/010-a.expand.sql': '-- interphase: transaction off\nCREATE TABLE a (id int);\n',
  'releases/2-liberty/010-a.migrate.sql': 'UPDATE a SET id = 1;',
  'releases/2-liberty/010-a.migrate.pending.sql': 'SELECT count(*) FROM a',
  'releases/2-liberty/020-b.expand.postgres.sql': 'postgres',
  'releases/2-liberty/020-b.expand.mysql.sql': 'mysql',
  'releases/2-liberty/020-b.expand.undo.sql': 'any undo',
  'releases/2-liberty/020-b.expand.undo.mariadb.sql': 'mariadb undo',
  'releases/2-liberty/rows/2-b.sql': 'second',
  'releases/2-liberty/rows/1-a.mysql.sql': 'first, mysql',
  'releases/2-liberty/rows/1-a.sql': 'first',
  'releases/2-liberty/probes/old/read.sql': 'SELECT 1',
  'releases/2-liberty/probes/new/read.sql': 'SELECT 2',
}

describe('the releases on disk', () => {
  after(removeProjects)

  describe('refuse a file with nothing in it, which is most often a dump that failed', () => {
    const files = ['010-a.expand.sql', '010-a.migrate.pending.sql', '010-a.expand.undo.sql', 'rows/a.sql', 'probes/old/a.sql']
    for (const name of files) {
      for (const [what, text] of [
        ['no byte', ''],
        ['blanks', '\uFEFF \n\t\r\n'],
      ] as const) {
        it(`${name} with ${what}`, () => {
          const root = project({
            'releases/1/010-a.expand.sql': '-- nothing',
            'releases/1/010-a.migrate.sql': '/* nothing */',
            [`releases/1/${name}`]: text,
          })
          expect(caught(() => read(root), 'migration.empty').facts).to.deep.equal({ file: `releases/1/${name}` })
        })
      }
    }

    it('the set-up of shadows', () => {
      const root = project({ 'releases/1/010-a.expand.sql': '-- nothing', 'shadow.setup.sql': '' })
      expect(caught(() => read(root), 'migration.empty').facts).to.deep.equal({ file: 'shadow.setup.sql' })
    })
  })

  it('name the kind of a file that is not text', () => {
    const read1 = (bytes: Buffer) => () => read(project({ 'releases/1/010-a.expand.sql': bytes }))
    const custom = caught(read1(Buffer.from('PGDMP\u0001\u00ff', 'latin1')), 'release.unreadable')
    expect(custom.message).to.include('--format=plain')
    const wide = caught(read1(Buffer.from('\uFEFFSELECT 1', 'utf16le')), 'release.unreadable')
    expect(wide.message).to.include('UTF-16')
    const latin = Buffer.from("--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'LATIN1';\nSELECT '\u00e9';\n", 'latin1')
    expect(caught(read1(latin), 'release.unreadable').message).to.include('not UTF-8; dump with --encoding=UTF8')
    for (const bytes of [Buffer.from('SELECT 1', 'utf16le'), Buffer.from('\uFEFFSELECT 1', 'utf16le').swap16()])
      expect(caught(read1(bytes), 'release.unreadable').message).to.include('UTF-16')
    expect(caught(read1(Buffer.from('<?xml version="1.0"?>\n<mysqldump>')), 'release.unreadable').message).to.include('--xml')
  })

  it('become a chain for one dialect', () => {
    const root = project({ ...LIBERTY, 'releases/10-mitaka/001-c.contract.sql': '-- nothing\n', 'shadow.setup.sql': 'CREATE ROLE r' })
    const chain = read(root)
    expect(chain.releases.map(({ name }) => name)).to.deep.equal(['2-liberty', '10-mitaka'])
    expect(chain.setup).to.deep.equal({ file: 'shadow.setup.sql', text: 'CREATE ROLE r' })
    expect(migrationsOfChainInRunOrder(chain).map(({ id }) => id)).to.deep.equal([
      '2-liberty/010-a.expand',
      '2-liberty/020-b.expand',
      '2-liberty/010-a.migrate',
      '10-mitaka/001-c.contract',
    ])
    const [liberty] = chain.releases
    expect(liberty).to.include({ title: 'Liberty', why: 'Status moves.', directory: 'releases/2-liberty' })
    expect(liberty?.rows.map(({ text }) => text)).to.deep.equal(['first', 'second'])
    expect(liberty?.probes).to.deep.equal({
      old: [{ file: 'releases/2-liberty/probes/old/read.sql', text: 'SELECT 1' }],
      new: [{ file: 'releases/2-liberty/probes/new/read.sql', text: 'SELECT 2' }],
    })
    expect(migrationsOfChainInRunOrder(chain)[0]).to.deep.include({
      change: '2-liberty/010-a',
      number: '010',
      slug: 'a',
      phase: 'expand',
      file: 'releases/2-liberty/010-a.expand.sql',
      declarations: { transaction: 'off', rerunnable: false, effects: [], despite: [] },
    })
    expect(migrationsOfChainInRunOrder(chain)[2]?.pending).to.deep.equal({
      file: 'releases/2-liberty/010-a.migrate.pending.sql',
      text: 'SELECT count(*) FROM a',
    })
  })

  it('give each dialect its own file, MariaDB that of MySQL, and the untagged one to who has none', () => {
    const root = project(LIBERTY)
    const texts = (dialect: DialectName) => {
      const found = read(root, dialect)
        .releases.flatMap(migrationsInAuthoredOrder)
        .find(({ slug }) => slug === 'b')
      return [found?.body.kind === 'sql' && found.body.sql.text, found?.undo?.text, read(root, dialect).releases[0]?.rows[0]?.text]
    }
    expect(texts('postgres')).to.deep.equal(['postgres', 'any undo', 'first'])
    expect(texts('mysql')).to.deep.equal(['mysql', 'any undo', 'first, mysql'])
    expect(texts('mariadb')).to.deep.equal(['mysql', 'mariadb undo', 'first, mysql'])
  })

  it('are ordered by `after` where they say it', () => {
    const root = project({
      'releases/austin/release.json': '{ "after": "zed" }',
      'releases/bobcat/release.json': '{ "after": "austin" }',
      'releases/zed/release.json': '{ "after": null }',
    })
    expect(read(root).releases.map(({ name }) => name)).to.deep.equal(['zed', 'austin', 'bobcat'])
  })

  it('have a checksum over all that a migration is made of, and over nothing else', () => {
    const root = project(LIBERTY)
    const sums = () => Object.fromEntries(migrationsOfChainInRunOrder(read(root)).map(({ id, checksum }) => [id.split('/')[1], checksum]))
    const before = sums()
    expect(before['010-a.expand']).to.match(/^[0-9a-f]{64}$/)
    put(root, { 'releases/2-liberty/010-a.expand.sql': '\uFEFF-- interphase: transaction off\r\nCREATE TABLE a (id int);' })
    put(root, { 'releases/2-liberty/020-b.expand.mysql.sql': 'changed', 'releases/2-liberty/rows/2-b.sql': 'changed' })
    expect(sums()).to.deep.equal(before)
    put(root, { 'releases/2-liberty/010-a.migrate.pending.sql': 'SELECT 0', 'releases/2-liberty/020-b.expand.undo.sql': 'other' })
    const after = sums()
    expect(Object.keys(before).filter((id) => before[id] !== after[id])).to.deep.equal(['020-b.expand', '010-a.migrate'])
  })

  it('are summed with what their functions import', () => {
    const root = project({
      'releases/1/010-a.migrate.ts': `import { first } from './lib/first.js'\nexport const up = first`,
      'releases/1/lib/first.ts': `export { second as first } from './deep'`,
      'releases/1/lib/deep/index.ts': 'export const second = async () => {}',
      'releases/1/lib/unused.ts': 'export {}',
    })
    const sum = () => migrationsOfChainInRunOrder(read(root))[0]?.checksum
    const before = sum()
    put(root, { 'releases/1/lib/unused.ts': 'export const changed = 1' })
    expect(sum()).to.equal(before)
    put(root, { 'releases/1/lib/deep/index.ts': 'export const second = async () => { await 0 }' })
    expect(sum()).to.not.equal(before)
    expect(migrationsOfChainInRunOrder(read(root))[0]?.body).to.deep.equal({
      kind: 'function',
      path: join(root, 'releases/1/010-a.migrate.ts'),
    })
  })

  it('may be a thousand migrations', () => {
    const files = Array.from({ length: 1000 }, (_, at) => [`releases/1/${at}-t.expand.sql`, `CREATE TABLE t${at} (id int);\n`])
    expect(migrationsOfChainInRunOrder(read(project(Object.fromEntries(files)))).map(({ number }) => Number(number))).to.deep.equal([
      ...Array(1000).keys(),
    ])
  })

  const at = 'releases/1/'
  const refused: readonly [
    what: string,
    files: Record<string, string | Uint8Array>,
    code: ErrorCode,
    says: readonly string[],
    dialect?: DialectName,
  ][] = [
    [
      'two files of one identity',
      { '1-a.expand.sql': '-- a', '1-a.expand.ts': '' },
      'release.duplicate',
      ['1/1-a.expand', `${at}1-a.expand.sql`, `${at}1-a.expand.ts`],
    ],
    [
      'two files for one dialect',
      { '1-a.migrate.sql': '-- a', '1-a.migrate.mysql.sql': '-- a', '1-a.migrate.mysql.mjs': '' },
      'release.duplicate',
      ['1-a.migrate.mysql.mjs'],
    ],
    ['one number with two slugs', { '010-a.expand.sql': '-- a', '010-b.contract.sql': '-- a' }, 'release.two-slugs', ['010', 'a, b']],
    ['one number spelled twice', { '010-a.expand.sql': '-- a', '10-a.contract.sql': '-- a' }, 'release.two-slugs', ['010-a', '10-a']],
    ['an unknown phase', { '1-a.extend.sql': '-- a' }, 'release.unknown-phase', [`${at}1-a.extend.sql`, 'extend']],
    ['an unknown dialect tag', { '1-a.expand.pg.sql': '-- a' }, 'release.unknown-dialect', [`${at}1-a.expand.pg.sql`, 'pg']],
    [
      'a pending query without its data step',
      { '1-a.migrate.pending.sql': '-- a', '1-a.expand.sql': '-- a' },
      'release.orphan',
      [`${at}1-a.migrate.pending.sql`, '1/1-a.migrate'],
    ],
    ['an undo without its migration', { '1-a.expand.undo.sql': '-- a' }, 'release.orphan', [`${at}1-a.expand.undo.sql`, '1/1-a.expand']],
    ['a name that does not parse', { 'notes.txt': '' }, 'release.bad-name', [`${at}notes.txt`]],
    [
      'no file for the dialect',
      { '1-a.expand.mysql.sql': '-- a' },
      'release.dialect-missing',
      ['1/1-a.expand', 'postgres', `${at}1-a.expand.mysql.sql`],
    ],
    [
      'a file of MariaDB alone, on MySQL',
      { '1-a.expand.mariadb.sql': '-- a' },
      'release.dialect-missing',
      ['1/1-a.expand', 'mysql'],
      'mysql',
    ],
    [
      'a pending query for another dialect alone',
      { '1-a.migrate.sql': '-- a', '1-a.migrate.pending.mysql.sql': '-- a' },
      'release.dialect-missing',
      ['1/1-a.migrate.pending'],
    ],
    ['an unknown directory', { 'helpers/x.ts': '' }, 'release.unreadable', ['releases/1', 'helpers/']],
    ['a file among the probes', { 'probes/read.sql': '-- a' }, 'release.unreadable', ['releases/1/probes', 'read.sql']],
    ['a directory among the rows', { 'rows/deep/x.sql': '-- a' }, 'release.unreadable', ['releases/1/rows', 'deep/']],
    ['rows that are no SQL', { 'rows/a.csv': '' }, 'release.bad-name', [`${at}rows/a.csv`]],
    ['rows of an unknown dialect', { 'rows/a.pg.sql': '-- a' }, 'release.unknown-dialect', [`${at}rows/a.pg.sql`]],
    ['rows of another dialect alone', { 'rows/a.mysql.sql': '-- a' }, 'release.dialect-missing', [`${at}rows/a`]],
    [
      'a file that is no text',
      { '1-a.expand.sql': Buffer.from([0x27, 0xe4, 0x27]) },
      'release.unreadable',
      [`${at}1-a.expand.sql`, 'UTF-8'],
    ],
    ['release.json that is no JSON', { 'release.json': '{' }, 'release.invalid-json', [`${at}release.json`]],
    ['release.json with an unknown word', { 'release.json': '{ "titel": "x" }' }, 'release.invalid-json', [`${at}release.json`, 'titel']],
    ['release.json with a wrong value', { 'release.json': '{ "title": 4 }' }, 'release.invalid-json', [`${at}release.json`, 'title: ']],
    [
      'front matter with an unknown word',
      { '1-a.expand.sql': '\n-- interphase: transaction on' },
      'migration.front-matter',
      [`${at}1-a.expand.sql:2`],
    ],
    [
      'an import from outside',
      { '1-a.expand.ts': `import { a } from '../../src/a.ts'` },
      'migration.import-outside',
      [`${at}1-a.expand.ts`, '../../src/a.ts'],
    ],
    [
      'an import of an import from outside',
      { '1-a.expand.ts': `import './lib/a.ts'`, 'lib/a.ts': `import '../../2/x'` },
      'migration.import-outside',
      [`${at}lib/a.ts:1`, '../../2/x'],
    ],
    ['an import of nothing', { '1-a.expand.ts': `import './lib/a.ts'` }, 'migration.import', [`${at}1-a.expand.ts:1`, './lib/a.ts']],
    ['an import that is computed', { '1-a.expand.ts': `await import(name)` }, 'migration.import', [`${at}1-a.expand.ts:1`, 'computes']],
    ['a file with imports that does not parse', { '1-a.expand.ts': `\nimport {{` }, 'migration.import', [`${at}1-a.expand.ts:2`]],
    [
      'every import that the checksum does not cover, all at once',
      {
        '1-a.expand.ts': `import { a } from '../../src/a.ts'\nimport { b } from '../../src/b.ts'\nawait import(name)`,
        '2-b.expand.cjs': `const c = require('../../src/c')\nrequire('./lib/d.cjs')`,
        'lib/d.cjs': `require('/etc/d')`,
      },
      'migration.imports',
      [
        `${at}1-a.expand.ts:1: the migration imports ../../src/a.ts`,
        `${at}1-a.expand.ts:2: the migration imports ../../src/b.ts`,
        `${at}1-a.expand.ts:3: an import of the migration cannot be resolved: the file computes`,
        `${at}2-b.expand.cjs:1: the migration imports ../../src/c`,
        `${at}lib/d.cjs:1: the migration imports /etc/d`,
      ],
    ],
  ]
  for (const [what, files, code, says, dialect] of refused) {
    it(`refuse ${what}`, () => {
      const root = project(Object.fromEntries(Object.entries(files).map(([name, text]) => [at + name, text])))
      const { message } = caught(() => read(root, dialect), code)
      for (const words of says) expect(message).to.contain(words)
    })
  }

  it('refuse a file with :batch that names no table, and only such a file', () => {
    const text = "-- ':batch'\nUPDATE a SET id = 1\nWHERE :batch;"
    const root = project({ 'releases/1/010-a.migrate.sql': text })
    expect(caught(() => read(root), 'batch.declaration').facts).to.include({ file: 'releases/1/010-a.migrate.sql', line: 3 })
    put(root, { 'releases/1/010-a.migrate.sql': "UPDATE a SET id = list[1:batch], note = ':batch';" })
    expect(migrationsOfChainInRunOrder(read(root))).to.have.length(1)
  })

  it('refuse a release that cannot be read, instead of leaving it out', () => {
    const root = project(LIBERTY)
    symlinkSync(join(root, 'gone'), join(root, 'releases/3-gone'))
    expect(caught(() => read(root), 'release.unreadable').message).to.contain('3-gone')
  })

  it('refuse a migration that cannot be read', () => {
    const root = project(LIBERTY)
    mkdirSync(join(root, 'releases/3'))
    symlinkSync(join(root, 'gone'), join(root, 'releases/3/1-a.expand.sql'))
    expect(caught(() => read(root), 'release.unreadable').message).to.contain('1-a.expand.sql')
  })

  it('refuse a missing directory, a file beside the releases, and a name that cannot be one', () => {
    expect(caught(() => read(project({ x: '' })), 'release.unreadable').facts).to.include({ directory: 'releases' })
    expect(caught(() => read(project({ 'releases/1-a.expand.sql': '-- a' })), 'release.bad-name').facts).to.include({
      file: 'releases/1-a.expand.sql',
    })
    expect(caught(() => read(project({ 'releases/my release/x': '' })), 'release.unreadable').facts).to.include({
      directory: 'releases/my release',
    })
  })

  for (const [what, afters, says] of [
    ['two releases after one', { a: undefined, b: undefined, c: 'a' }, ['two releases come after a', 'b', 'c']],
    ['two first releases', { a: undefined, b: null }, ['two releases have no release before them', 'a', 'b']],
    ['a circle', { a: null, b: 'c', c: 'b' }, ['circle', 'b', 'c']],
    ['a circle without a beginning', { a: 'b', b: undefined }, ['circle']],
    ['a release after one that is not there', { a: undefined, b: 'x' }, ['b comes after x']],
  ] as const) {
    it(`refuse ${what}`, () => {
      const files = Object.entries(afters).map(([name, after]) => [`releases/${name}/release.json`, JSON.stringify({ after })])
      const { message } = caught(() => read(project(Object.fromEntries(files))), 'release.no-chain')
      for (const words of says) expect(message).to.contain(words)
    })
  }
})
