import { expect } from 'chai'
import { sqlVerbatim } from '../../../src/dialect/sql.ts'
import { postgresCatalogReader } from '../../../src/dialects/postgres/catalog/catalog.ts'
import { objectsOfState } from '../../../src/schema/state.ts'
import { author, onPostgres } from './fixture.ts'

/** Calls that are valid before the function exists, and functions that can have the name of a function of the server. */
const CALLS: readonly (readonly [parameters: string, name: string, call: string])[] = [
  ['varchar', 'length', "length('four'::varchar)"],
  ['name', 'length', "length('four'::name)"],
  ['varchar, integer', 'left', "left('four'::varchar, 2)"],
  ['text', 'justify_days', "justify_days('35 days')"],
  ['integer, integer', 'power', 'power(2, 3)'],
  ['mood', 'num_nonnulls', "num_nonnulls('sad'::mood)"],
  ['mood', 'enum_range', "enum_range('sad'::mood)"],
  ['label', 'upper', "upper('a'::label)"],
  ['text, integer = 1', 'lower', "lower('A'::varchar)"],
  ['VARIADIC text[]', 'concat', "concat('a', 'b')"],
  ['varchar[]', 'cardinality', "cardinality(ARRAY['a']::varchar[])"],
  ['integer', 'length', "length('four'::varchar)"],
  ['integer, integer', 'length', "length('four'::varchar)"],
  ['mood', 'length', "length('four'::varchar)"],
  ['pair', 'lower', "lower('A'::text)"],
  ['mood', 'upper', "upper('[1,2)'::int4range)"],
  ['numrange', 'upper', "upper('[1,2)'::numrange)"],
  ['text', 'length', "length('four'::text)"],
  ['text', 'own_length', "length('four'::text)"],
  ['text, text, text', 'split_part', "split_part('a b', ' ', 1)"],
]

/** Functions that no valid call of a function of the server can mean. */
const HARMLESS: ReadonlySet<string> = new Set([
  'integer length',
  'integer, integer length',
  'mood length',
  'pair lower',
  'mood upper',
  'text length',
  'text own_length',
])

describe('postgres: new functions with the name of a function of the server', () =>
  onPostgres(({ session }) => {
    before(() => author(session(), "CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN label AS text; CREATE TYPE pair AS (a integer)"))

    for (const [parameters, name, call] of CALLS)
      it(`knows whether a call can mean ${name}(${parameters})`, async () => {
        const value = async () =>
          (await session().query<{ readonly value: string }>(sqlVerbatim(`SELECT ${call}::text AS value`)))[0]?.value
        const earlier = await value()
        await session().begin()
        try {
          await author(session(), `CREATE FUNCTION ${name}(${parameters}) RETURNS text LANGUAGE sql AS $$ SELECT 'own' $$`)
          const { state } = await postgresCatalogReader.read(session(), 'whole')
          const made = [...objectsOfState(state)].find((object) => object.kind === 'function')
          const isKnown = made?.kind === 'function' && made.overloadsBuiltIn === true
          if ((await value()) !== earlier) expect(isKnown, 'the call means the new function').to.equal(true)
          expect(isKnown).to.equal(!HARMLESS.has(`${parameters} ${name}`))
        } finally {
          await session().rollback()
        }
      })
  }))
