import fc from 'fast-check'

/** The table that the expressions speak of: one column of every type that they know. */
export const TABLE = `
CREATE TYPE mood AS ENUM ('ok', 'sad', 'it''s');
CREATE DOMAIN email AS varchar(60) CONSTRAINT at CHECK (VALUE LIKE '%@%');
CREATE TABLE item (
  i int, j int, s smallint, l bigint, n numeric(12,2), f double precision, t text, v varchar(20), w varchar, c char(5), "order" text,
  b boolean, d date, p timestamp, z timestamptz, y interval, ts text[], vs varchar(20)[], ii int[], k jsonb, m mood, e email, u uuid
);`

type Type = keyof typeof FORMS

/** Expressions over the columns of the table, of the forms that people write in checks, defaults, indexes, policies and views. */
export function expressions(depth: number): fc.Arbitrary<string> {
  return expression('bool', depth)
}

function expression(type: Type, depth: number): fc.Arbitrary<string> {
  const { leaves, forms } = FORMS[type]
  const leaf = fc.constantFrom(...leaves)
  if (depth === 0) return leaf
  return fc.oneof(
    { arbitrary: leaf, weight: 1 },
    { arbitrary: fc.constantFrom(...forms).chain((form) => filled(form, depth - 1)), weight: 4 },
  )
}

/** `$text` is an expression of that type in parentheses, `$:bool` one without. */
function filled(form: string, depth: number): fc.Arbitrary<string> {
  const parts = form.split(/(\$:?\w+)/)
  const texts = parts.map((part) => {
    const hole = /^\$(:?)(\w+)$/.exec(part)
    if (!hole) return fc.constant(part)
    const inner = expression(hole[2] as Type, depth)
    return hole[1] === ':' ? inner : inner.map((text) => (/^\w+$/.test(text) ? text : `(${text})`))
  })
  return fc.tuple(...texts).map((all) => all.join(''))
}

const COMPARED = ['=', '<>', '<', '>=']

function comparisons(...types: readonly string[]): readonly string[] {
  return types.flatMap((type) => [
    ...COMPARED.map((operator) => `$${type} ${operator} $${type}`),
    `$${type} BETWEEN $${type} AND $${type}`,
    `$${type} NOT BETWEEN $${type} AND $${type}`,
    `$${type} BETWEEN SYMMETRIC $${type} AND $${type}`,
    `$${type} IN ($${type}, $${type})`,
    `$${type} NOT IN ($${type}, $${type}, $${type})`,
    `$${type} IS NULL`,
    `$${type} IS DISTINCT FROM $${type}`,
  ])
}

