import { expect } from 'chai'
import { tokenizeMysql } from '../../../src/dialects/mysql/text/lexer.ts'
import { setsOnlyMysqlSessionVariables } from '../../../src/dialects/mysql/text/session-use.ts'

const ONLY_SESSION = [
  'SET NAMES utf8mb4',
  "SET SESSION sql_mode = 'ANSI_QUOTES'",
  '/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE = "NO_AUTO_VALUE_ON_ZERO" */',
  '/*!50003 SET character_set_client = @saved_cs_client */',
  "/*!40103 SET TIME_ZONE='+00:00' */",
  'SET foreign_key_checks = 0',
  'SET @base := 100',
  '/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */',
]

const MORE = [
  'SET @n = (SELECT count(*) FROM item)',
  'SET @n = next_number()',
  'SET STATEMENT max_statement_time = 1 FOR UPDATE item SET n = 1',
  'SET GLOBAL max_connections = 5',
  'SET @@global.max_connections = 5',
  'SET PERSIST max_connections = 5',
  "SET PASSWORD = 'x'",
  'SET ROLE admin',
  'SET DEFAULT ROLE admin TO anna',
  'SET @id = LAST_INSERT_ID()',
  'SET @at = @@timestamp',
  'UPDATE item SET n = 1',
  'CREATE TRIGGER t BEFORE INSERT ON item FOR EACH ROW SET NEW.n = 1',
]

describe('a SET of MySQL and MariaDB', () => {
  it('is not observed if it only gives session variables fixed values', () => {
    expect(ONLY_SESSION.filter((text) => !setsOnlyMysqlSessionVariables(tokenizeMysql(text)))).to.deep.equal([])
    expect(MORE.filter((text) => setsOnlyMysqlSessionVariables(tokenizeMysql(text)))).to.deep.equal([])
  })
})
