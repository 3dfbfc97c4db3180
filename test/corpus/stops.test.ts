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

  it('are those of the dialect and of a walk phase by phase', () => {
    const ask = { after: 'end', fails: 'INSERT INTO a VALUES (1)', match: 'cannot' }
    const kept = corpus({ ...ask, dialects: ['mysql'] }, { ...ask, dialects: ['postgres'] }, { ...ask, modes: ['upfront'] }).checks
    expect(kept).to.deep.equal([{ after: 'end', sql: ask.fails, wanted: { refusal: /cannot/i } }])
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
})
