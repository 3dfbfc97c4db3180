import fc from 'fast-check'
import type { ServerName } from '../../support/servers.ts'

/** A key whose rows are walked: the columns of the table `t`, which also has the column `n`, and random keys as SQL. */
export interface KindOfKey {
  readonly title: string
  /** Statements before CREATE TABLE. */
  readonly before?: readonly string[]
  readonly columns: readonly string[]
  readonly key: string
  /** A statement after CREATE TABLE, for a unique index. */
  readonly index?: string
  readonly options?: string
  /** The columns of the walk, if it is not by the key. */
  readonly by?: readonly string[]
  readonly keys: fc.Arbitrary<readonly string[]>
}

const whole = (min: bigint, max: bigint) =>
  fc.oneof(
    fc.bigInt({ min, max }),
    fc.bigInt({ min: max - 20n, max }),
    fc.bigInt({ min, max: min + 20n }),
    fc.bigInt({ min: (min + max) / 2n, max: (min + max) / 2n + 30n }),
  )
const number = (min: bigint, max: bigint) => whole(min, max).map(String)
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
const hex = (size: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: size * 2, maxLength: size * 2 })
const uuids = fc.uuid().map(quoted)
const SIGNS = ['a', 'A', 'b', 'B', 'z', 'Z', 'e', 'é', 'E', 'ß', 'ss', 's', '_', '%', "'", ' ', '0', '9', 'ä', 'Ø', '日', '本', 'Ω']
const words = fc
  .array(fc.constantFrom(...SIGNS), { maxLength: 4 })
  .map((signs) => signs.join(''))
  .map(quoted)
const moments = (digits: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 10 ** digits - 1 }))
    .map(
      ([day, hour, part]) =>
        `${2020 + (day % 3)}-03-${String((day % 28) + 1).padStart(2, '0')} ${hour}:30:00.${String(part).padStart(digits, '0')}`,
    )
const decimals = (whole: number, part: number) =>
  fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** BigInt(whole) - 1n }), fc.bigInt({ min: 0n, max: 10n ** BigInt(part) - 1n }))
    .map(([isNegative, units, rest]) => `${isNegative ? '-' : ''}${units}.${String(rest).padStart(part, '0')}`)
const one = (columns: string, keys: fc.Arbitrary<string>, rest: Partial<KindOfKey> & { readonly title?: string } = {}): KindOfKey => ({
  title: columns,
  columns: [columns],
  key: 'PRIMARY KEY (a)',
  keys: keys.map((key) => [key]),
  ...rest,
})

const BIG = [-(2n ** 63n), 2n ** 63n - 1n] as const
const MOOD = "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'angry')"
const CASELESS = "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"

// Two bounds of a range can have different texts in their first column that are equal for the server.
const sameWithoutCase = (text: string, before: readonly string[] = []): KindOfKey => ({
  title: `texts that are equal without case, and an integer: ${text}`,
  before,
  columns: [`a ${text}`, 'b int'],
  key: 'PRIMARY KEY (a, b)',
  keys: fc.tuple(fc.constantFrom("'a'", "'A'", "'b'"), number(0n, 30n)),
})

