import { expect } from 'chai'
import { suggestKnownNames } from '../../src/project/patterns/recorded-table.ts'
import { renameColumnInExpression, renameColumnInQuery } from '../../src/project/patterns/rename-in-sql.ts'

const POSTGRES = { dialect: 'postgres', table: 'product', from: 'name', to: 'title' } as const
const MYSQL = { dialect: 'mysql', table: 'product', from: 'name', to: '`title`' } as const

describe('the new name of a column in an expression', () => {
  const CASES = [
    [POSTGRES, "(lower((name)::text) <> 'name'::text)", "(lower((title)::text) <> 'name'::text)"],
    [POSTGRES, 'name(id)', 'name(id)'],
    [POSTGRES, '(id)::name', '(id)::name'],
    [POSTGRES, '"name" COLLATE "C" DESC', 'title COLLATE "C" DESC'],
    [POSTGRES, '(firstname || "Name")', '(firstname || "Name")'],
    [MYSQL, "(lower(`name`) <> 'name')", "(lower(`title`) <> 'name')"],
    [MYSQL, "(`Name` <> 'it\\'s a `name`')", "(`title` <> 'it\\'s a `name`')"],
    [MYSQL, 'name(`id`)', 'name(`id`)'],
  ] as const
  for (const [column, before, after] of CASES)
    it(`turns ${before} into ${after} on ${column.dialect}`, () => {
      expect(renameColumnInExpression(column, before)).to.equal(after)
    })
})

describe('the new name of a column in the query of a view', () => {
  const CASES = [
    [POSTGRES, 'SELECT id,\n    name\n   FROM product;', 'SELECT id,\n    title\n   FROM product;'],
    [POSTGRES, 'SELECT id AS name FROM product WHERE name > 1', 'SELECT id AS name FROM product WHERE title > 1'],
    [
      POSTGRES,
      'SELECT p.name, m.name AS maker FROM (product p JOIN maker m ON ((m.id = p.maker)))',
      'SELECT p.title, m.name AS maker FROM (product p JOIN maker m ON ((m.id = p.maker)))',
    ],
    [POSTGRES, 'SELECT product.name, m.name FROM product, maker m', 'SELECT product.title, m.name FROM product, maker m'],
    [POSTGRES, 'SELECT name FROM shop.product', 'SELECT title FROM shop.product'],
    // The name of the column of the subquery would change, and the outer query needs it.
    [POSTGRES, 'SELECT s.name FROM ( SELECT product.name FROM product) s', undefined],
    // The text does not show whether the name is a column of the function or of the table.
    [POSTGRES, 'SELECT name FROM product p CROSS JOIN words(p.id)', undefined],
    [POSTGRES, 'SELECT m.name FROM maker m', undefined],
    [
      MYSQL,
      "select `p`.`name` AS `name`,`m`.`name` AS `m` from (`product` `p` join `maker` `m`) where `p`.`name` <> '`p`.`name`'",
      "select `p`.`title` AS `name`,`m`.`name` AS `m` from (`product` `p` join `maker` `m`) where `p`.`title` <> '`p`.`name`'",
    ],
    [
      MYSQL,
      'select `s`.`name` AS `name` from (select `product`.`name` AS `name` from `product`) `s`',
      'select `s`.`name` AS `name` from (select `product`.`title` AS `name` from `product`) `s`',
    ],
    [MYSQL, 'select `m`.`name` AS `name` from `maker` `m`', undefined],
  ] as const
  for (const [column, before, after] of CASES)
    it(`turns ${before} into ${after ?? 'a question'} on ${column.dialect}`, () => {
      expect(renameColumnInQuery(column, before)).to.equal(after)
    })
})

describe('similar names', () => {
  it('come first, and otherwise the first names', () => {
    expect(suggestKnownNames('nmae', ['id', 'name', 'names', 'price'])).to.deep.equal(['name'])
    expect(suggestKnownNames('zip', ['zip_code', 'id'])).to.deep.equal(['id', 'zip_code'])
    expect(suggestKnownNames('quantity', ['b', 'a'])).to.deep.equal(['a', 'b'])
  })
})
