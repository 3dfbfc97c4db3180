import { expect } from 'chai'
import { mariadbFileAnalyzer, mysqlFileAnalyzer } from '../../../src/dialects/mysql/text/files.ts'
import { tokenizeMysql } from '../../../src/dialects/mysql/text/lexer.ts'
import { mysqlStatementKindAt } from '../../../src/dialects/mysql/text/statements/phrase.ts'
import { findObjectNameOccurrences } from '../../../src/dialects/mysql/text/statements/places.ts'
import { rejected } from '../../support/caught.ts'
import { execute, onServers, serverUrl } from '../../support/servers.ts'

const ADMITTED: readonly string[] = [
  'CREATE TABLE x (`user` varchar(10), `role` int, `system` int, `event` int, `database` varchar(3))',
  "INSERT INTO `user` (`database`) VALUES ('drop database x')",
  "SELECT u.* FROM users u INNER JOIN roles AS r ON r.id = u.role_id WHERE u.name LIKE '%a.b%' ORDER BY r.name",
  'SELECT 1e5, 1.5e3, .5, 0x1F',
  'CREATE VIEW v AS SELECT DISTINCT a.id, (SELECT count(0) FROM b WHERE b.a_id = a.id) AS n FROM a',
  'UPDATE items,month SET items.price=month.price WHERE items.id=month.id',
  "SELECT TRIM(LEADING 'x' FROM a.b), SUBSTRING(a.c FROM 2) FROM a",
  "CREATE TABLE t (id int) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='see other.table'",
  'SET @OLD = @@GLOBAL.sql_mode',
  'SELECT a.b FROM a FORCE INDEX (x) WHERE a.b > 1',
  'CREATE TABLE t (a int, CONSTRAINT `x.y` CHECK (a > 0))',
  'CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; UPDATE t SET a = 1; COMMIT; END',
  'CREATE PROCEDURE p() BEGIN DECLARE kill_count INT; SET kill_count = 1; flush: LOOP LEAVE flush; END LOOP flush; END',
  'ALTER TABLE t CHANGE `reset` `stop` int, ADD INDEX `purge` (`stop`)',
  'SELECT t.a, u.b FROM t JOIN u ON t.a = u.b WHERE t.c = 1.5 AND EXTRACT(YEAR FROM t.d) > 3',
  'INSERT INTO t (a, b) VALUES (1, 2) AS new ON DUPLICATE KEY UPDATE t.a = new.a',
  'UPDATE t, u SET t.a = u.b WHERE t.id = u.id',
  'DELETE t FROM t JOIN u ON t.id = u.id',
  'DELETE t.* FROM t LEFT JOIN u USING (id) WHERE u.id IS NULL',
  'ALTER TABLE t ADD COLUMN event varchar(20), ADD view int, ADD CONSTRAINT c CHECK (t.a > 0), RENAME COLUMN a TO b',
  'CREATE DEFINER=`root`@`localhost` TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = NEW.b; IF NEW.c THEN INSERT INTO log (x) VALUES (OLD.a); END IF; END',
  '/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER tr AFTER UPDATE ON t FOR EACH ROW INSERT INTO audit (w) VALUES (NEW.id) */',
  'CREATE DEFINER=root@db.example.com PROCEDURE p(IN a INT) DETERMINISTIC SQL SECURITY INVOKER BEGIN DECLARE c CURSOR FOR SELECT x.id FROM x; DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1; OPEN c; read_loop: LOOP FETCH c INTO a; UPDATE x SET x.b = 1; END LOOP; CLOSE c; END',
  "SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'",
  '/*!40101 SET NAMES utf8mb4 */',
  'SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN',
  "SELECT @@global.max_connections, RELEASE_LOCK('mine')",
  "CREATE PROCEDURE p(a INT) BEGIN DO RELEASE_LOCK(CONCAT('pool_', a)); END",
  'SELECT table_name FROM information_schema.tables WHERE tables.table_schema = DATABASE()',
  'CREATE TABLE a LIKE b',
  "CREATE VIEW v AS select `t`.`id` AS `id` from (`t` join `u` on(`t`.`id` = `u`.`id`)) where `t`.`x` like 'a.b'",
  'CREATE TABLE x (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES y (id) ON DELETE CASCADE ON UPDATE SET NULL, `order` int, KEY k (p)) ENGINE=InnoDB',
  "GRANT SELECT ON t TO 'u'@'10.0.0.1'",
  'GRANT SELECT ON t TO u@db.example.com',
  'WITH c AS (SELECT 1 AS n) SELECT c.n FROM c',
  "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 02:00:00' ON COMPLETION PRESERVE DISABLE DO DELETE FROM audit WHERE audit.id < 0",
  'ALTER TABLE t RENAME TO u',
  'FLUSH TABLES a, b',
  'LOCK TABLES `a` WRITE, b READ',
  "SELECT JSON_EXTRACT(doc, '$.a.b') FROM t",
  'CREATE SEQUENCE s START WITH 1',
  'SELECT NEXTVAL(s)',
  'DO SLEEP(0.1)',
  'INSERT INTO t SELECT x.a FROM (SELECT a FROM u) x',
  'CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN (SELECT max(t.a) FROM t)',
  'SELECT STRAIGHT_JOIN t.a FROM t',
  'CREATE SPATIAL INDEX i ON t (g)',
  'CREATE UNIQUE INDEX i USING BTREE ON t (a)',
  '(SELECT 1)',
  "PREPARE s FROM 'ALTER TABLE t ADD x int'",
]

