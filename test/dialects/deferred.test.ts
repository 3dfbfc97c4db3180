import { expect } from 'chai'
import { mysqlDialectParts as mysqlParts } from '../../src/dialects/mysql/parts.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { postgresDialectParts as postgresParts } from '../../src/dialects/postgres/parts.ts'

describe('the deferred parts of a dialect', () => {
  for (const [name, parts] of [
    ['postgres', postgresParts],
    ['mysql', mysqlParts],
    ['mariadb', mysqlParts],
  ] as const) {
    it(`have every method of ${name}`, async () => {
      const dialect = await loadDialect(name)
      for (const part of ['catalog', 'observer', 'functions', 'border'] as const)
        expect(Object.keys(dialect[part]), part).to.have.members(Object.keys(parts[part]))
    })
  }
})
