import { basename } from 'node:path'
import { expect } from 'chai'
import { readCorpus } from '../../scripts/corpus/corpus.ts'
import { droppedBy } from '../../scripts/corpus/destruction.ts'
import { placeChecks } from '../../scripts/corpus/stops.ts'
import { project, removeProjects } from '../support/project.ts'

const FILES = {
  'before.mysql.sql': 'CREATE TABLE a (id INTEGER)',
  'seed.mysql.sql': '',
  'releases/01-one/001-a.expand.mysql.sql': '',
  'releases/01-one/001-a.contract.mysql.sql': 'ALTER TABLE a DROP COLUMN old',
  'releases/01-one/001-a.contract.mariadb.sql': '-- as the other',
  'releases/01-one/002-b.contract.mysql.sql': 'DROP TABLE b',
  'releases/01-one/001-a.migrate.pending.mysql.sql': 'SELECT 0',
  'probes/01-one/001-a.old.mysql.sql': '',
}

describe('the checks of a corpus', () => {
  after(removeProjects)

  const corpus = (...checks: readonly object[]) => readCorpus(project({ ...FILES, 'checks.json': JSON.stringify(checks) }), 'mariadb')

  it('are looked at when their phase is done, after the probes, or at the end', () => {
    const ask = { sql: 'SELECT 1', expect: [['1']] }
    const { at, unseen } = placeChecks(
      corpus({ after: '01-one/001-a.expand', ...ask }, { after: '01-one/001-a.old', ...ask }, { after: 'end', ...ask }),
    )
    expect([...at.keys()]).to.deep.equal(['01-one expand', '01-one old', 'end'])
    expect(unseen).to.deep.equal([])
  })

  it('are left out, and said, where a later migration of the phase drops what they read', () => {
    const { at, unseen } = placeChecks(
      corpus({ after: '01-one/001-a.contract', sql: { mysql: 'SELECT COUNT(*) FROM b' }, expect: [['0']] }),
    )
    expect([...at.keys()]).to.deep.equal([])
    expect(unseen).to.deep.equal(['after 01-one/001-a.contract: b is gone at the end of the phase'])
  })

  it('are those of the dialect and of a walk phase by phase; omitted stops are reported', () => {
    const ask = { after: 'end', fails: 'INSERT INTO a VALUES (1)', match: 'cannot' }
    const read = corpus(
      { ...ask, dialects: ['mysql'] },
      { ...ask, dialects: ['postgres'] },
      { ...ask, modes: ['upfront'] },
      { after: '01-one/001-a.contract', modes: ['upfront'], stops_at: '01-one/002-b.contract' },
      { after: 'end', stops_at: '01-one/002-b.contract' },
      { after: 'end', sql: 'SELECT 1' },
    )
    expect(read.checks).to.deep.equal([{ after: 'end', sql: ask.fails, wanted: { refusal: /cannot/i } }])
    expect(read.leftOut).to.have.lengthOf(4)
    expect(read.leftOut.slice(0, 2)).to.deep.equal(['after end: it is for upfront', 'after 01-one/001-a.contract: it is for upfront'])
    expect(read.leftOut[2]).to.match(/^after end: .*stops_at/)
    expect(read.leftOut[3]).to.match(/neither sql and expect nor fails and match/)
    expect(placeChecks(read).unseen).to.deep.equal(read.leftOut)
  })

  it('come with rows for any release: a seed that the walk loads, too, and samples for the proof', () => {
    const root = project({
      ...FILES,
      'checks.json': '[]',
      'seed.01-one.mysql.sql': 'INSERT INTO a VALUES (1)',
      'rows/01-one/010-a.mysql.sql': 'INSERT INTO a VALUES (2)',
    })
    const [release] = readCorpus(root, 'mysql').releases
    expect(release?.rows.seed.map((file) => basename(file))).to.deep.equal(['seed.01-one.mysql.sql'])
    expect(release?.rows.samples.map((file) => basename(file))).to.deep.equal(['010-a.mysql.sql'])
  })

  it('name steps that there are', () => {
    const one = corpus({ after: '01-one/003-c.expand', sql: 'SELECT 1', expect: [] })
    expect(() => placeChecks(one)).to.throw('01-one/003-c.expand')
  })

  it('take the file of the dialect, and not the queries beside it', () => {
    const [release] = corpus().releases
    expect(release?.steps.map(({ id }) => id)).to.deep.equal(['01-one/001-a.expand', '01-one/001-a.contract', '01-one/002-b.contract'])
    expect(release?.steps[1]?.file).to.match(/mariadb\.sql$/)
  })
})

describe('what SQL destroys', () => {
  it('is a table with its columns, or a column', () => {
    const sql = '-- DROP TABLE not_this;\nALTER TABLE a DROP COLUMN x; ALTER TABLE b DROP COLUMN y; DROP TABLE IF EXISTS b; DROP INDEX i'
    expect(droppedBy(sql)).to.deep.equal(['b', 'a.x'])
  })

  it('has names in quotes, with schemas, and several in one statement', () => {
    const cases = [
      ['ALTER TABLE "group" DROP COLUMN "order"', ['group.order']],
      ['ALTER TABLE `group` DROP `key`, DROP COLUMN b', ['group.key', 'group.b']],
      ['ALTER TABLE ONLY public."a ""b""" DROP COLUMN IF EXISTS c CASCADE', ['a "b".c']],
      ['DROP TABLE IF EXISTS "one", shop.`two`, three CASCADE', ['one', 'two', 'three']],
      ['ALTER TABLE a DROP CONSTRAINT x, DROP INDEX y, DROP PRIMARY KEY, ALTER b DROP DEFAULT, ALTER c DROP NOT NULL', []],
      ['/* DROP TABLE a; */ DROP VIEW b', []],
    ] as const
    for (const [sql, dropped] of cases) expect(droppedBy(sql), sql).to.deep.equal(dropped)
  })
})