const REFUSED: readonly string[] = [
  'CREATE TABLE x AS TABLE other.t',
  'INSERT INTO t TABLE other.t',
  'WITH c AS (SELECT * FROM other.t) DELETE FROM t',
  "LOAD DATA INFILE 'x' INTO TABLE other.t",
  'DROP EVENT other.e',
  'ALTER EVENT e RENAME TO other.e',
  'LOCK TABLES x READ, other.t AS y WRITE',
  'CHECK TABLE a, other.b',
  'ALTER TABLE t RENAME = other.t',
  'DELETE FROM t WHERE id IN (SELECT id FROM other.t)',
  'UPDATE t SET a = (SELECT max(a) FROM `other` . `t`)',
  'SELECT * FROM (t, other.u)',
  'CREATE TABLE x (a int DEFAULT (other.f()))',
  'SET @a = other.f()',
  'CALL other . p()',
  'DROP TEMPORARY TABLE IF EXISTS other.t',
  'DELETE LOW_PRIORITY QUICK FROM other.t',
  'SELECT 1 UNION SELECT a FROM other.t',
  'TABLE other.t',
  'SELECT other.s.nextval',
  'DELETE a FROM other.t AS a',
  'RENAME TABLES a TO b, other.c TO d',
  "CHANGE MASTER TO MASTER_HOST='x'",
  'LOCK INSTANCE FOR BACKUP',
  "CREATE SPATIAL REFERENCE SYSTEM 5 NAME 'x' DEFINITION 'y'",
  'DELETE FROM interphase_migration',
  'DROP DATABASE IF EXISTS x',
  'ALTER TABLE other_db.customer DROP COLUMN name',
  'DELETE FROM other_db . /* c */ `customer`',
  'SELECT * FROM a, other_db.b other_db',
  "SELECT * INTO OUTFILE '/tmp/x' FROM t",
  'RENAME TABLE t TO other.t',
  'RENAME TABLE t TO u, v TO other.v',
  'ALTER TABLE t RENAME other.t',
  'CREATE TABLE x LIKE other.t',
  'CREATE TABLE x (LIKE other.t)',
  'CREATE VIEW v AS SELECT a FROM other.t',
  'CREATE VIEW v AS SELECT other.t.a FROM t',
  'CREATE TABLE x (a int, FOREIGN KEY (a) REFERENCES other.y (id))',
  'CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW INSERT INTO other.t VALUES (1)',
  'CREATE PROCEDURE p() DELETE FROM other.t',
  'CREATE PROCEDURE p() BEGIN DROP DATABASE x; END',
  'CREATE PROCEDURE p() DROP DATABASE x',
  'CREATE PROCEDURE other.p() SELECT 1',
  'CALL other.p()',
  'SELECT other.f(1)',
  '/*!50000 DROP DATABASE x */',
  '/*M! DROP DATABASE x */',
  'DROP /*!50000 DATABASE */ x',
  'SET GLOBAL max_connections = 1',
  'SET @@GLOBAL.x = 1',
  'SET @a = 1, @@persist.x = 2',
  'SET SQL_LOG_BIN=0',
  'SET @@SESSION.SQL_LOG_BIN= 0',
  'FLUSH TABLES',
  'FLUSH TABLES WITH READ LOCK',
  'FLUSH LOGS',
  'RESET MASTER',
  'RESET BINARY LOGS AND GTIDS',
  'KILL 3',
  'SHUTDOWN',
  "INSTALL PLUGIN x SONAME 'y'",
  "INSTALL COMPONENT 'file://x'",
  "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x')",
  "XA START 'a'",
  "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
  'CREATE USER u',
  'GRANT ALL ON *.* TO u',
  'GRANT SELECT ON other.* TO u',
  'GRANT SELECT ON other.t TO u',
  'GRANT r TO u',
  "CREATE TABLE t (a int) ENGINE=FEDERATED CONNECTION='mysql://x'",
  "EXECUTE IMMEDIATE 'DROP DATABASE x'",
  "PREPARE s FROM 'DELETE FROM other.t'",
  'SET STATEMENT max_statement_time=1 FOR DROP DATABASE x',
  'UPDATE t JOIN other.u ON t.a = u.a SET t.b = 1',
  'UPDATE t, other.u SET t.b = u.b',
  'DELETE other.t FROM other.t',
  'DELETE FROM t USING t JOIN other.u',
  'INSERT other.t VALUES (1)',
  'REPLACE INTO other.t VALUES (1)',
  'TRUNCATE other.t',
  'TRUNCATE TABLE other.t',
  'DROP TABLE a, other.b',
  'DROP VIEW IF EXISTS other.v',
  'DROP TRIGGER other.tr',
  'DROP PROCEDURE IF EXISTS other.p',
  'CREATE INDEX i ON other.t (a)',
  'LOCK TABLES other.t WRITE',
  'ALTER TABLE t EXCHANGE PARTITION p WITH TABLE other.t',
  'INSERT INTO t SELECT * FROM other.t',
  'SELECT RELEASE_ALL_LOCKS()',
  "SELECT RELEASE_LOCK(CONCAT('inter', 'phase'))",
  "SELECT RELEASE_LOCK(CONCAT('interphase:', a))",
  'SELECT RELEASE_LOCK(CONCAT(a, 1))',
  'FOO BAR',
  'USE x',
  'CREATE TABLE x (a int) UNION=(other.t)',
  'ALTER TABLE "other"."t" ADD a int',
  'SELECT NEXT VALUE FOR other.s',
  'SELECT SETVAL(other.s, 3)',
  'UPDATE mysql.user SET x = 1',
  'BEGIN NOT ATOMIC DROP DATABASE x; END',
  'IF 1 THEN DROP DATABASE x; END IF',
  'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DROP DATABASE x',
  'SET default_storage_engine = FEDERATED',
  "SET STATEMENT default_storage_engine = 'CONNECT' FOR CREATE TABLE x (a int)",
  'CREATE DEFINER=root@localhost EVENT other.e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
  'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES `other`.`t`(a)',
  'ANALYZE TABLE other.t',
  'HANDLER other.t OPEN',
  'ALTER DATABASE CHARACTER SET utf8mb4',
]

