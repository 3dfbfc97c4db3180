import { expect } from 'chai'
import { restoreBackslashes } from '../../../src/dialects/mysql/text/backslash.ts'
import { mysqlFileAnalyzer } from '../../../src/dialects/mysql/text/files.ts'
import { splitMysqlFileIntoScript, splitMysqlStatements } from '../../../src/dialects/mysql/text/split.ts'
import { caught } from '../../support/caught.ts'

const of = (text: string) => splitMysqlStatements({ file: 'a.sql', text })
const texts = (text: string) => of(text).map((statement) => statement.text)

describe('splitting for MySQL and MariaDB', () => {
  it('cuts at semicolons outside of quotes and comments', () => {
    const sql = `INSERT INTO t VALUES ('a;b', "c;d", 'e\\';f', 'g'';h'); -- one; two\nSELECT \`x;y\` /* ; */ FROM t # ;\n;\nSELECT 3`
    expect(texts(sql)).to.deep.equal([`INSERT INTO t VALUES ('a;b', "c;d", 'e\\';f', 'g'';h')`, 'SELECT `x;y` /* ; */ FROM t', 'SELECT 3'])
  })

  it('tells the line of the first word', () => {
    expect(of('-- why\n\n/* more\n */ SELECT 1;\n\n\nSELECT 2;').map(({ line }) => line)).to.deep.equal([4, 7])
  })

  it('follows DELIMITER', () => {
    const sql = `delimiter //\nCREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = '//'; END//\nDELIMITER ;\nSELECT 1;\nDELIMITER $$\nSELECT 2$$\nSELECT a FROM t$$`
    expect(texts(sql)).to.deep.equal([
      `CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = '//'; END`,
      'SELECT 1',
      'SELECT 2',
      'SELECT a FROM t',
    ])
  })

  it('reads DELIMITER in any case, with spaces and CR behind it', () => {
    expect(texts('\n  Delimiter  //  \r\nSELECT 1//  \r\ndelimiter ; \r\nSELECT 2;\r\n')).to.deep.equal(['SELECT 1', 'SELECT 2'])
  })

  it('cuts several statements before a delimiter, and no body', () => {
    const body =
      'CREATE PROCEDURE p()\nBEGIN\n  IF 1 THEN SELECT CASE 1 WHEN 1 THEN 2 END; END IF;\n  BEGIN DROP TABLE IF EXISTS a; END;\n  CREATE TABLE a (b int);\nEND'
    const read = of(
      `DELIMITER $$\n\nDROP PROCEDURE IF EXISTS p;\n${body};\nDROP TABLE q;\n${body}\n$$\nSELECT 1; SELECT ';';$$\nDELIMITER ;\nSELECT 3;`,
    )
    expect(read.map(({ text }) => text)).to.deep.equal([
      'DROP PROCEDURE IF EXISTS p',
      body,
      'DROP TABLE q',
      body,
      'SELECT 1',
      "SELECT ';';",
      'SELECT 3',
    ])
    expect(read.map(({ line }) => line)).to.deep.equal([3, 4, 10, 11, 18, 18, 20])
    for (const whole of [
      'CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW IF NEW.a THEN BEGIN END; SET NEW.b = 1; END IF;',
      'CREATE PROCEDURE p() WHILE true DO BEGIN END; SELECT 1; END WHILE;',
      'CREATE PACKAGE BODY p AS PROCEDURE a() AS BEGIN SELECT 1; END; PROCEDURE b() AS BEGIN END; END;',
      'CREATE PROCEDURE p() AS a INT; BEGIN SELECT 1; END;',
      'BEGIN NOT ATOMIC BEGIN SELECT 1; END; SELECT 2; END;',
      'DECLARE a INT; BEGIN SELECT 1; END;',
      'IF EXISTS (SELECT 1 FROM t) THEN DROP VIEW v; END IF;',
      'FOR r IN (SELECT id FROM t) DO DELETE FROM u; END FOR;',
      'WHILE @a < 3 DO SET @a = @a + 1; END WHILE;',
      'again: LOOP SET @a = 1; LEAVE again; END LOOP;',
      '/*!50003 CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = 2; END */;',
    ])
      expect(texts(`DELIMITER //\n${whole}//`), whole).to.have.length(1)
  })

  it('removes a backslash at the end of a line, and ends a statement at \\g and \\G', () => {
    const text = "SELECT 1 = \\\n  (SELECT 'a\\\nb'),\n  2 \\\r\n;\nSELECT \\N\\g SELECT 3\\G\nSELECT 4 \\"
    expect(texts(text)).to.deep.equal(["SELECT 1 = \n  (SELECT 'a\\\nb'),\n  2", 'SELECT \\N', 'SELECT 3', 'SELECT 4'])
    expect(of(text).map(({ line }) => line)).to.deep.equal([1, 6, 6, 7])
  })

  it('splits a file with tens of thousands of statements in seconds', function () {
    this.timeout(30_000)
    const text = `INSERT INTO t VALUES ('${'x'.repeat(250)}');\n`.repeat(40_000)
    expect(of(text)).to.have.length(40_000)
  })

  it('names a command of the client', () => {
    for (const command of ['\\. other.sql', '\\u other', '\\! ls']) {
      const { facts } = caught(() => of(`SELECT 1;\n${command}\n`), 'sql.syntax')
      expect(facts, command).to.deep.include({ line: 2, column: 1 })
      expect(facts.message, command).to.include('a command of the client mysql')
    }
    const { facts } = caught(
      () => splitMysqlFileIntoScript({ file: 'a.sql', text: 'source other.sql\nSELECT 1;' }, 'auto'),
      'statement.refused',
    )
    expect(facts.because).to.include('Replace the line by the statements of that file')
  })

  it('names DELIMITER where a ; cuts a body, and only there', () => {
    const at = 'FOR EACH ROW'
    for (const cut of [
      `CREATE TRIGGER a BEFORE INSERT ON t ${at} BEGIN SET NEW.a = 1; SET NEW.b = 2; END;`,
      `CREATE TRIGGER a BEFORE INSERT ON t ${at} /* why; */ BEGIN\n  SET NEW.a = CASE WHEN 1 THEN 2 END; END;`,
      `CREATE TRIGGER a BEFORE INSERT ON t ${at} IF NEW.a IS NULL THEN SET NEW.a = 1; END IF;`,
      'CREATE PROCEDURE p()\nBEGIN\n  DECLARE n int;\n  SELECT 1;\nEND;',
      'CREATE DEFINER=`a`@`%` PROCEDURE p() x: BEGIN SELECT IF(1, 2, 3); END x;',
      'CREATE PROCEDURE p() CASE 1 WHEN 1 THEN SELECT 1; END CASE;',
      'CREATE PROCEDURE p() WHILE true DO SELECT 1; END WHILE;',
      'CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF; END;',
      'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; END;',
      'BEGIN NOT ATOMIC SELECT 1; END;',
    ]) {
      const { facts } = caught(() => of(`SELECT 0;\n${cut}`), 'sql.syntax')
      expect(facts.message, cut).to.include('this ; ends the statement of line 2 inside its body; write DELIMITER //')
    }
    for (const whole of [
      `CREATE TRIGGER a BEFORE INSERT ON t ${at} SET NEW.a = CASE WHEN NEW.begin THEN 2 END;`,
      `CREATE TRIGGER a BEFORE INSERT ON t ${at} SET NEW.a = REPEAT('a', 2);`,
      'CREATE FUNCTION f(n int) RETURNS int DETERMINISTIC RETURN CASE n WHEN 1 THEN 2 ELSE 3 END;',
      'CREATE PROCEDURE p() BEGIN END;',
      'CREATE PROCEDURE p() UPDATE t SET a = CASE WHEN b THEN 1 END WHERE c;',
      'CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS now() ENDS now() + INTERVAL 1 DAY DO DELETE FROM t;',
      'CREATE TABLE a (`begin` int, `case` int);',
    ])
      expect(texts(whole), whole).to.have.length(1)
  })

  it('knows where double quotes are around names, also after a dump has restored a mode', () => {
    const text = `/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ANSI' */;
SELECT "a";
/*!50003 SET @saved_sql_mode = @@sql_mode */;
SET SESSION sql_mode := 'STRICT_TRANS_TABLES';
SELECT "b";
/*!50003 SET sql_mode = @saved_sql_mode */;
SELECT "c";
SET sql_mode = concat(@@sql_mode, ',STRICT_TRANS_TABLES'), @other = 'ANSI';
SELECT "d";
SET SQL_MODE=@OLD_SQL_MODE;
SELECT "e";`
    const read = splitMysqlFileIntoScript({ file: 'a.sql', text }, 'auto').statements.map((statement) => statement.text)
    expect(read.filter((one) => one.startsWith('SELECT'))).to.deep.equal([
      'SELECT `a`',
      'SELECT "b"',
      'SELECT `c`',
      'SELECT `d`',
      'SELECT "e"',
    ])
  })

  it('reads a backslash as a character under NO_BACKSLASH_ESCAPES, and sends it unchanged', () => {
    const text = `SELECT 'a\\'; b';
/*!50003 SET @saved_sql_mode = @@sql_mode */;
/*!50003 SET sql_mode = 'STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES' */;
SELECT 'c\\'; SELECT 'd\\';
/*!50003 SET sql_mode = @saved_sql_mode */;
SELECT 'e\\'; f';`
    const { statements } = splitMysqlFileIntoScript({ file: 'a.sql', text }, 'auto')
    const read = statements.map((statement) => restoreBackslashes(statement.text))
    expect(
      statements.map(({ text: one, written = one }) => written),
      'as people read them',
    ).to.deep.equal(read)
    expect(read.filter((one) => one.startsWith('SELECT'))).to.deep.equal([
      "SELECT 'a\\'; b'",
      "SELECT 'c\\'",
      "SELECT 'd\\'",
      "SELECT 'e\\'; f'",
    ])
  })

  it('reads a file of comments as nothing to do, and keeps executable comments', () => {
    expect(of('-- nothing\n# here\n/* at all */\n;\n')).to.deep.equal([])
    expect(texts('/*!40101 SET NAMES utf8 */;\n/*M!100100 SELECT 1 */;')).to.deep.equal([
      '/*!40101 SET NAMES utf8 */',
      '/*M!100100 SELECT 1 */',
    ])
    expect(texts('/*M!999999\\- enable the sandbox mode */\nSELECT 1;')).to.deep.equal(['SELECT 1'])
  })

  it('takes -- for a comment only before white space', () => {
    expect(texts('SELECT 5--3;\nSELECT 1 --\n;')).to.deep.equal(['SELECT 5--3', 'SELECT 1'])
  })

  it('draws the place of a quote that never ends', () => {
    const { facts } = caught(() => of("SELECT 1;\n  SELECT 'a"), 'sql.syntax')
    expect(facts).to.deep.include({ file: 'a.sql', line: 2, column: 10, excerpt: "  SELECT 'a\n         ^" })
    expect(caught(() => of('SELECT 1 /* a'), 'sql.syntax').facts.line).to.equal(1)
  })

  it('refuses a delimiter inside a comment, which a dump has behind a routine that ends with one', () => {
    const dump = (end: string) =>
      `DELIMITER ;;\nCREATE FUNCTION f() RETURNS int DETERMINISTIC\nRETURN 1 ${end}\nDELIMITER ;\nDELIMITER ;;\nCREATE FUNCTION g() RETURNS int DETERMINISTIC RETURN 2 ;;\nDELIMITER ;\nSELECT 1;`
    for (const end of ['-- the end ;;', '# the end ;;', '-- the end ;;  ']) {
      const { facts } = caught(() => of(dump(end)), 'sql.syntax')
      expect(facts, end).to.deep.include({ line: 3, column: 10 })
      expect(facts.message, end).to.include('on a line of its own')
      expect(of(dump(end.replace(/ ;; *$/, '\n;;'))), end).to.have.length(3)
    }
    expect(caught(() => of('DELIMITER ;;\nCREATE FUNCTION f() RETURNS int RETURN 1 -- the end ;;'), 'sql.syntax').facts.line).to.equal(2)
    expect(texts('DELIMITER //\nBEGIN -- see http://\nSELECT 1; -- and this //\nEND//\nDELIMITER ;\nSELECT 2;')).to.have.length(2)
  })

  const MANNERS: readonly (readonly [string, string, boolean])[] = [
    ['SELECT 1', 'atomic', false],
    ['(SELECT 1) UNION (SELECT 2)', 'atomic', false],
    ['WITH a AS (SELECT 1) SELECT * FROM a', 'atomic', false],
    ['CALL fill()', 'atomic', false],
    ['SET @a = 1', 'atomic', false],
    ["LOAD DATA INFILE 'x' INTO TABLE t", 'atomic', false],
    ['CREATE TEMPORARY TABLE t (a int)', 'atomic', false],
    ['CREATE OR REPLACE TEMPORARY TABLE t (a int)', 'atomic', false],
    ['CREATE TABLE t (a int)', 'bare', false],
    ['/*!50001 CREATE VIEW v AS SELECT 1 */', 'bare', false],
    ['ALTER TABLE t ADD b int', 'bare', false],
    ['TRUNCATE t', 'bare', false],
    ['EXECUTE s', 'bare', false],
    ['ANALYZE TABLE t', 'bare', true],
    ['GRANT SELECT ON t TO a', 'bare', true],
    ['START TRANSACTION', 'control', false],
    ['BEGIN', 'control', false],
    ['COMMIT', 'control', false],
    ['ROLLBACK TO SAVEPOINT a', 'control', false],
    ['XA START "a"', 'control', false],
    ['SET autocommit = 0', 'control', false],
    ['SET @@session.autocommit = 0', 'control', false],
    ['SET @a = 1, SESSION autocommit = 0', 'control', false],
  ]
  for (const [text, manner, repeatable] of MANNERS) {
    it(`${text} is ${manner}`, () => {
      expect(of(text)).to.deep.equal([{ text, line: 1, manner, repeatable, waitsWithoutTimeout: false }])
    })
  }

  it('runs a file together only if all its statements are atomic and it does not turn the transaction off', async () => {
    const path = async (text: string, transaction: 'auto' | 'off') =>
      (await mysqlFileAnalyzer.script({ file: 'a.sql', text }, transaction)).path
    expect(await path('UPDATE t SET a = 1; DELETE FROM t', 'auto')).to.equal('together')
    expect(await path('UPDATE t SET a = 1; DELETE FROM t', 'off')).to.equal('stepwise')
    expect(await path('UPDATE t SET a = 1; ALTER TABLE t ADD b int', 'auto')).to.equal('stepwise')
    expect(await path('-- nothing', 'auto')).to.equal('together')
  })

  describe('transactions of a file', () => {
    const read = (text: string) => {
      const { statements, path } = splitMysqlFileIntoScript({ file: 'a.sql', text }, 'auto')
      return [path, ...statements.map(({ text: statement }) => statement)]
    }

    it('are left out as a pair, and the engine has its own', () => {
      expect(read('START TRANSACTION; UPDATE a SET n = 1; COMMIT;')).to.deep.equal(['together', 'UPDATE a SET n = 1'])
      expect(read('SET AUTOCOMMIT = 0; START TRANSACTION; DO 1; COMMIT WORK; SET autocommit=1;')).to.deep.equal(['together', 'DO 1'])
      expect(read('SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0; DO 1; COMMIT; SET AUTOCOMMIT=@OLD_AUTOCOMMIT')).to.deep.equal([
        'together',
        'DO 1',
      ])
      expect(read('BEGIN; CREATE TABLE a (id int); /*!40101 COMMIT */;')).to.deep.equal(['stepwise', 'CREATE TABLE a (id int)'])
    })

    it('are several where a file commits several times', () => {
      expect(read('set autocommit=0; DO 1; commit; set autocommit=0; DO 2; commit;')).to.deep.equal(['stepwise', 'DO 1', 'DO 2'])
      expect(read('BEGIN; DO 1; COMMIT; BEGIN; DO 2; COMMIT;')).to.deep.equal(['stepwise', 'DO 1', 'DO 2'])
    })

    for (const text of [
      'DO 1; COMMIT;',
      'START TRANSACTION; DO 1;',
      'SET autocommit = 0; DO 1;',
      'START TRANSACTION; DO 1; ROLLBACK;',
      'BEGIN; BEGIN; DO 1; COMMIT;',
      'BEGIN; SAVEPOINT a; COMMIT;',
      'START TRANSACTION READ ONLY; DO 1; COMMIT;',
      'SET autocommit = 0, sql_mode = 0; DO 1; COMMIT;',
    ]) {
      it(`stay where they are no pairs: ${text}`, () => expect(read(text)).to.have.length(text.split(';').length))
    }
  })

  describe('statements under LOCK TABLES', () => {
    const read = (text: string) => splitMysqlFileIntoScript({ file: 'a.sql', text }, 'auto').statements

    it('are one statement with the lines of the file', () => {
      const dump =
        'DO 1;\nLOCK TABLES `a` WRITE;\n\n/*!40000 ALTER TABLE `a` DISABLE KEYS */;\nset autocommit=0;\nINSERT INTO a VALUES (\n1);\nUNLOCK TABLES;\ncommit;\nDO 2;'
      expect(read(dump).map(({ text, line, isCombined }) => [line, isCombined, text])).to.deep.equal([
        [1, undefined, 'DO 1'],
        [2, true, 'LOCK TABLES `a` WRITE;\n\n/*!40000 ALTER TABLE `a` DISABLE KEYS */;\n\nINSERT INTO a VALUES (\n1);\nUNLOCK TABLES'],
        [10, undefined, 'DO 2'],
      ])
    })

    it('go on to the end of the file where they have no UNLOCK TABLES', () => {
      expect(read('LOCK TABLE a READ; DO 1; DO 2').map(({ text }) => text)).to.deep.equal(['LOCK TABLE a READ; DO 1; DO 2'])
      expect(read('LOCK TABLES a READ').map(({ isCombined }) => isCombined)).to.deep.equal([undefined])
    })

    it('do not hold a body of several statements', () => {
      const error = caught(
        () =>
          read(
            'LOCK TABLES a WRITE;\nDELIMITER $$\nCREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN DO 1; END$$\nDELIMITER ;\nUNLOCK TABLES;',
          ),
        'sql.syntax',
      )
      expect(error.facts.line).to.equal(3)
      expect(read("LOCK TABLES a WRITE; INSERT INTO a VALUES ('CREATE TRIGGER; BEGIN'); UNLOCK TABLES")).to.have.length(1)
    })
  })
})
