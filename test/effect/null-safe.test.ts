import { expect } from 'chai'
import { doesCheckAcceptNullRow } from '../../src/effect/null-safe.ts'

describe('a check on columns that are NULL', () => {
  for (const expression of [
    '(price > 0)',
    '(`price` > 0)',
    "((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
    "(`kind` in ('a','is null'))",
    '((length(name) > 3) AND (price < (10)::numeric))',
    'json_valid(`data`)',
  ]) {
    it(`holds: ${expression}`, () => expect(doesCheckAcceptNullRow(expression)).to.equal(true))
  }

  for (const expression of [
    '(price IS NOT NULL)',
    '(`price` is not null)',
    '(COALESCE(price, 0) > 0)',
    '(num_nonnulls(a, b) = 1)',
    'CASE WHEN a THEN b ELSE c END',
    '(a <=> b)',
    '((a > 0) AND false)',
    '((a > 0) AND (1 = 2))',
    '"length"(a)',
  ]) {
    it(`may not hold: ${expression}`, () => expect(doesCheckAcceptNullRow(expression)).to.equal(false))
  }
})