// Titles of the help that are not the beginning of a statement, and how that begins.
const BEGINS: Readonly<Record<string, string>> = {
  'BEGIN END': 'BEGIN',
  'CASE STATEMENT': 'CASE',
  'IF STATEMENT': 'IF',
  'REPEAT LOOP': 'REPEAT',
  'EXECUTE STATEMENT': 'EXECUTE',
  'HELP STATEMENT': 'HELP',
  'HELP COMMAND': 'HELP',
  'VALUES STATEMENT': 'VALUES',
  'LOAD DATA INFILE': 'LOAD DATA',
  'XA TRANSACTIONS': 'XA',
}
// Parts of statements, and what stands only in a routine.
const NO_STATEMENT =
  /^(?:LABELS|ITERATE|LEAVE|RETURN|CLOSE|FETCH|OPEN|FOREIGN KEY|CONSTRAINT|CREATE|EXCEPT|INTERSECT|MINUS|UNION|DUAL|JOIN|PARENTHESIZED .*|LOCK IN SHARE MODE|FOR UPDATE|LIMIT|ORDER BY|GROUP BY|PROCEDURE|IGNORE|READ (?:UN)?COMMITTED|SERIALIZABLE|REPEATABLE READ|SQL.*|DUALITY.*|MYSQL\\_JSON)$/
const CATEGORIES = [
  'Account Management',
  'Administration',
  'Administrative SQL Statements',
  'Components',
  'Compound Statements',
  'Data Definition',
  'Data Manipulation',
  'Plugins',
  'Prepared Statements',
  'Replication Statements',
  'Replication',
  'Sequences',
  'Table Maintenance',
  'Transactions',
  'Utility',
] as const

