import { expect } from 'chai'
import { whichStatementsWriteWithoutRollback } from '../../../src/dialects/mysql/text/without-rollback.ts'
import type { TableObject } from '../../../src/schema/object.ts'
import { EMPTY_SCHEMA_STATE, makeSchemaState } from '../../../src/schema/state.ts'

/** Each way in which a file can choose the storage engine of a table that it creates. */
const WAYS: readonly (readonly string[])[] = [
  ['CREATE TABLE t (n int) ENGINE=MyISAM'],
  ['CREATE TABLE t (n int) engine Aria'],
  ['CREATE TABLE t (n int) TYPE = MEMORY'],
  ['CREATE TABLE t (n int)', 'ALTER TABLE t ENGINE = MyISAM'],
  ['SET default_storage_engine = MyISAM', 'CREATE TABLE t (n int)'],
  ["SET sql_mode = '', SESSION default_storage_engine = 'MyISAM'", 'CREATE TABLE t (n int)'],
  ['SET @@default_storage_engine = MEMORY', 'CREATE TABLE t (n int)'],
  ['SET @@SESSION.default_storage_engine := MEMORY', 'CREATE TABLE t (n int)'],
  ['SET storage_engine = MyISAM', 'CREATE TABLE t (n int)'],
  ['SET STATEMENT default_storage_engine = MyISAM FOR CREATE TABLE t (n int)'],
]

describe('the writes of a file that no rollback takes back', () => {
  for (const way of WAYS) {
    it(`are found in a database without such a table: ${way.join('; ')}`, () => {
      expect(whichStatementsWriteWithoutRollback([...way, 'INSERT INTO t VALUES (1)'], EMPTY_SCHEMA_STATE).at(-1)).to.equal(true)
    })
  }

  for (const text of ['CREATE TABLE t LIKE old', 'CREATE TABLE t (LIKE old)', 'RENAME TABLE old TO t', 'ALTER TABLE old RENAME TO t']) {
    it(`are found where a table comes from one without rollback: ${text}`, () => {
      const table: TableObject = { kind: 'table', name: 'old', columns: [], traits: ['engine MyISAM'] }
      expect(whichStatementsWriteWithoutRollback([text, 'INSERT INTO t VALUES (1)'], makeSchemaState([table])).at(-1)).to.equal(true)
    })
  }

  it('are none where the engine is InnoDB', () => {
    const texts = ['SET default_storage_engine = InnoDB', "CREATE TABLE t (n int) ENGINE = 'innodb'", 'INSERT INTO t VALUES (1)']
    expect(whichStatementsWriteWithoutRollback(texts, EMPTY_SCHEMA_STATE)).to.deep.equal([false, false, false])
  })
})
