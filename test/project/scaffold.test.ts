import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { PhaseName } from '../../src/phase/phase.ts'
import { CHANGE_PATTERNS, makePatternFiles, PATTERN_NAMES } from '../../src/project/patterns/patterns.ts'
import { createChangeFiles, createProjectFiles } from '../../src/project/scaffold.ts'
import { caught } from '../support/caught.ts'

describe('the files of a new project', () => {
  let root = ''
  const read = (file: string) => readFileSync(join(root, file), 'utf8')

  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'interphase-new-'))))
  afterEach(() => rmSync(root, { recursive: true }))

  it('contain a line in .gitignore, also behind a file that ends without a line break', () => {
    writeFileSync(join(root, '.gitignore'), 'node_modules')
    expect(createProjectFiles(root, { dialects: ['postgres'] })).to.deep.equal(['interphase.config.ts', 'releases/README.md', '.gitignore'])
    expect(read('.gitignore')).to.equal('node_modules\n.interphase/\n')
  })

  it('leave a .gitignore that has the line as it is', () => {
    writeFileSync(join(root, '.gitignore'), '/.interphase\n')
    expect(createProjectFiles(root, { dialects: ['postgres'] })).not.to.include('.gitignore')
    expect(read('.gitignore')).to.equal('/.interphase\n')
  })

  it('name the server for scratch databases where the dialect needs one', () => {
    createProjectFiles(root, { dialects: ['postgres', 'mariadb'] })
    expect(read('interphase.config.ts')).to.include('INTERPHASE_SHADOW_MARIADB_URL').and.not.include('INTERPHASE_SHADOW_POSTGRES_URL')
  })

  it('are not written if one of them exists', () => {
    createProjectFiles(root, { dialects: ['postgres'] })
    rmSync(join(root, 'releases/README.md'))
    const { facts } = caught(() => createProjectFiles(root, { dialects: ['postgres'] }), 'file.exists')
    expect(facts.files).to.deep.equal(['interphase.config.ts'])
  })

  it('can be functions', () => {
    const files = createChangeFiles({ root, releases: 'releases' }, '1', '010-a', { typescript: true })
    expect(files).to.deep.equal(['releases/1/010-a.expand.ts', 'releases/1/010-a.migrate.ts', 'releases/1/010-a.contract.ts'])
  })

  it('are .mts files in a TypeScript project of CommonJS, beside no other configuration', () => {
    writeFileSync(join(root, 'tsconfig.json'), '{}')
    for (const [manifest, extension] of [
      ['{ "type": "module" }', 'ts'],
      ['{ "type": "commonjs" }', 'mts'],
      ['{}', 'mts'],
      ['no JSON', 'mts'],
    ]) {
      writeFileSync(join(root, 'package.json'), manifest ?? '')
      expect(createProjectFiles(root, { dialects: ['postgres'] })[0]).to.equal(`interphase.config.${extension}`)
      expect(caught(() => createProjectFiles(root, { dialects: ['postgres'] }), 'file.exists').facts.files).to.have.lengthOf(1)
      const options = { typescript: true, phases: ['expand'] } as const
      const files = createChangeFiles({ root, releases: 'releases' }, '1', '010-a', options)
      expect(files).to.deep.equal([`releases/1/010-a.expand.${extension}`])
      for (const file of ['releases', `interphase.config.${extension}`]) rmSync(join(root, file), { recursive: true })
    }
    writeFileSync(join(root, 'interphase.config.json'), '{}')
    expect(caught(() => createProjectFiles(root, { dialects: ['postgres'] }), 'file.exists').facts.files).to.deep.equal([
      'interphase.config.json',
    ])
  })

  it('can be added to a change that has no file of the phase', () => {
    const add = (change: string, phase: PhaseName, typescript = false) =>
      createChangeFiles({ root, releases: 'releases' }, '1', change, { phases: [phase], typescript })
    add('010-a', 'expand')
    expect(add('010-a', 'migrate', true)).to.deep.equal(['releases/1/010-a.migrate.ts'])
    const existing = (change: string, phase: PhaseName) => caught(() => add(change, phase), 'file.exists').facts.files
    expect(existing('010-a', 'migrate')).to.deep.equal(['releases/1/010-a.migrate.ts'])
    expect(existing('010-b', 'contract')).to.deep.equal([
      'releases/1/010-a.expand.sql',
      'releases/1/010-a.expand.undo.sql',
      'releases/1/010-a.migrate.ts',
    ])
  })

  it('have one SQL file for all dialects where the SQL is the same', () => {
    const names = { table: 't1', column: 'c1', type: 'int', value: '0' }
    const tags = makePatternFiles('not-null', names, [{ dialect: 'mysql' }, { dialect: 'mariadb' }, { dialect: 'postgres' }]).map(
      (file) => file.tags,
    )
    expect(tags).to.deep.equal(['migrate', 'migrate.pending', 'contract.mysql', 'contract.postgres'])
  })

  it('of a pattern need the type of the column where no release is recorded', () => {
    const names = { table: 't1', column: 'c1', to: 'n1' }
    const { facts } = caught(() => makePatternFiles('rename-column', names, [{ dialect: 'mariadb' }]), 'usage')
    expect(facts.problem).to.equal('the pattern rename-column needs --type')
    expect(facts.try).to.include('No release is recorded for mariadb')
  })

  for (const pattern of PATTERN_NAMES)
    it(`of the pattern ${pattern} contain each name that the pattern uses, on every server`, () => {
      const names = { table: 't1', column: 'c1', to: 'n1', key: 'k1', type: 'ty1', value: 'v1' }
      const text = (dialect: 'postgres' | 'mysql') =>
        makePatternFiles(pattern, names, [{ dialect }])
          .map((file) => file.text)
          .join('')
      const used = Object.entries(names)
        .filter(([, name]) => (text('postgres') + text('mysql')).includes(name))
        .map(([name]) => name)
      expect(used.sort()).to.deep.equal([...CHANGE_PATTERNS[pattern].uses].sort())
    })
})