describe('the statements of MySQL and MariaDB', () => {
  for (const text of ADMITTED) {
    it(`admits ${text}`, () => script(text))
  }

  for (const text of REFUSED) {
    it(`refuses ${text}`, async () => {
      const { facts } = await rejected(script(text), 'statement.refused')
      expect(facts).to.include({ file: 'a.sql', line: 2 })
      expect(facts.because).to.match(/\.$/)
    })
  }

  it('admits accounts in a set-up file, and no databases', async () => {
    await mysqlFileAnalyzer.script(
      { file: 'a.sql', text: "CREATE USER u; GRANT ALL ON *.* TO u; SET PASSWORD FOR u = 'x';" },
      'auto',
      'setup',
    )
    await rejected(mysqlFileAnalyzer.script({ file: 'a.sql', text: 'DROP DATABASE x;' }, 'auto', 'setup'), 'statement.refused')
  })

  it("takes the database off the sequence of a default, as MariaDB's dumps have it", async () => {
    const text = 'CREATE TABLE t (`n` int(11) DEFAULT nextval(`old`.`s`), m int DEFAULT (NEXTVAL(old.s)), o int)'
    const { statements } = await mysqlFileAnalyzer.script({ file: 'a.sql', text }, 'auto')
    expect(statements.map((one) => one.text)).to.deep.equal([
      'CREATE TABLE t (`n` int(11) DEFAULT nextval(`s`), m int DEFAULT (NEXTVAL(s)), o int)',
    ])
    const more =
      'CREATE TABLE t (k int DEFAULT (nextval(`old`.`s`) + 1));\n/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50001 VIEW `v` AS select nextval(`old`.`s`) AS `n` */;'
    const read = (await mysqlFileAnalyzer.script({ file: 'a.sql', text: more }, 'auto')).statements
    expect(read.map((one) => one.text.includes('old'))).to.deep.equal([false, false])
    await rejected(script('SELECT NEXTVAL(old.s)'), 'statement.refused')
    await rejected(script('CREATE PROCEDURE p() SELECT NEXTVAL(old.s)'), 'statement.refused')
  })

  it('leaves a call that may be of a package of MariaDB to the session', async () => {
    for (const text of ['SELECT p.f()', 'CALL p.f(1)', 'CREATE PROCEDURE a() BEGIN CALL p.f(); SELECT p.g(1); END']) {
      await rejected(script(text), 'statement.refused')
      await mariadbFileAnalyzer.script({ file: 'a.sql', text: `DELIMITER $$\n${text}$$` }, 'auto')
    }
    const others = ['SELECT p.f() FROM p.t', 'SELECT a.p.f()', 'DROP FUNCTION p.f', 'SELECT p.x']
    for (const text of others) await rejected(mariadbFileAnalyzer.script({ file: 'a.sql', text }, 'auto'), 'statement.refused')
  })

  onServers(['mysql', 'mariadb'], (server) => {
    it('judges every statement of the help that the server brings', async () => {
      const categories = CATEGORIES.map((name) => `'${name}'`).join(', ')
      const topics = await execute(
        (await serverUrl(server)) ?? '',
        `SELECT t.name FROM mysql.help_topic t JOIN mysql.help_category c USING (help_category_id) WHERE c.name IN (${categories})`,
      )
      const titles = topics.map(({ name }) => String(name)).filter((name) => name === name.toUpperCase() && !NO_STATEMENT.test(name))
      expect(titles).to.include.members(['CREATE TABLE', 'DELETE'])
      expect(titles.filter((title) => !mysqlStatementKindAt(tokenizeMysql(BEGINS[title] ?? title)))).to.deep.equal([])
    })
  })

  const NAMED: readonly (readonly [text: string, places: string])[] = [
    ['DROP TABLE IF EXISTS a, b', 'changes table a, changes table b'],
    ['RENAME TABLE a TO b, c TO d', 'changes table a, makes table b, changes table c, makes table d'],
    ['CREATE OR REPLACE VIEW v AS SELECT a FROM t', 'makes table v, reads table t'],
    ['INSERT INTO t SELECT * FROM u', 'changes table t, reads table u'],
    ['CREATE TABLE IF NOT EXISTS x (a int, b int REFERENCES y (id), event int)', 'makes table x, reads table y'],
    ['ALTER TABLE IF EXISTS t ADD COLUMN a int, RENAME TO z', 'changes table t, makes table z'],
    ['CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1', 'makes trigger tr, changes table t'],
    ['DROP INDEX i ON t', 'changes table t'],
    ['CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS s; CALL q(); END', 'makes routine p, changes table s, reads routine q'],
    ['UPDATE t JOIN u SET t.a = 1', 'changes table t, changes table u'],
    ['DROP FUNCTION IF EXISTS f', 'changes routine f'],
    ['ALTER TABLE t RENAME COLUMN a TO b', 'changes table t'],
    ['CREATE TABLE x AS SELECT a, b FROM y, z', 'makes table x, reads table y, reads table z'],
  ]
  for (const [text, places] of NAMED) {
    it(`finds the names in ${text}`, () => {
      const found = findObjectNameOccurrences(text, tokenizeMysql(text)).map(({ use, kind, name }) => `${use} ${kind} ${name}`)
      expect(found.join(', ')).to.equal(places)
    })
  }
})

function script(text: string) {
  return mysqlFileAnalyzer.script({ file: 'a.sql', text: `DELIMITER $$\n${text}$$` }, 'auto')
}
