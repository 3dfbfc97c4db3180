/** One of every kind of object, in statements that both servers take, and what only one of them has. */
export const EVERYTHING: readonly string[] = [
  `CREATE TABLE parent (id int unsigned NOT NULL AUTO_INCREMENT, code varchar(20) CHARACTER SET utf8mb3 NOT NULL, big bigint(20) DEFAULT 5,
    PRIMARY KEY (id), UNIQUE KEY code_u (code)) AUTO_INCREMENT = 100 COMMENT = 'it''s; a ` +
    '`parent`' +
    `'`,
  `CREATE TABLE child (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, parent_id int unsigned, p2 int unsigned, p3 int unsigned,
    flag tinyint(1) NOT NULL DEFAULT 0, t3 tinyint(3) DEFAULT NULL, z int(5) zerofill DEFAULT 7, s varchar(30) NOT NULL DEFAULT 'it''s',
    e enum('a','b''c') DEFAULT 'a', d decimal(10,2) DEFAULT 1.50, ts timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
    dt datetime DEFAULT now(), js json, bl blob, tx text, bn binary(3) DEFAULT 'ab', bt bit(3) DEFAULT b'101', u varchar(36) DEFAULT (uuid()),
    g1 int GENERATED ALWAYS AS (p3 + 1) VIRTUAL, g2 varchar(50) GENERATED ALWAYS AS (concat(s, 'x')) STORED COMMENT 'gen',
    nm varchar(9) CHARACTER SET latin1 COLLATE latin1_bin, inv int INVISIBLE,
    CONSTRAINT c_pos CHECK (z > 0 AND s <> 'q''z'), CHECK (p2 <> p3),
    CONSTRAINT fk1 FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE,
    FOREIGN KEY (p2) REFERENCES parent (id) ON DELETE RESTRICT,
    KEY p3_i (p3), CONSTRAINT fk3 FOREIGN KEY (p3) REFERENCES parent (id),
    KEY s_pre (s(5), id DESC), FULLTEXT KEY ft (tx))`,
  'CREATE TABLE geo (id int PRIMARY KEY, g point NOT NULL, SPATIAL KEY sg (g))',
  'CREATE TABLE `odd name; -- ``x``` (`a b` int, `sel``ect` int, KEY `k y` (`a b`), CHECK (`a b` > 0))',
  'CREATE TABLE isam (id int) ENGINE = MyISAM COLLATE latin1_bin',
  'CREATE TABLE zoned (id int) ENGINE = MyISAM COLLATE latin1_bin',
  'CREATE TABLE merged (id int) ENGINE = MRG_MyISAM COLLATE latin1_bin UNION = (zoned, isam) INSERT_METHOD = LAST',
  `CREATE TABLE part (id int PRIMARY KEY, v int) PARTITION BY RANGE (id)
    (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
  'CREATE TABLE interphase_migration (id int PRIMARY KEY)',
  "CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC COMMENT 'x2' RETURN a * 2",
  'CREATE PROCEDURE fill(IN a varchar(20)) MODIFIES SQL DATA BEGIN INSERT INTO parent (code) VALUES (a); END',
  'CREATE PROCEDURE twice() SELECT 2',
  'CREATE VIEW a_later AS SELECT 1 AS one',
  "CREATE VIEW recent AS SELECT c.id, p.code, twice(c.flag) AS f FROM child c JOIN parent p ON p.id = c.parent_id WHERE c.s <> 'a`b'",
  'CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW a_first AS SELECT id, code FROM recent WHERE id > 3 WITH LOCAL CHECK OPTION',
  "CREATE TRIGGER tr1 BEFORE INSERT ON child FOR EACH ROW BEGIN SET NEW.s = concat(NEW.s, 'a'); END",
  'CREATE TRIGGER tr0 BEFORE INSERT ON child FOR EACH ROW PRECEDES tr1 SET NEW.z = 4',
  "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM parent WHERE code = 'x'",
  "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'",
  'CREATE TRIGGER tr2 BEFORE UPDATE ON isam FOR EACH ROW BEGIN SET @a = NEW."id" || 1; SET @b = 1; END',
  `CREATE FUNCTION "joined"(a varchar(9)) RETURNS varchar(20) DETERMINISTIC RETURN a || '"'`,
  "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
  "CREATE PROCEDURE plain() BEGIN SELECT '\\'; SELECT 1; END",
  'SET sql_mode = DEFAULT',
]

export const ONLY: { readonly mysql: readonly string[]; readonly mariadb: readonly string[] } = {
  mysql: ['ALTER TABLE child ADD INDEX ix ((upper(s))), ADD INDEX inx (t3) INVISIBLE, ADD CONSTRAINT lax CHECK (t3 < 100) NOT ENFORCED'],
  mariadb: [
    'ALTER TABLE child ADD INDEX inx (t3) IGNORED',
    'CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 2',
    'CREATE TABLE versioned (id int DEFAULT nextval(numbers), k int DEFAULT (nextval(numbers) + 1)) WITH SYSTEM VERSIONING',
    "SET sql_mode = 'ORACLE'",
    'CREATE PACKAGE stock AS FUNCTION least RETURN int; PROCEDURE refill (a IN OUT int); END',
    `CREATE PACKAGE BODY stock AS least_of_all int := 5;
      FUNCTION least RETURN int AS BEGIN RETURN least_of_all; END;
      PROCEDURE refill (a IN OUT int) AS BEGIN a := a + 1; END;
    END`,
    `CREATE PROCEDURE oracle_like (a IN varchar2(20), b OUT int) AS c int := 1;
      BEGIN FOR i IN 1..3 LOOP c := c + i; END LOOP; b := length('it''s; ' || a) + c; EXCEPTION WHEN NO_DATA_FOUND THEN b := 0; END`,
    'SET sql_mode = DEFAULT',
    'CREATE PROCEDURE of_package() BEGIN CALL stock.refill(@a); SELECT stock.least(); END',
  ],
}