const FORMS = {
  bool: {
    leaves: [
      'b',
      'true',
      'b IS NOT TRUE',
      "v = 'x'",
      'i > 0',
      "v IN ('a', 'b')",
      "m = 'ok'",
      "c NOT IN ('a', 'b')",
      "t LIKE 'a%'",
      "vs && '{a}'",
    ],
    forms: [
      '$:bool AND $:bool',
      '$:bool OR $:bool',
      '$bool AND $bool',
      '$bool OR $bool AND $bool',
      'NOT $bool',
      '$bool IS TRUE',
      ...comparisons('int', 'big', 'num', 'flt', 'text', 'varchar', 'char', 'date', 'stamp', 'zoned', 'span', 'mood', 'email'),
      "$varchar IN ('a', 'b', 'c')",
      "$varchar NOT IN ('a', 'b', NULL)",
      "$varchar = ANY (ARRAY['a', 'b'])",
      "$varchar = ANY (ARRAY['a', 'b']::varchar[])",
      "$text = ANY ('{a,b}')",
      "$varchar <> ALL (ARRAY['a', 'b']::text[])",
      "$email IN ('a@b', 'c@d')",
      "$char IN ('a', 'b')",
      "$mood IN ('ok', 'sad')",
      '$big IN (1, 2, 3000000000)',
      '$num IN (1, 2.5)',
      '$int IN (1, $int, 3)',
      '$int = ANY ($ints)',
      "$text LIKE 'a\\_%'",
      "$varchar NOT LIKE 'x!_' ESCAPE '!'",
      '$text ILIKE $text',
      "$text SIMILAR TO '(a|b)%'",
      "$varchar ~ '^[a-z]+$'",
      "$text !~* 'x'",
      "$varchar LIKE ANY (ARRAY['a%', 'b%'])",
      '($int, $text) < ($int, $text)',
      '($int, $int) IN ((1, 2), (3, 4))',
      'ROW($int, $varchar) IS NOT NULL',
      "$json ? 'a'",
      '$json @> $json',
      '$texts @> $texts',
      '$varchars <@ $varchars',
      "$varchars && ARRAY['a', 'b']::varchar[]",
      '$uuid = $uuid',
      '($date, $date) OVERLAPS ($date, $span)',
      'num_nonnulls($int, $text) = 1',
      'CASE WHEN $bool THEN $bool ELSE false END',
      'item.* IS NOT NULL',
      "$texts[1] = 'x'",
      "k IS NULL OR jsonb_typeof(k) = 'object'",
    ],
  },
  int: {
    leaves: ['i', 'j', 's', '1', '-1', "'5'::int", '2::smallint'],
    forms: [
      '$int + $int',
      '$int * -$int',
      '$int % 7',
      'abs($int)',
      'COALESCE($int, 0)',
      'length($varchar)',
      'char_length($char)',
      'array_length($texts, 1)',
      'cardinality(ARRAY[$int, $int])',
      'CASE $int WHEN 1 THEN 2 ELSE $int END',
      'GREATEST($int, $int, 0)',
      'NULLIF($int, 0)',
      '$num::int',
      "($json ->> 'a')::int",
      '$int << 2',
      'EXTRACT(year FROM $date)::int',
      "POSITION('a' IN $text)",
      '$ints[1]',
      'CAST($text AS int)',
      'array_position($texts, $text)',
    ],
  },
  big: {
    leaves: ['l', '0', '3000000000', '5::bigint'],
    forms: ['$big + $int', '$int::bigint', '$big - 1', 'COALESCE($big, $int)', 'abs($big)', '-$big'],
  },
  num: {
    leaves: ['n', '0', '1.5', '-0.50', '10::numeric(10,2)', '1e3'],
    forms: [
      '$num * 1.2',
      'round($num, 2)',
      '$num::numeric(10,2)',
      '$int::numeric',
      '$num / NULLIF($num, 0)',
      'COALESCE($num, 0)',
      'EXTRACT(epoch FROM $zoned)',
      'CAST($int AS decimal(8,3))',
      'power($num, 2)',
      'GREATEST($num, $int)',
    ],
  },
  flt: {
    leaves: ['f', '1.5::float8', "'NaN'::float8", '0'],
    forms: ['$flt * 2', 'sqrt($flt)', '$num::double precision', "date_part('hour', $stamp)", 'ln($flt)::real'],
  },
  text: {
    leaves: ['t', '"order"', "'x'", "'it''s'", "E'a\\nb\\\\c'", "''", 'NULL::text', "'%'::text"],
    forms: [
      '$text || $text',
      'lower($text)',
      'upper($varchar)',
      'trim($text)',
      "trim(both 'x' from $text)",
      'ltrim($varchar)',
      'COALESCE($text, $varchar)',
      "COALESCE($varchar, '')",
      'substring($text from 1 for 2)',
      "substring($varchar, '^a')",
      'left($text, 3)',
      "replace($varchar, 'a', 'b')",
      "regexp_replace($text, '\\s+', ' ', 'g')",
      '$int::text',
      "$json ->> 'name'",
      "$json #>> '{a,b}'",
      'concat($text, $int)',
      "CASE WHEN $bool THEN $varchar ELSE 'x' END",
      "CASE $varchar WHEN 'a' THEN 'x' WHEN 'b' THEN $text END",
      '$text COLLATE "C"',
      'NULLIF($varchar, $text)',
      'md5($text)',
      "to_char($zoned, 'YYYY')",
      '$varchar::text',
      '$mood::text',
      'format($text, $int)',
      "overlay($text placing 'y' from 1)",
      '$texts[1]',
      '$char || $varchar',
      'split_part($text, $varchar, 1)',
      "array_to_string($varchars, ',')",
      '$varchar || $int',
      'lpad($int::text, 5, $text)',
    ],
  },
  varchar: {
    leaves: ['v', 'w', "'x'::varchar", "'x'::varchar(3)", 'e'],
    forms: [
      '$text::varchar',
      '$varchar::varchar(5)',
      'CAST($text AS character varying(10))',
      "COALESCE($varchar, 'none')",
      '$varchar COLLATE "C"',
      'CASE WHEN $bool THEN v ELSE w END',
      '$varchars[1]',
      'NULLIF(v, w)',
      'GREATEST(v, w)',
      "COALESCE(v, w, 'x')",
    ],
  },
  char: {
    leaves: ['c', "'a'::char(3)", "'b'::bpchar"],
    forms: ['$text::char(4)', 'COALESCE($char, $char)', 'COALESCE($char, $varchar)::char(2)'],
  },
  date: {
    leaves: ['d', 'CURRENT_DATE', "'2020-01-31'::date", "DATE '1999-12-31'"],
    forms: ['$date + 1', '$stamp::date', 'COALESCE($date, $date)', "($zoned AT TIME ZONE 'UTC')::date", 'make_date($int, 1, 1)'],
  },
  stamp: {
    leaves: ['p', 'LOCALTIMESTAMP', "'2020-01-01 12:00'::timestamp(3)"],
    forms: ["date_trunc('month', $stamp)", '$stamp + $span', "$zoned AT TIME ZONE 'utc'", '$date::timestamp', '$date + $span'],
  },
  zoned: {
    leaves: ['z', 'now()', 'CURRENT_TIMESTAMP', "'2020-01-01 00:00+02'::timestamptz", "'infinity'::timestamptz", 'CURRENT_TIMESTAMP(3)'],
    forms: [
      "$zoned - interval '1 day'",
      "date_trunc('day', $zoned)",
      "$stamp AT TIME ZONE 'Europe/Berlin'",
      'GREATEST($zoned, now())',
      "timezone('utc', $stamp)",
    ],
  },
  span: {
    leaves: ['y', "'1 day 02:03'::interval", "interval '3' hour", "interval '1-2' year to month"],
    forms: ['$span * 2', '-$span', '$stamp - $stamp', 'age($zoned)', 'make_interval(days => $int)', 'make_interval(0, $int)'],
  },
  mood: {
    leaves: ['m', "'ok'::mood", "'it''s'::mood"],
    forms: ["COALESCE($mood, 'sad')", '$text::mood', "CASE WHEN $bool THEN 'ok' ELSE m END"],
  },
  email: { leaves: ['e', "'a@b'::email"], forms: ['$varchar::email', 'COALESCE($email, $email)'] },
  uuid: {
    leaves: ['u', "'00000000-0000-0000-0000-000000000000'::uuid"],
    forms: ['gen_random_uuid()', '$text::uuid', 'COALESCE($uuid, $uuid)'],
  },
  json: {
    leaves: ['k', "'{}'", `'{"a": [1, "x"]}'::jsonb`],
    forms: [
      "$json -> 'a'",
      "$json || '{}'",
      'to_jsonb($varchar)',
      "jsonb_build_object('a', $int, 'b', $text)",
      "COALESCE($json, '[]'::jsonb)",
      '$text::jsonb',
    ],
  },
  texts: {
    leaves: ['ts', "'{}'::text[]", "ARRAY['a', 'b']", 'ARRAY[]::text[]', "ARRAY['a', NULL]::text[]"],
    forms: [
      'ARRAY[$text, $varchar]',
      'ARRAY[$varchar, $varchar]::text[]',
      '$texts || $text',
      '$varchars::text[]',
      'string_to_array($text, $varchar)',
      '$texts[1:2]',
      'COALESCE($texts, $texts)',
      'CASE WHEN $bool THEN ARRAY[v, w]::text[] ELSE $texts END',
    ],
  },
  varchars: {
    leaves: ['vs', "'{a,b}'::varchar[]", "ARRAY['a', 'b']::varchar(5)[]"],
    forms: [
      'ARRAY[$varchar, $varchar]',
      'ARRAY[$varchar, v]::varchar[]',
      '$texts::varchar(9)[]',
      'array_remove($varchars, v)',
      'array_append($varchars, w)',
    ],
  },
  ints: {
    leaves: ['ii', "'{1,2}'::int[]", 'ARRAY[1, 2]'],
    forms: ['ARRAY[$int, $int]', '$ints || $int', 'array_remove($ints, $int)', '(ARRAY[ARRAY[1, 2], ARRAY[$int, 4]])[1:1]'],
  },
} satisfies Readonly<Record<string, { readonly leaves: readonly string[]; readonly forms: readonly string[] }>>