const POSTGRES: readonly KindOfKey[] = [
  sameWithoutCase('text COLLATE caseless', [CASELESS]),
  sameWithoutCase('ext.citext', ['CREATE SCHEMA ext', 'CREATE EXTENSION citext SCHEMA ext']),
  one('a bigint', number(...BIG)),
  one('a int', number(0n, 60n), { title: 'a dense integer' }),
  one('a uuid', uuids),
  one('a text', words),
  one('a text COLLATE "C"', words),
  one('a text COLLATE "en-x-icu"', words),
  one('a varchar(20) COLLATE caseless', words, { before: [CASELESS] }),
  one('a char(9)', words),
  one('a "char"', fc.constantFrom(...'abcXYZ019'.split('')).map(quoted)),
  one('a citext', words, { before: ['CREATE EXTENSION citext'] }),
  one('a ext.citext', words, {
    title: 'citext in a schema outside the search path',
    before: ['CREATE SCHEMA ext', 'CREATE EXTENSION citext SCHEMA ext'],
  }),
  {
    title: 'a domain over citext outside the search path, and an integer',
    before: ['CREATE SCHEMA ext', 'CREATE EXTENSION citext SCHEMA ext', 'CREATE DOMAIN email AS ext.citext CHECK (length(VALUE) < 50)'],
    columns: ['a email', 'b int'],
    key: 'PRIMARY KEY (a, b)',
    keys: fc.tuple(words, number(0n, 3n)),
  },
  one('a numeric', decimals(20, 10)),
  one('a numeric(12,3)', decimals(9, 3)),
  one(
    'a double precision',
    fc.oneof(
      fc.double().map((d) => quoted(String(d))),
      fc.constantFrom("'NaN'", "'-Infinity'", "'-0'"),
    ),
  ),
  one(
    'a real',
    fc.float().map((d) => quoted(String(d))),
  ),
  one(
    'a bytea',
    hex(5).map((bytes) => `'\\x${bytes}'`),
  ),
  one('a timestamptz', fc.oneof(moments(6).map(quoted), fc.constantFrom("'infinity'", "'-infinity'", "'0044-03-15 12:00 BC'"))),
  one('a timestamp(3)', moments(3).map(quoted)),
  one('a date', fc.oneof(moments(1).map(quoted), fc.constantFrom("'infinity'", "'0044-03-15 BC'"))),
  one(
    'a timetz',
    moments(6).map((moment) => quoted(`${moment.slice(11)}+02`)),
  ),
  one(
    'a interval',
    fc.integer({ min: -400, max: 400 }).map((days) => `interval '1 month 2 days 3.5 seconds' * ${days}`),
  ),
  one('a inet', fc.ipV4().map(quoted)),
  one(
    'a int4range',
    fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })).map(([from, size]) => `int4range(${from}, ${from + size})`),
  ),
  one(
    'a bit(8)',
    hex(1).map((byte) => `x'${byte}'`),
  ),
  one(
    'a varbit',
    hex(1).map((byte) => `x'${byte}'::varbit`),
  ),
  one(
    'a jsonb',
    fc
      .oneof(fc.integer(), fc.boolean(), fc.array(fc.constantFrom('a', 'B', null, 1), { maxLength: 2 }))
      .map((json) => quoted(JSON.stringify(json))),
  ),
  one(
    'a int[]',
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }).map((list) => `'{${list.join(',')}}'`),
  ),
  one('a mood', fc.constantFrom("'sad'", "'ok'", "'happy'", "'angry'"), { before: [MOOD] }),
  {
    title: 'an enum in another schema, a boolean and an integer',
    before: ['CREATE SCHEMA app', MOOD.replace('mood', 'app.mood')],
    columns: ['a app.mood', 'b boolean', 'c int'],
    key: 'PRIMARY KEY (a, b, c)',
    keys: fc.tuple(fc.constantFrom("'sad'", "'ok'", "'angry'"), fc.constantFrom('true', 'false'), number(0n, 5n)),
  },
  {
    title: 'a composite key of an integer, text and uuid',
    columns: ['a int', 'b text', 'c uuid'],
    key: 'PRIMARY KEY (a, b, c)',
    keys: fc.tuple(number(0n, 2n), words, uuids),
  },
  {
    title: 'a descending unique index with names in quotes',
    columns: ['"Key ""x" bigint NOT NULL', '"order" text NOT NULL'],
    key: '',
    index: 'CREATE UNIQUE INDEX ON t ("Key ""x" DESC, "order" DESC)',
    keys: fc.tuple(number(0n, 9n), words),
  },
  {
    title: 'a partitioned table',
    columns: ['a int', 'b int'],
    key: 'PRIMARY KEY (a, b)',
    options: 'PARTITION BY RANGE (b)',
    index: 'CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (20); CREATE TABLE t_2 PARTITION OF t DEFAULT',
    keys: fc.tuple(number(0n, 5n), number(0n, 40n)),
  },
]

const collated = (set: string, collation: string, keys = words) => one(`a varchar(20) CHARACTER SET ${set} COLLATE ${collation}`, keys)

