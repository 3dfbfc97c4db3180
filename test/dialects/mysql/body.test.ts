import { expect } from 'chai'
import { normalizeMysqlRoutineBody } from '../../../src/dialects/mysql/catalog/body.ts'
import { objectsOfState } from '../../../src/schema/state.ts'
import { onBoth } from './support.ts'

describe('MySQL and MariaDB: the body of a trigger, a routine or an event', () => {
  it('is its text without comments, with one space where white space or a comment was', () => {
    const cases = [
      ['BEGIN\n  -- one\n  SET NEW.a = 1;# two\r\nEND -- last', 'BEGIN SET NEW.a = 1; END'],
      ['SET @a/* x */= 2/*y*/+/*\n*/1', 'SET @a = 2 + 1'],
      ['SELECT 1--1, 2 --\t3\n', 'SELECT 1--1, 2'],
      [
        "SELECT 'a -- b', \"it's # c  d\", `e /* f`, 'g\\'  h', 'i'' -- j'",
        "SELECT 'a -- b', \"it's # c  d\", `e /* f`, 'g\\'  h', 'i'' -- j'",
      ],
      ["-- isn't\nSELECT 1 /* won't */", 'SELECT 1'],
      ['INSERT INTO `shop`.`a` VALUES (1)', 'INSERT INTO `a` VALUES (1)'],
    ] as const
    for (const [text, plain] of cases) expect(normalizeMysqlRoutineBody(text, 'shop'), text).to.equal(plain)
  })

  it('is cut by the rules of the sql_mode under which it was created', () => {
    const cases = [
      ["SET NEW.a = 'x\\'; -- isn't\nSET @b = 1", "SET NEW.a = 'x\\'; SET @b = 1"],
      ["SELECT '\\\\',  ', ' /* c */ FROM `shop`.`t`", "SELECT '\\\\', ', ' FROM `t`"],
    ] as const
    for (const [text, plain] of cases)
      expect(normalizeMysqlRoutineBody(text, 'shop', 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'), text).to.equal(plain)
  })

  onBoth((_server, { dialect, database, open }) => {
    it('is the same with and without comments where a backslash ends a string', async () => {
      const making = (comment: string) => [
        'CREATE TABLE t (id int PRIMARY KEY, a varchar(9))',
        "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
        `CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 'x\\'; ${comment} SET NEW.id = 1; END`,
        `CREATE PROCEDURE p() BEGIN SELECT 'x\\'; ${comment} SELECT 1; END`,
        `CREATE FUNCTION f() RETURNS varchar(9) CHARSET latin1 DETERMINISTIC BEGIN SET @a = 'x\\'; ${comment} RETURN 'y\\'; END`,
        `CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO BEGIN SET @a = 'x\\'; ${comment} SET @b = 1; END`,
      ]
      const read = async (comment: string) =>
        JSON.stringify([...objectsOfState((await dialect.catalog.read(await open(await database(...making(comment))), 'whole')).state)])
      expect(await read("-- isn't ' it\n")).to.equal(await read(''))
    })
  })
})
