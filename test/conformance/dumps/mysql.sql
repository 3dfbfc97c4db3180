CREATE TABLE plan (id int NOT NULL AUTO_INCREMENT, label varchar(30) NOT NULL COMMENT 'it''s; "odd" \\ -- /* marks */', PRIMARY KEY (id)) COMMENT = 'plans; all kinds';
CREATE TABLE `order` (
  `key` int NOT NULL AUTO_INCREMENT,
  `select` varchar(20) DEFAULT 'x;y',
  `group` set('a','b;c','it''s') DEFAULT NULL,
  `desc` enum('new','old') NOT NULL DEFAULT 'new',
  flags bit(4) NOT NULL DEFAULT b'0101',
  amount decimal(12,4) NOT NULL DEFAULT 0.0000,
  made timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  exact datetime(6) DEFAULT NULL,
  bin varbinary(16) DEFAULT NULL,
  txt mediumtext,
  plan int,
  PRIMARY KEY (`key`),
  KEY `index` (`select`,`desc`),
  KEY pfx (txt(20)),
  CONSTRAINT order_plan FOREIGN KEY (plan) REFERENCES plan (id) ON DELETE CASCADE
) AUTO_INCREMENT = 5001;
CREATE TABLE gen (a int NOT NULL, b int NOT NULL, s int GENERATED ALWAYS AS (a + b) STORED, v int GENERATED ALWAYS AS (a * b) VIRTUAL, doc json, PRIMARY KEY (a), KEY gen_v (v), CONSTRAINT gen_pos CHECK (b > 0));
CREATE TABLE zero (id int NOT NULL AUTO_INCREMENT, at timestamp NULL, PRIMARY KEY (id));
CREATE TABLE part (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (year(at)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION pm VALUES LESS THAN MAXVALUE);
CREATE TABLE old (id int NOT NULL, name varchar(20) CHARACTER SET latin1 NOT NULL, bn varchar(20) COLLATE utf8mb4_bin DEFAULT NULL, PRIMARY KEY (id));
CREATE TABLE isam (id int NOT NULL, w varchar(20), PRIMARY KEY (id), KEY w (w)) ENGINE = MyISAM;
CREATE TABLE tree (id int NOT NULL, up int, PRIMARY KEY (id), CONSTRAINT tree_up FOREIGN KEY (up) REFERENCES tree (id));
CREATE TABLE audit (id int NOT NULL AUTO_INCREMENT, what varchar(40), PRIMARY KEY (id));
CREATE TABLE aaa (id int NOT NULL, z int, PRIMARY KEY (id), CONSTRAINT aaa_z FOREIGN KEY (z) REFERENCES tree (id));
INSERT INTO plan (label) VALUES ('one; ''two''\n'), ('ünï');
INSERT INTO `order` (`select`, made, bin, txt, plan) VALUES (NULL, '2024-01-01 00:00:00', x'001a27c3a9', 'a\\b\tc', 1), ('2', '2024-01-02 00:00:00', NULL, REPEAT('long ', 2000), 2);
INSERT INTO gen (a, b, doc) VALUES (1, 2, '{"k": [1, "x"]}');
SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO');
INSERT INTO zero VALUES (0, '2024-01-01 12:00:00'), (3, NULL);
INSERT INTO part VALUES (1, '2019-01-01'), (2, '2024-01-01');
INSERT INTO old VALUES (1, 'é', 'É');
INSERT INTO isam VALUES (1, 'x');
SET foreign_key_checks = 0;
INSERT INTO aaa VALUES (1, 2);
INSERT INTO tree VALUES (2, 1), (1, NULL);
SET foreign_key_checks = 1;
DELIMITER ;;
CREATE TRIGGER plan_one AFTER INSERT ON plan FOR EACH ROW INSERT INTO audit (what) VALUES (concat('one; ', NEW.label));;
CREATE TRIGGER plan_two AFTER INSERT ON plan FOR EACH ROW BEGIN IF NEW.id > 5 THEN INSERT INTO audit (what) VALUES ('two'); END IF; END;;
CREATE FUNCTION label_of(p int) RETURNS varchar(30) READS SQL DATA BEGIN DECLARE l varchar(30); SELECT label INTO l FROM plan WHERE id = p; RETURN l; END;;
CREATE PROCEDURE tidy(IN d int, OUT n int) MODIFIES SQL DATA BEGIN DELETE FROM audit WHERE id < d; SET n = ROW_COUNT(); END;;
DELIMITER ;
CREATE VIEW v_b AS SELECT o.`key`, label_of(o.plan) AS l FROM `order` o;
CREATE VIEW v_a AS SELECT b.l, a.id FROM v_b b JOIN audit a ON a.id = b.`key` WHERE a.what LIKE 'one%';
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 02:00:00' DISABLE DO DELETE FROM audit WHERE id < 0;
