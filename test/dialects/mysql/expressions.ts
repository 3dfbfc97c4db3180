import fc from 'fast-check'

/** A column of every type that the expressions know; what each of their tables begins with. */
export const COLUMNS = `id int NOT NULL PRIMARY KEY, i int, \`order\` bigint unsigned, n decimal(10,2), d double, y tinyint(1), s varchar(40),
  l varchar(40) CHARACTER SET latin1, bin varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, t text, b varbinary(20),
  e enum('a','b''c'), m set('x','y'), dt datetime(3), da date, ti time, j json`

type Type = keyof typeof FORMS

/**
 * Expressions over these columns, of the forms that people write in checks, defaults, generated columns, indexes and views. Left out
 * is what the servers themselves lose when they print a view: `_binary'x'`, `_utf8mb3'é'`, CHAR(… USING …), and a constant with COLLATE that is tested for NULL.
 */
export function expressions(depth: number): fc.Arbitrary<{ readonly type: Type; readonly text: string }> {
  return fc
    .constantFrom<Type[]>('bool', 'number', 'text', 'moment')
    .chain((type) => expression(type, depth).map((text) => ({ type, text })))
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
  const texts = form.split(/(\$:?\w+)/).map((part) => {
    const hole = /^\$(:?)(\w+)$/.exec(part)
    if (!hole) return fc.constant(part)
    const inner = expression(hole[2] as Type, depth)
    return hole[1] === ':' ? inner : inner.map((text) => (/^\w+$/.test(text) ? text : `(${text})`))
  })
  return fc.tuple(...texts).map((all) => all.join(''))
}

function comparisons(...types: readonly string[]): readonly string[] {
  return types.flatMap((type) => [
    ...['=', '<=>', '<>', '!=', '<', '>='].map((operator) => `$${type} ${operator} $${type}`),
    `$${type} BETWEEN $${type} AND $${type}`,
    `$${type} NOT BETWEEN $${type} AND $${type}`,
    `$${type} IN ($:${type}, $:${type})`,
    `$${type} NOT IN ($:${type}, $:${type}, $:${type})`,
    `$${type} IS NULL`,
    `$${type} IS NOT NULL`,
  ])
}

function choices(type: string): readonly string[] {
  return [
    `CASE WHEN $:bool THEN $:${type} ELSE $:${type} END`,
    `CASE $:number WHEN 1 THEN $:${type} WHEN 2 THEN $:${type} END`,
    `IF($:bool, $:${type}, $:${type})`,
    `IFNULL($:${type}, $:${type})`,
    `COALESCE($:${type}, $:${type})`,
    `NULLIF($:${type}, $:${type})`,
  ]
}

