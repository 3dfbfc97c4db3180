import { expect } from 'chai'
import fc from 'fast-check'
import { type SqlStatement, sql, sqlValue } from '../../../src/dialect/sql.ts'
import { canonicalizePostgresDefinition } from '../../../src/dialects/postgres/catalog/canonical.ts'
import type { PostgresSession } from '../../../src/dialects/postgres/session/session.ts'
import { expressions, TABLE } from './expressions.ts'
import { AT, author, onPostgres } from './fixture.ts'
import { BODIES, QUERIES, TABLES } from './queries.ts'

const { EXPRESSIONS_SEED: seed = '1', EXPRESSIONS_COUNT: count = '300' } = process.env

/** What a server prints of a definition, and what it prints after it has read that. */
const PRINTED: readonly (readonly [first: string, second: string])[] = [
  [
    "((s)::text = ANY ((ARRAY['a'::character varying, NULL::character varying])::text[]))",
    "((s)::text = ANY (ARRAY[('a'::character varying)::text, (NULL::character varying)::text]))",
  ],
  ['((ARRAY[(v)::text, w])::character varying(9)[])[1]', '(ARRAY[((v)::text)::character varying(9), (w)::character varying(9)])[1]'],
  ["(ARRAY[ARRAY['a, ]'::mood], ARRAY[m]])::text[]", "ARRAY[ARRAY[('a, ]'::mood)::text], ARRAY[(m)::text]]"],
  ['(ARRAY[(v COLLATE "C"), w])::text[]', 'ARRAY[((v)::text COLLATE "C"), (w)::text]'],
  [
    "((ARRAY['a'::character varying(5)])::text[])::character varying(9)[]",
    "ARRAY[(('a'::character varying(5))::text)::character varying(9)]",
  ],
  ['(ARRAY[a, (b)::"My type"])::"My type"[]', 'ARRAY[(a)::"My type", (b)::"My type"]'],
  ['(((a >= 1) AND (a <= 2)) AND b)', '((a >= 1) AND (a <= 2) AND b)'],
  ['((a OR (b AND c)) OR d)', '(a OR (b AND c) OR d)'],
  ['(((a = 1) OR (a = b)) OR (a = c))', '((a = 1) OR (a = b) OR (a = c))'],
  ['(a * (- 5))', "(a * '-5'::integer)"],
  ['(a * (- 5.50))', "(a * '-5.50'::numeric)"],
  ['(a + (- 0))', '(a + 0)'],
  ['(- (- 5))', '5'],
  [
    " SELECT item.a\n   FROM item\n  WHERE (((item.a >= 1) AND (item.a <= 2)) AND (item.b <> ')'::text));",
    " SELECT item.a\n   FROM item\n  WHERE ((item.a >= 1) AND (item.a <= 2) AND (item.b <> ')'::text));",
  ],
]

/** What is as it should be, or is only text. */
const KEPT: readonly string[] = [
  "(SELECT 'x'::text AS foo)",
  '(SELECT (v)::text AS text)',
  ' SELECT \'x\'::text AS "?column?" FROM a',
  '((a AND b) OR c)',
  '(NOT (a AND b))',
  '((NOT (a AND b)) AND c)',
  '((a AND b) = c)',
  '(a AND (b OR c) AND d)',
  'sum(a) OVER (PARTITION BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)',
  '(bool_and(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING) AND c)',
  '(a - 5)',
  '(- a)',
  "(- '-5'::integer)",
  "'((a AND b) AND c)'::text",
  '("((a AND b) AND c)" = 1)',
  'ARRAY[a, b]::text[]',
  "('{a,b}'::character varying[])::text[]",
  '(ARRAY[a, b])::text',
  'CREATE FUNCTION f() RETURNS boolean LANGUAGE sql AS $function$ SELECT ((a AND b) AND c) $function$',
]

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["(ARRAY['a'::character varying])::text[]", "(ARRAY['a'::character varying])::bpchar[]"],
  ["(ARRAY['a'::character varying])::character varying(5)[]", "(ARRAY['a'::character varying])::character varying(6)[]"],
  ["'1'::integer", "'1'::text"],
  ['((a AND b) OR c)', '(a AND (b OR c))'],
  ['((a AND b) AND c)', '((a OR b) OR c)'],
  ['((a - b) - c)', '(a - (b - c))'],
  ['(- 5)', '(- 5.0)'],
  ['(NOT (a AND b))', '((NOT a) AND b)'],
  ['now()', 'clock_timestamp()'],
  ['(a = ANY (ARRAY[1, 2]))', '(a = ALL (ARRAY[1, 2]))'],
  ['(a || b)', '(b || a)'],
  ["( SELECT 'x'::text AS text)", "( SELECT 'x'::text AS foo)"],
  ['( SELECT NULL::text AS text)', '( SELECT NULL::integer AS int4)'],
]

