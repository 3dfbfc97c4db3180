import { expect } from 'chai'
import { parseMysqlTableAlteration } from '../../../src/dialects/mysql/observe/alteration.ts'

const tried = (text: string, ...options: readonly string[]) => parseMysqlTableAlteration(text)?.on('`other`', options)

describe('an alteration of MySQL and MariaDB', () => {
  it('is tried on another table, in another way than its own', () => {
    expect(tried('ALTER TABLE item ADD COLUMN size decimal(4, 2), ADD INDEX (size)', 'ALGORITHM=INPLACE', 'LOCK=NONE')).to.equal(
      'ALTER TABLE `other` ALGORITHM=INPLACE, LOCK=NONE, ADD COLUMN size decimal(4, 2), ADD INDEX (size)',
    )
    expect(tried('alter table `shop`.`item` modify name varchar(3), algorithm=copy, lock=shared', 'ALGORITHM=COPY')).to.equal(
      'alter table `other` ALGORITHM=COPY, modify name varchar(3)',
    )
    expect(tried('CREATE UNIQUE INDEX i ON item (a, (b + 1)) ALGORITHM = INPLACE LOCK NONE', 'LOCK=SHARED')).to.equal(
      'CREATE UNIQUE INDEX i ON `other` (a, (b + 1)) LOCK=SHARED',
    )
    expect(tried('DROP INDEX `i` ON item', 'LOCK=SHARED')?.trim()).to.equal('DROP INDEX `i` ON `other`  LOCK=SHARED')
    expect(tried('ALTER TABLE item NOWAIT ADD x int', 'ALGORITHM=INSTANT')).to.equal('ALTER TABLE `other` ALGORITHM=INSTANT, ADD x int')
  })

  it('leaves out what only the original has', () => {
    expect(tried('ALTER TABLE item DROP FOREIGN KEY f, DROP COLUMN a', 'ALGORITHM=INSTANT')).to.equal(
      'ALTER TABLE `other` ALGORITHM=INSTANT, DROP COLUMN a',
    )
    expect(tried('ALTER TABLE item RENAME part, RENAME COLUMN a TO b', 'ALGORITHM=INSTANT')).to.equal(
      'ALTER TABLE `other` ALGORITHM=INSTANT, RENAME COLUMN a TO b',
    )
  })

  it('says what the author asks for, and of which table', () => {
    expect(parseMysqlTableAlteration('ALTER TABLE Item ADD x int, ALGORITHM=NOCOPY, LOCK=NONE')).to.include({
      table: 'Item',
      algorithm: 'NOCOPY',
      lock: 'NONE',
    })
    expect(parseMysqlTableAlteration('CREATE INDEX i USING BTREE ON item (a) LOCK = SHARED')).to.include({ table: 'item', lock: 'SHARED' })
    expect(parseMysqlTableAlteration('ALTER TABLE item RENAME TO part')?.actions).to.deep.equal(['RENAME TO PART'])
  })

  it('is nothing else', () => {
    for (const text of [
      'DROP TABLE item',
      'CREATE TABLE item (id int)',
      'ALTER TABLE item /*!80000 ADD x int */',
      'ALTER VIEW v AS SELECT 1',
    ])
      expect(parseMysqlTableAlteration(text)).to.equal(undefined)
  })
})
