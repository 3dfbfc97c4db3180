import { expect } from 'chai'
import { widens } from '../../src/effect/widening.ts'

const WIDER: readonly (readonly [string, string])[] = [
  ['integer', 'bigint'],
  ['smallint', 'bigint'],
  ['int', 'bigint'],
  ['int unsigned', 'bigint unsigned'],
  ['character varying(10)', 'character varying(20)'],
  ['character varying(10)', 'character varying'],
  ['character varying(10)', 'text'],
  ['character varying', 'text'],
  ['varchar(10)', 'varchar(255)'],
  ['numeric(10,2)', 'numeric(12,2)'],
  ['numeric(10,2)', 'numeric'],
  ['timestamp(3) without time zone', 'timestamp(6) without time zone'],
  ['tinytext', 'longtext'],
  ["enum('a','b')", "enum('a','b','c')"],
]

const NOT_WIDER: readonly (readonly [string, string])[] = [
  ['bigint', 'integer'],
  ['int', 'int unsigned'],
  ['int unsigned', 'bigint'],
  ['character varying(20)', 'character varying(10)'],
  ['text', 'character varying(10)'],
  ['character(3)', 'character(5)'],
  ['numeric(10,2)', 'numeric(10,3)'],
  ['numeric', 'numeric(10,2)'],
  ['timestamp without time zone', 'timestamp with time zone'],
  ['integer', 'text'],
  ['integer', 'integer[]'],
  ["enum('a','b')", "enum('b','a')"],
  ["enum('a','b')", "enum('a')"],
]

describe('widening of types', () => {
  for (const [from, to] of WIDER) it(`${from} fits ${to}`, () => expect(widens(from, to)).to.equal(true))
  for (const [from, to] of NOT_WIDER) it(`${from} does not fit ${to} as it is`, () => expect(widens(from, to)).to.equal(false))
})