describe('postgres: the canonical form of a definition', () => {
  it('is what the server prints after it has read its own printing', () => {
    for (const [first, second] of PRINTED) {
      expect(canonicalizePostgresDefinition(first), first).to.equal(second)
      expect(canonicalizePostgresDefinition(second), second).to.equal(second)
    }
  })

  it('leaves everything else as it is', () => {
    for (const text of KEPT) expect(canonicalizePostgresDefinition(text)).to.equal(text)
  })

  it('keeps apart what means something else', () => {
    for (const [one, other] of DIFFERENT) expect(canonicalizePostgresDefinition(one)).not.to.equal(canonicalizePostgresDefinition(other))
  })

  onPostgres(({ session }) => {
    it('is one for every printing of an expression, and the server reads it as the same expression', async () => {
      const written = fc.sample(expressions(4), { numRuns: Number(count), seed: Number(seed) })
      await author(session(), `${TABLE}${PRINT}`)
      const first = await printed(session(), written)
      const second = await printed(session(), first)
      const third = await printed(session(), first.map(canonicalizePostgresDefinition))
      expect(first.length, 'expressions that the server takes').to.be.greaterThan(written.length * 0.8)
      expect(second.map(canonicalizePostgresDefinition)).to.deep.equal(first.map(canonicalizePostgresDefinition))
      expect(third.map(canonicalizePostgresDefinition)).to.deep.equal(first.map(canonicalizePostgresDefinition))
      expect(
        first.some((text, index) => text !== second[index]),
        'the server prints some otherwise',
      ).to.equal(true)
    })

    it('is one for every printing of a view, function body or rule, and the server reads it as the same view', async () => {
      await author(session(), TABLES)
      let taken = 0
      let otherwise = 0
      for (const query of QUERIES) {
        const first = await viewOf(session(), query).catch(() => undefined)
        if (first === undefined) continue
        const second = await viewOf(session(), first)
        expect(canonicalizePostgresDefinition(second), query).to.equal(canonicalizePostgresDefinition(first))
        expect(canonicalizePostgresDefinition(await viewOf(session(), canonicalizePostgresDefinition(first))), query).to.equal(
          canonicalizePostgresDefinition(first),
        )
        taken += 1
        if (second !== first) otherwise += 1
      }
      expect(taken, 'queries that the server takes').to.be.greaterThan(QUERIES.length * 0.9)
      expect(otherwise, 'views that it prints otherwise').to.be.greaterThan(QUERIES.length * 0.1)

      for (const statement of BODIES) {
        const first = await bodyOf(session(), statement)
        const second = await bodyOf(session(), first)
        expect(canonicalizePostgresDefinition(second), statement).to.equal(canonicalizePostgresDefinition(first))
      }
    })
  })
})

/** What the server prints of these expressions as checks, without those that it does not take. */
async function printed(session: PostgresSession, texts: readonly string[]): Promise<readonly string[]> {
  const [row] = await session.query<{ readonly prints: readonly string[] }>(sql`SELECT printed(${sqlValue(texts)}::text[]) AS prints`)
  return row?.prints ?? []
}

/** What the server prints of a view of this query. */
function viewOf(session: PostgresSession, query: string): Promise<string> {
  return printedOnce(session, `CREATE VIEW printed_view AS ${query}`, sql`SELECT pg_get_viewdef('printed_view'::regclass) AS text`)
}

/** Returns the text of the function or rule `body` as the server prints it. */
function bodyOf(session: PostgresSession, statement: string): Promise<string> {
  return printedOnce(
    session,
    statement,
    sql`SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE proname = 'body'
        UNION ALL SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE rulename = 'body'`,
  )
}

async function printedOnce(session: PostgresSession, statement: string, print: SqlStatement): Promise<string> {
  await session.begin()
  try {
    await session.execute(statement, AT)
    const [row] = await session.query<{ readonly text: string }>(print)
    return row?.text ?? ''
  } finally {
    await session.rollback()
  }
}

const PRINT = `
CREATE FUNCTION printed(expressions text[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  one text;
  print text;
  prints text[] := '{}';
BEGIN
  FOREACH one IN ARRAY expressions LOOP
    BEGIN
      EXECUTE 'ALTER TABLE item ADD CONSTRAINT one CHECK (' || one || ')';
      SELECT pg_get_expr(conbin, conrelid) INTO print FROM pg_constraint WHERE conname = 'one';
      ALTER TABLE item DROP CONSTRAINT one;
      prints := prints || print;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  RETURN prints;
END $$`
