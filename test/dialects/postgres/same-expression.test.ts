import { expect } from 'chai'
import { makeExpressionComparer } from '../../../src/dialects/postgres/text/same-expression.ts'

/** What 13.23 and 17.10 printed of the same expression. */
const PRINTED: readonly (readonly [by13: string, by17: string])[] = [
  ["timezone('utc'::text, now())", "(now() AT TIME ZONE 'utc'::text)"],
  ["date_part('epoch'::text, now())", 'EXTRACT(epoch FROM now())'],
  ["(date_part('hour'::text, ts) < (5)::double precision)", '(EXTRACT(hour FROM ts) < (5)::numeric)'],
  ['"overlaps"(ts, ts, ts, ts)', '((ts, ts) OVERLAPS (ts, ts))'],
  ['("position"(s, \'x\'::text) > 0)', "(POSITION(('x'::text) IN (s)) > 0)"],
  ["(btrim(s) <> ''::text)", "(TRIM(BOTH FROM s) <> ''::text)"],
  ['ltrim(s)', 'TRIM(LEADING FROM s)'],
  ['"substring"(s, 2, 3)', 'SUBSTRING(s FROM 2 FOR 3)'],
  ['"overlay"(s, \'x\'::text, 2)', "OVERLAY(s PLACING 'x'::text FROM 2)"],
  ["date_part('year'::text, ts) DESC", 'EXTRACT(year FROM ts) DESC'],
  ["RANGE (d, date_part('year'::text, e))", 'RANGE (d, EXTRACT(year FROM e))'],
  [
    "WHEN ((date_part('year'::text, new.ts) > (2000)::double precision)) EXECUTE FUNCTION mark()",
    'WHEN ((EXTRACT(year FROM new.ts) > (2000)::numeric)) EXECUTE FUNCTION mark()',
  ],
  [
    "AS PERMISSIVE FOR ALL TO public USING ((btrim(s) = 'a'::text))",
    "AS PERMISSIVE FOR ALL TO public USING ((TRIM(BOTH FROM s) = 'a'::text))",
  ],
]

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["timezone('utc'::text, now())", "(now() AT TIME ZONE 'cet'::text)"],
  ["date_part('year'::text, ts)", 'EXTRACT(month FROM ts)'],
  ['"substring"(s, 2, 3)', 'SUBSTRING(s FROM 3 FOR 2)'],
  ['btrim(s)', 'TRIM(LEADING FROM s)'],
  ["date_part('year'::text, ts) DESC", 'EXTRACT(year FROM ts)'],
  ['now()', 'pg_catalog.clock_timestamp()'],
  ['no ( expression', 'no ( expression at all'],
]

describe('postgres: expressions as two majors print them', () => {
  it('say the same, whether a call is printed as one or in the words of the standard', async () => {
    const same = await makeExpressionComparer(17, 13)
    for (const [by13, by17] of PRINTED) expect(same?.(by17, by13), by17).to.equal(true)
  })

  it('differ if anything else differs', async () => {
    const same = await makeExpressionComparer(12, 18)
    for (const [one, other] of DIFFERENT) expect(same?.(one, other), other).to.equal(false)
  })

  it('are not looked into between majors that print alike', async () => {
    expect(await makeExpressionComparer(18, 14)).to.equal(undefined)
    expect(await makeExpressionComparer(12, 13)).to.equal(undefined)
  })
})
