import { expect } from 'chai'
import { tokenizeMysql } from '../../../src/dialects/mysql/text/lexer.ts'
import { canNameMysqlTable } from '../../../src/dialects/mysql/text/table-place.ts'
import { chainOn, statesOf } from '../../support/chain.ts'
import { removeProjects } from '../../support/project.ts'
import { onBoth } from './support.ts'

/** In these statements, names of tables, views, sequences and events begin with `t_`, and all other names begin with `c_`. */
const STATEMENTS: readonly string[] = [
  "CREATE TABLE t_a (c_a int COMMENT 'x', c_b date, KEY c_k (c_a, c_b), CONSTRAINT c_f FOREIGN KEY (c_a) REFERENCES t_b (c_a), c_c int) COMMENT = 'y'",
  'CREATE TABLE IF NOT EXISTS t_a LIKE t_b',
  'CREATE TABLE t_a (LIKE t_b)',
  'CREATE TABLE t_a (c_a int) ENGINE = MERGE UNION = (t_b, t_c)',
  'CREATE TABLE t_a AS SELECT c_a, c_b FROM t_b, t_c ORDER BY c_a, c_b',
  "ALTER TABLE t_a ADD COLUMN c_a int COMMENT 'x', ADD c_b date AFTER c_a, DROP COLUMN c_c, DROP c_d, ADD KEY c_k (c_a, c_b), MODIFY c_e int, CHANGE c_f c_g int",
  'ALTER TABLE t_a EXCHANGE PARTITION c_p WITH TABLE t_b',
  'ALTER TABLE t_a RENAME TO t_b',
  'CREATE UNIQUE INDEX c_i ON t_a (c_a, c_b)',
  'DROP INDEX c_i ON t_a',
  'DROP TABLE IF EXISTS t_a, t_b',
  'RENAME TABLE t_a TO t_b, t_c TO t_d',
  'TRUNCATE t_a',
  'LOCK TABLES t_a WRITE, t_b READ',
  'INSERT INTO t_a (c_a, c_b) VALUES (c_a, c_b) ON DUPLICATE KEY UPDATE c_a = VALUES(c_a), c_b = c_c, c_d = 1',
  'INSERT IGNORE t_a SET c_a = 1, c_b = c_c',
  'INSERT INTO t_a (c_a) SELECT c_b FROM t_b AS c_x WHERE c_x.c_b NOT IN (SELECT c_d FROM (t_c, t_d)) GROUP BY c_a, c_b HAVING c_a > c_b',
  'REPLACE t_a SELECT DISTINCT c_a, max(c_b) OVER (PARTITION BY c_a, c_b) FROM t_b',
  'UPDATE t_a, t_b SET t_a.c_a = t_b.c_a, c_b = 1 WHERE c_c = 2',
  'UPDATE LOW_PRIORITY t_a JOIN t_b USING (c_a) LEFT JOIN (t_c CROSS JOIN t_d) ON (c_b = c_c), t_e SET c_a = replace(c_a, c_b, c_c)',
  'DELETE t_a, t_b FROM t_a STRAIGHT_JOIN t_b WHERE c_a LIKE 1',
  'DELETE FROM t_a USING t_a NATURAL JOIN t_b',
  'WITH RECURSIVE c_r AS (SELECT c_a, c_b FROM t_a UNION ALL TABLE t_b) DELETE FROM t_c WHERE c_a IN (TABLE t_d)',
  'CREATE TRIGGER c_t BEFORE UPDATE ON t_a FOR EACH ROW UPDATE t_b SET c_a = NEW.c_a, c_b = c_c',
  'CREATE OR REPLACE VIEW t_a (c_a, c_b) AS SELECT c_a, c_b FROM t_b JOIN t_c ON t_b.c_a = t_c.c_a',
  'DROP VIEW t_a, t_b',
  'SELECT NEXT VALUE FOR t_a, nextval(t_b), cast(c_a AS date), c_b FROM t_c FOR UPDATE OF t_c',
  'INSERT INTO t_a /*!50000 (c_a, c_b) */ SELECT c_a, c_b FROM /*! t_b */',
  'GRANT SELECT (c_a), INSERT (c_b) ON t_a TO c_u',
  'LOAD DATA INFILE "x" REPLACE INTO TABLE t_a (c_a, c_b) SET c_c = 1, c_d = 2',
  'ALTER EVENT t_a DISABLE',
]

// The server writes these words before a new name, which is not one of the objects that exist.
const NEW_NAME = /^C_[TUR]$/

describe('MySQL and MariaDB: the places of names of tables', () => {
  for (const statement of STATEMENTS)
    it(statement, () => {
      const tokens = tokenizeMysql(statement)
      const named = tokens.flatMap(({ value }, index) => (value.startsWith('T_') && canNameMysqlTable(tokens, index) ? [value] : []))
      const wrong = tokens.flatMap(({ value }, index) =>
        value.startsWith('C_') &&
        tokens[index - 1]?.value !== '.' &&
        tokens[index + 1]?.value !== '.' &&
        !NEW_NAME.test(value) &&
        canNameMysqlTable(tokens, index)
          ? [`${tokens[index - 1]?.value} ${value}`]
          : [],
      )
      expect(named).to.deep.equal(tokens.flatMap(({ value }) => (value.startsWith('T_') ? [value] : [])))
      expect(wrong).to.deep.equal([])
    })
})

describe('MySQL and MariaDB: the footprint of a migration', () => {
  after(removeProjects)

  onBoth((server) => {
    it('contains a table whose name is a word of SQL only if the migration uses the table', async () => {
      const words = ['comment', 'status', 'date', 'key', 'order', 'type', 'user', 'value', 'item']
      const chain = await chainOn(server, {
        'r1/010-a.expand.sql': words.map((word) => `CREATE TABLE \`${word}\` (id int PRIMARY KEY);`).join('\n'),
        'r2/010-b.expand.sql':
          "ALTER TABLE item ADD COLUMN status int COMMENT 'key', ADD COLUMN at date, ADD KEY by_status (status), COMMENT = 'item';",
        'r2/010-b.migrate.sql': "UPDATE item SET status = 1, at = date '2030-01-01' WHERE status IS NULL ORDER BY status, at;",
        'r2/020-c.migrate.sql': 'INSERT INTO item (id, status) SELECT c.id, 1 FROM `comment` c JOIN `order` ON c.id = `order`.id;',
      })
      await chain.record()
      const tablesOf = (change: string, phase: string) => {
        const file = JSON.parse(statesOf(chain)[`r2/states/${server}/${change}.json`] ?? '') as {
          readonly migrations: Readonly<Record<string, { readonly footprint: readonly string[] }>>
        }
        return file.migrations[phase]?.footprint.filter((group) => group.startsWith('table:'))
      }
      expect(tablesOf('010-b', 'expand')).to.deep.equal(['table:item'])
      expect(tablesOf('010-b', 'migrate')).to.deep.equal(['table:item'])
      expect(tablesOf('020-c', 'migrate')).to.deep.equal(['table:comment', 'table:item', 'table:order'])
    })
  })
})
