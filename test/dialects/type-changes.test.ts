import { expect } from 'chai'
import { compareColumnTypes } from '../../src/effect/widening.ts'
import { dialectOfServer } from '../support/chain.ts'
import { execute, onServers } from '../support/servers.ts'

type Values = readonly string[]

// Literals of the smallest and largest values of each type, and of values that a conversion could change.
const POSTGRES: Readonly<Record<string, Values>> = {
  'smallint': ['-32768', '32767'],
  'integer': ['-2147483648', '2147483647'],
  'bigint': ['-9223372036854775808', '9223372036854775807'],
  'numeric(10,2)': ['-99999999.99', '0.10'],
  'numeric(12,2)': ['-9999999999.99', '0.10'],
  'numeric(20,0)': ['-99999999999999999999', '5'],
  'numeric': ['-1e30', '0.100'],
  'real': ['0.1', '-3.4e38'],
  'double precision': ['0.1', '1e308'],
  'character(3)': ["'a'", "'abc'"],
  'character varying(3)': ["'a '", "'abc'"],
  'character varying(6)': ["'a '", "'abcdef'"],
  'character varying(20)': ["'a '", "'01234567890123456789'"],
  'character varying(36)': ["'a '", "'012345678901234567890123456789012345'"],
  'character varying': ["'a '", "repeat('x', 400)"],
  'text': ["'a '", "repeat('x', 400)"],
  'uuid': ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  'boolean': ['true', 'false'],
  'date': ["'0001-01-01 BC'", "'9999-12-31'"],
  'timestamp(3) without time zone': ["'2020-01-01 00:00:00.123'", "'0001-01-01'"],
  'timestamp without time zone': ["'2020-01-01 00:00:00.123456'", "'0001-01-01'"],
  'interval(3)': ["'1.123 seconds'", "'-1 year'"],
  'interval': ["'1.123456 seconds'", "'-1 year'"],
  'bit varying(3)': ["B'1'", "B'101'"],
  'bit varying(5)': ["B'1'", "B'10101'"],
  'integer[]': ["'{-2147483648,NULL}'", "'{}'"],
  'bigint[]': ["'{-9223372036854775808,NULL}'", "'{}'"],
  'text[]': [`'{"a ",NULL}'`, "'{}'"],
  'jsonb': [`'{"a": 1.10}'`, "'[]'"],
}

const MYSQL: Readonly<Record<string, Values>> = {
  'tinyint': ['-128', '127'],
  'tinyint(1)': ['-128', '127'],
  'tinyint unsigned': ['0', '255'],
  'smallint': ['-32768', '32767'],
  'smallint unsigned': ['0', '65535'],
  'mediumint': ['-8388608', '8388607'],
  'mediumint unsigned': ['0', '16777215'],
  'int': ['-2147483648', '2147483647'],
  'int unsigned': ['0', '4294967295'],
  'bigint': ['-9223372036854775808', '9223372036854775807'],
  'bigint unsigned': ['0', '18446744073709551615'],
  'decimal(3,0)': ['-999', '999'],
  'decimal(5,0)': ['-99999', '99999'],
  'decimal(10,2)': ['-99999999.99', '0.10'],
  'decimal(12,2)': ['-9999999999.99', '0.10'],
  'decimal(12,2) unsigned': ['9999999999.99', '0.10'],
  'decimal(20,0)': ['-99999999999999999999', '5'],
  'float': ['0.1', '-3e38'],
  'double': ['0.1', '1e308'],
  'char(3)': ["'a '", "'abc'"],
  'varchar(2)': ["'a '", "'ab'"],
  'varchar(3)': ["'a '", "'abc'"],
  'varchar(4)': ["'a '", "'abcd'"],
  'varchar(11)': ["'a '", "'0123456789a'"],
  'varchar(20)': ["'a '", "'01234567890123456789'"],
  'varchar(40)': ["'a '", "repeat('x', 40)"],
  'tinytext': ["'a '", "repeat('x', 255)"],
  'text': ["'a '", "repeat('x', 300)"],
  'longtext': ["'a '", "repeat('x', 400)"],
  'varbinary(3)': ["x'20'", "x'414200'"],
  'varbinary(5)': ["x'20'", "x'4142004142'"],
  'tinyblob': ["x'20'", "x'414200'"],
  'blob': ["x'20'", "x'414200'"],
  "enum('a','it''s')": ["'a'", "'it''s'"],
  "enum('a','it''s','c')": ["'a'", "'c'"],
  "set('a','it''s')": ["''", "'a,it''s'"],
  "set('a','it''s','c')": ["''", "'a,it''s,c'"],
  'date': ["'1000-01-01'", "'9999-12-31'"],
  'datetime': ["'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'"],
  'datetime(3)': ["'1000-01-01 00:00:00.123'", "'9999-12-31 23:59:59.999'"],
  'time': ["'-838:59:59'", "'838:59:59'"],
  'time(3)': ["'-838:59:59.000'", "'00:00:00.123'"],
  'year': ["'1901'", "'2155'"],
}

const NOTATIONS = {
  postgres: {
    types: POSTGRES,
    quote: '"',
    text: (column: string) => `${column}::text`,
    alter: (column: string, to: string) => `ALTER COLUMN ${column} TYPE ${to}`,
  },
  mysql: {
    types: MYSQL,
    quote: '`',
    text: (column: string) => `CAST(${column} AS CHAR)`,
    alter: (column: string, to: string) => `MODIFY ${column} ${to}`,
  },
}

describe('a type change whose values fit', () => {
  onServers(['postgres', 'mariadb', 'mysql'], (server, database) => {
    it('keeps the smallest and largest values of every pair of types', async () => {
      const { types, quote, text, alter } = NOTATIONS[dialectOfServer(server) === 'postgres' ? 'postgres' : 'mysql']
      const pairs = Object.keys(types).flatMap((from) =>
        Object.keys(types).flatMap((to) => {
          const fit = compareColumnTypes(from, to)
          return from === to || fit === 'no' ? [] : [{ from, to, fit }]
        }),
      )
      expect(pairs.length).to.be.greaterThan(40)
      const named = pairs.map((pair, index) => ({ ...pair, column: `${quote}c${index}${quote}`, values: types[pair.from] ?? [] }))
      const read = `SELECT ${named.map(({ column }) => `${text(column)} AS ${column}`).join(', ')} FROM t ORDER BY place`
      const url = await database()
      await execute(
        url,
        `CREATE TABLE t (place int, ${named.map(({ column, from }) => `${column} ${from}`).join(', ')})`,
        ...[0, 1].map((row) => `INSERT INTO t VALUES (${[String(row), ...named.map(({ values }) => values[row])].join(', ')})`),
      )
      const before = await execute(url, read)
      await execute(url, `ALTER TABLE t ${named.map(({ column, to }) => alter(column, to)).join(', ')}`)
      const after = await execute(url, read)
      for (const [index, { from, to, fit }] of named.entries()) {
        for (const row of [0, 1]) {
          const [old, now] = [before, after].map((rows) => String(rows[row]?.[`c${index}`]))
          const message = `${from} to ${to}`
          if (fit === 'alike') expect(now, message).to.equal(old)
          else expect(inOneForm(now), message).to.equal(inOneForm(old))
        }
      }
    })
  })
})

/** Returns a value without the zeros, spaces and digits of a binary fraction that another type prints for the same value. */
function inOneForm(value: string | undefined = ''): string {
  const printed = value.trimEnd().replace(/\.0+$/, '')
  return /^-?\d*[.e]/.test(printed) && !Number.isNaN(Number(printed)) ? String(Math.fround(Number(printed))) : printed
}
