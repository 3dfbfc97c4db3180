import { expect } from 'chai'
import { statementsSent } from '../../support/sent.ts'
import { AT, onBoth } from './support.ts'

const SCHEMA: readonly string[] = [
  'CREATE TABLE parent (id int PRIMARY KEY, n int)',
  'CREATE TABLE child (id int PRIMARY KEY, parent int, CONSTRAINT f FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE)',
  'CREATE TABLE audit (id int)',
  'CREATE TABLE Other (id int)',
  'CREATE VIEW seen AS SELECT id FROM parent',
  'CREATE TRIGGER tr AFTER INSERT ON child FOR EACH ROW INSERT INTO audit VALUES (NEW.id)',
  'CREATE PROCEDURE fill() INSERT INTO audit VALUES (1)',
  'CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2',
]

describe('the observer of MySQL and MariaDB', () => {
  onBoth((server, { dialect, database, open }) => {
    async function watched(statements: readonly string[], inTransaction: boolean) {
      const session = await open(await database(...SCHEMA))
      const before = await dialect.catalog.read(session, 'whole')
      if (inTransaction) await session.begin()
      const watch = await dialect.observer.start(session)
      for (const statement of statements) await session.execute(statement, AT)
      const seen = await watch.finish(statements, before)
      if (inTransaction) await session.rollback()
      return seen
    }

    it('sees what a transaction reads and writes, and that it writes though no row is there', async () => {
      const seen = await watched(
        ['UPDATE parent SET n = 1 WHERE id IN (SELECT id FROM other_alias)'.replace('other_alias', '`Other`')],
        true,
      )
      expect(seen.touched).to.include.members(['table:parent', 'table:Other'])
      expect(seen.touched).not.to.include('table:audit')
      expect(seen.wrote).to.equal(true)
      expect((await watched(['SELECT count(*) FROM parent'], true)).wrote).to.equal(false)
    })

    it('reads only the names that a statement can change, because the server opens every table for the triggers', async () => {
      const session = await open(await database(...SCHEMA))
      const before = await dialect.catalog.read(session, 'whole')
      const listsReadFor = async (text: string) => {
        const watch = await dialect.observer.start(session)
        await session.execute(text, AT)
        const sent = await statementsSent(() => watch.finish([text], before))
        return sent.flatMap((one) => /SHOW FULL TABLES|information_schema\.(?:triggers|routines|events)/.exec(one)?.[0] ?? [])
      }
      const all = ['SHOW FULL TABLES', ...['triggers', 'routines', 'events'].map((list) => `information_schema.${list}`)]
      expect(await listsReadFor('CREATE TABLE one (id int)')).to.deep.equal(['SHOW FULL TABLES'])
      expect(await listsReadFor('INSERT INTO parent VALUES (1, 1)')).to.deep.equal([])
      expect(await listsReadFor('CREATE TRIGGER own BEFORE INSERT ON audit FOR EACH ROW SET NEW.id = 1')).to.deep.equal([
        'information_schema.triggers',
      ])
      expect(await listsReadFor('ALTER TABLE child RENAME TO moved')).to.deep.equal(all)
      expect(await listsReadFor('CALL fill()')).to.deep.equal(all)
    })

    it('follows triggers, views and cascades', async () => {
      expect((await watched(['INSERT INTO child VALUES (1, NULL)'], true)).touched).to.include.members(['table:child', 'table:audit'])
      expect((await watched(['SELECT * FROM seen'], true)).touched).to.include.members(['view:seen', 'table:parent'])
      expect((await watched(['DELETE FROM parent WHERE id = 1'], true)).touched).to.include.members(['table:parent', 'table:child'])
    })

    it('sees through a procedure where the server shows locks, and says so where it does not', async () => {
      const seen = await watched(['CALL fill()'], true)
      if (server === 'mysql') expect(seen.touched).to.include('table:audit').and.not.to.include('table:parent')
      else expect(seen.touched).to.equal('all')
      expect(seen.wrote).to.equal(true)
      expect((await watched(['CALL fill()'], false)).touched).to.equal('all')
      expect((await watched(['SELECT twice(2)'], false)).touched).to.equal('all')
    })

    it('recognises the tables of DDL statements by the text and by created and dropped tables', async () => {
      expect((await watched(['ALTER TABLE `parent` ADD x int'], false)).touched).to.deep.equal(['table:parent'])
      expect((await watched(['CREATE TABLE fresh LIKE audit', 'DROP VIEW seen'], false)).touched).to.include.members([
        'table:fresh',
        'table:audit',
        'view:seen',
      ])
      expect((await watched(['RENAME TABLE audit TO audit_old'], false)).touched).to.deep.equal(['table:audit', 'table:audit_old'])
      expect((await watched(['DROP TRIGGER tr'], false)).touched).to.include('table:child')
      expect((await watched(['CREATE TRIGGER t2 BEFORE UPDATE ON audit FOR EACH ROW SET NEW.id = 2'], false)).touched).to.deep.equal([
        'table:audit',
      ])
      const prepared = ["SET @a = 'DROP TABLE audit'", 'PREPARE s FROM @a', 'EXECUTE s']
      expect((await watched(prepared, false)).touched).to.equal('all')
      expect((await watched(['ALTER TABLE audit ADD x int'], false)).wrote).to.equal(false)
    })

    it('counts the rows that a CREATE TABLE copies as written', async () => {
      expect((await watched(['CREATE TABLE copied AS SELECT id FROM parent'], false)).wrote).to.equal(true)
      expect((await watched(['CREATE TABLE with_key (id int PRIMARY KEY) SELECT id FROM parent'], false)).wrote).to.equal(true)
      expect((await watched(['CREATE TABLE every AS SELECT id FROM parent WHERE 1 = 1'], false)).wrote).to.equal(true)
      for (const [index, none] of ['WHERE false', 'WHERE 1=0', 'LIMIT 0'].entries())
        expect((await watched([`CREATE TABLE shape_${index} AS SELECT id FROM parent ${none}`], false)).wrote, none).to.equal(false)
      expect((await watched(['CREATE TABLE alike LIKE parent'], false)).wrote).to.equal(false)
      expect((await watched(['CREATE TEMPORARY TABLE own AS SELECT id FROM parent'], false)).wrote).to.equal(false)
    })

    it('touches nothing when nothing is named', async () => {
      expect(await watched(["SET @a = 'parent'"], false)).to.deep.include({ touched: [], wrote: false, prices: [] })
    })
  })
})
