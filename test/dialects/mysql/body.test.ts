import { expect } from 'chai'
import { plainBody } from '../../../src/dialects/mysql/catalog/body.ts'

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
    for (const [text, plain] of cases) expect(plainBody(text, 'shop'), text).to.equal(plain)
  })
})