const MYSQL_FAMILY: readonly KindOfKey[] = [
  sameWithoutCase('varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci'),
  one('a bigint', number(...BIG)),
  one('a bigint unsigned', number(0n, 2n ** 64n - 1n)),
  one('a int(8) unsigned zerofill', number(0n, 2n ** 32n - 1n)),
  one('a tinyint(1)', number(-128n, 127n)),
  one('a bit(64)', number(0n, 2n ** 64n - 1n)),
  one('a bit(1)', fc.constantFrom('0', '1')),
  one('a decimal(40,20)', decimals(20, 20)),
  one('a decimal(10,0) unsigned', number(0n, 10n ** 10n - 1n)),
  one(
    'a binary(8)',
    hex(8).map((bytes) => `x'${bytes}'`),
  ),
  one(
    'a varbinary(16)',
    fc.oneof(hex(3), hex(1), hex(16)).map((bytes) => `x'${bytes}'`),
  ),
  one(
    'a date',
    fc.oneof(
      moments(1).map((moment) => quoted(moment.slice(0, 10))),
      fc.constantFrom("'0000-00-00'", "'2020-03-00'"),
    ),
  ),
  one('a datetime(6)', fc.oneof(moments(6).map(quoted), fc.constantFrom("'0000-00-00'", "'9999-12-31 23:59:59.999999'"))),
  one('a timestamp(3)', fc.oneof(moments(3).map(quoted), fc.constantFrom("'0000-00-00'"))),
  one(
    'a time(3)',
    fc.integer({ min: -838 * 3600, max: 838 * 3600 }).map((seconds) => `SEC_TO_TIME(${seconds}.125)`),
  ),
  one('a year', fc.oneof(number(1901n, 2155n), fc.constant('0'))),
  one('a char(9)', words),
  collated(
    'utf8mb4',
    'utf8mb4_general_ci',
    words.map((word) => word.replace(/'$/, "😀'")),
  ),
  collated('utf8mb4', 'utf8mb4_bin'),
  collated('utf8mb4', 'utf8mb4_unicode_ci'),
  collated('utf8mb3', 'utf8mb3_general_ci'),
  collated(
    'latin1',
    'latin1_german1_ci',
    fc.oneof(
      words,
      hex(1).map((byte) => `_latin1 x'${byte}'`),
    ),
  ),
  collated(
    'latin1',
    'latin1_bin',
    hex(2).map((bytes) => `_latin1 x'${bytes}'`),
  ),
  collated('sjis', 'sjis_japanese_ci'),
  collated('gbk', 'gbk_chinese_ci'),
  collated('big5', 'big5_chinese_ci'),
  collated('utf16', 'utf16_general_ci'),
  collated('utf32', 'utf32_bin'),
  {
    title: 'a composite key of an unsigned bigint, text and datetime(6)',
    columns: ['a bigint unsigned', 'b varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci', 'c datetime(6)'],
    key: 'PRIMARY KEY (a, b, c)',
    keys: fc.tuple(number(2n ** 64n - 3n, 2n ** 64n - 1n), words, moments(6).map(quoted)),
  },
  {
    title: 'a descending unique key with names in quotes',
    columns: ['`Key ``x` bigint NOT NULL', '`order` binary(2) NOT NULL'],
    key: 'UNIQUE (`Key ``x` DESC, `order` DESC)',
    keys: fc.tuple(
      number(0n, 9n),
      hex(2).map((bytes) => `x'${bytes}'`),
    ),
  },
  {
    title: 'a partitioned table',
    columns: ['a int', 'b int'],
    key: 'PRIMARY KEY (a, b)',
    options: 'PARTITION BY HASH (b) PARTITIONS 3',
    keys: fc.tuple(number(0n, 5n), number(0n, 40n)),
  },
]

const MYSQL: readonly KindOfKey[] = [...MYSQL_FAMILY, collated('utf8mb4', 'utf8mb4_0900_ai_ci'), collated('gb18030', 'gb18030_chinese_ci')]

const MARIADB: readonly KindOfKey[] = [
  ...MYSQL_FAMILY,
  one('a uuid', uuids),
  one('a inet6', fc.ipV6().map(quoted)),
  collated('utf8mb4', 'utf8mb4_nopad_bin'),
]

export const KINDS_OF_KEY: { readonly [S in ServerName]: readonly KindOfKey[] } = {
  'postgres': POSTGRES,
  'postgres-system': POSTGRES,
  'mysql': MYSQL,
  'mariadb': MARIADB,
}