const FORMS = {
  bool: {
    leaves: ['y', 'TRUE', 'i > 0', "s <> ''", "e = 'a'", 'j IS NOT NULL'],
    forms: [
      ...comparisons('number', 'text', 'moment'),
      '$bool AND $bool',
      '$bool OR $bool',
      '$bool XOR $bool',
      '$:bool AND $:bool OR $:bool',
      'NOT $bool',
      '! $bool',
      '$bool IS TRUE',
      '$bool IS NOT FALSE',
      '$bool IS UNKNOWN',
      '$text LIKE $text',
      "$text LIKE 'a!_%' ESCAPE '!'",
      "$text NOT LIKE '%\\\\_x'",
      "$text REGEXP '^[a-z]+\\\\.'",
      "$text NOT RLIKE 'x'",
      '($:number, $:text) = ($:number, $:text)',
      '$text SOUNDS LIKE $text',
      "JSON_CONTAINS(j, '1', '$.a')",
      'JSON_VALID($:text)',
      'FIND_IN_SET($:text, m)',
      'e IN ($:text)',
      ...choices('bool'),
    ],
  },
  number: {
    leaves: ['i', '`order`', 'n', 'd', 'y', '0', '-1', '1.50', '1e3', '18446744073709551615', '0x1F', "b'101'", '-0.5', "'12'", 'NULL'],
    forms: [
      ...['+', '-', '*', '/', 'DIV', 'MOD', '%', '&', '|', '^', '<<', '>>'].map((operator) => `$number ${operator} $number`),
      '$:number + $:number * $:number',
      '- $number',
      '~ $number',
      'ABS($:number)',
      'ROUND($:number, 1)',
      'TRUNCATE($:number, 0)',
      'GREATEST($:number, $:number)',
      'INTERVAL($:number, 1, 2)',
      'CAST($:text AS SIGNED)',
      'CAST($:number AS UNSIGNED)',
      'CAST($:text AS DECIMAL(12,3))',
      'CONVERT($:number, DECIMAL(8,2))',
      'CHAR_LENGTH($:text)',
      'LOCATE($:text, $:text)',
      'POSITION($text IN $text)',
      'STRCMP($:text, $:text)',
      'CRC32($:text)',
      'YEAR($:moment)',
      'EXTRACT(YEAR_MONTH FROM $:moment)',
      'DATEDIFF($:moment, $:moment)',
      'TIMESTAMPDIFF(HOUR, $:moment, $:moment)',
      'JSON_LENGTH(j)',
      'FIELD($:text, $:text, $:text)',
      ...choices('number'),
    ],
  },
  text: {
    leaves: [
      's',
      'l',
      'bin',
      't',
      'e',
      'm',
      "'x'",
      "''",
      "'it''s'",
      "'a\\\\b'",
      "'a\\nb\\tc'",
      "'ü😀'",
      "'100%'",
      '"double"',
      "N'wide'",
      "_latin1'x'",
      "_utf8mb4'é'",
      "x'4D61'",
      "'a' 'b'",
    ],
    forms: [
      'CONCAT($:text, $:text)',
      "CONCAT_WS(',', $:text, $:text)",
      'LOWER($:text)',
      'UPPER($:text)',
      'LEFT($:text, 3)',
      'SUBSTRING($:text FROM 2 FOR 3)',
      'SUBSTR($:text, 2)',
      'TRIM($:text)',
      "TRIM(LEADING 'x' FROM $:text)",
      "TRIM(BOTH 'x' FROM $:text)",
      "REPLACE($:text, 'a', 'b')",
      "LPAD($:text, 5, ' ')",
      'REVERSE($:text)',
      'HEX($:text)',
      'QUOTE($:text)',
      'MD5($:text)',
      'CHAR($:number)',
      'CONVERT($:text USING latin1)',
      'CONVERT($:text USING utf8mb4)',
      'CAST($:number AS CHAR(10))',
      'CAST($:text AS BINARY(5))',
      'CAST($:text AS CHAR CHARACTER SET latin1)',
      'BINARY $text',
      "DATE_FORMAT($:moment, '%Y-%m')",
      "JSON_UNQUOTE(JSON_EXTRACT(j, '$.a'))",
      "j->>'$.a'",
      "JSON_OBJECT('k', $:number, 'v', $:text)",
      "JSON_ARRAY($:number, 'x')",
      'ELT($:number, $:text, $:text)',
      "REGEXP_REPLACE($:text, 'a+', 'b')",
      'INSERT($:text, 1, 2, $:text)',
      ...choices('text'),
    ],
  },
  moment: {
    leaves: ['dt', 'da', 'ti', "DATE'2020-02-29'", "TIMESTAMP'2020-01-02 03:04:05.678'", "TIME'01:02:03'", "'2020-01-01'"],
    forms: [
      '$moment + INTERVAL 1 DAY',
      '$moment - INTERVAL 90 MINUTE',
      "DATE_ADD($:moment, INTERVAL '1:30' HOUR_MINUTE)",
      'DATE_SUB($:moment, INTERVAL $:number MONTH)',
      'INTERVAL 2 WEEK + $moment',
      'LAST_DAY($:moment)',
      'DATE($:moment)',
      "STR_TO_DATE($:text, '%d.%m.%Y')",
      'CAST($:text AS DATETIME(3))',
      'CAST($:moment AS DATE)',
      'MAKEDATE(2020, $:number)',
      'TIMESTAMP($:moment, $:moment)',
      ...choices('moment'),
    ],
  },
}
