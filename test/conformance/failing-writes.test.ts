import { expect } from 'chai'
import { analyseExpression } from '../../src/effect/expression/analyse-expression.ts'
import { execute, freshDatabase, onServers, type ServerName } from '../support/servers.ts'

/** Columns with values at the limits of their types, one row for each value. */
interface Values {
  readonly columns: Readonly<Record<string, readonly [type: string, values: readonly string[]]>>
  /** The expressions that give a value for each of these rows. */
  readonly total: readonly string[]
  /** The expressions that fail for one of these rows. */
  readonly failing: readonly string[]
}

const TEXTS = ["''", "'abc'", "'-1'", "'ß%\\_('", "repeat('x', 50)"]

const POSTGRES: Values = {
  columns: {
    i: ['integer', ['0', '1', '-1', '2147483647', '-2147483648']],
    b: ['bigint', ['0', '9223372036854775807', '-9223372036854775808']],
    n: ['numeric', ['0', "'NaN'", "'Infinity'", '1e100', '-1e-100']],
    m: ['numeric(3,2)', ['0', '9.99', '-9.99']],
    f: ['double precision', ['0', '1e308', "'NaN'", '1e-308']],
    v: ['varchar(50)', TEXTS],
    x: ['text', [...TEXTS, "(SELECT string_agg(md5(g::text), ' ') FROM generate_series(1, 40000) g)"]],
    j: ['jsonb', ["'null'", "'1'", "'[]'", '\'{"a": "no number"}\'', '\'[{"a": 1}]\'']],
    d: ['date', ["'infinity'", "'-infinity'", "'2024-02-29'"]],
    t: ['timestamp', ["'infinity'", "'2024-02-29 23:59:59.999'"]],
    z: ['timestamptz', ["'infinity'", "'2024-02-29 23:59:59.999+14'"]],
    a: ['int[]', ["'{}'", "'{1,NULL}'", "'{{1},{2}}'"]],
    o: ['boolean', ['true', 'false']],
  },
  total: listOf(String.raw`
    i > 0 AND b <= 5 ; x LIKE 'a%' ; x ~ '^a.c$' ; i IN (1, 2) ; v IS DISTINCT FROM x ; NOT o ; n BETWEEN 1 AND 2 ; lower(v) ;
    upper(x) ; coalesce(x, '') || v ; md5(x) ; left(x, 3) ; substring(x FROM 2 FOR 3) ; length(x) ; reverse(v) ;
    split_part(x, ',', 1) ; regexp_replace(x, '[^0-9]', '', 'g') ; replace(x, 'a', v) ; concat_ws(' ', x, v) ; i::text ;
    j::text ; i::bigint ; i::numeric ; b::numeric ; v::varchar(3) ; t::date ; z::date ; d::timestamp ; i::double precision ;
    o::int ; j ->> 'a' ; j -> 'a' -> 0 ; j #>> '{a,0}' ; j @> '{"a": 1}' ; j ? 'a' ; jsonb_typeof(j) ;
    jsonb_extract_path_text(j, 'a') ; date_trunc('day', t) ; extract(year FROM d) ; z AT TIME ZONE 'UTC' ; date_part('dow', t) ;
    t + interval '1 day' ; d - 7 ; n + 1 ; n * i ; n / 2 ; i % 7 ; round(n, 2) ; a[1] ; cardinality(a) ; 1 = ANY (a) ;
    a && ARRAY[i] ; nullif(i, 0) ; CASE WHEN i > 0 THEN x ELSE 'none' END ; greatest(i, 0) ; ARRAY[i, 1] ; num_nonnulls(i, x) ;
    now() > z ; trunc(m)::numeric(3,2) ; round(m, 1)::numeric(4,2)
  `),
  failing: listOf(String.raw`
    1 / i ; i % i ; i + 1 ; - i ; i * i ; b - 1 ; f * 10 ; abs(i) ; b::int ; i::smallint ; n::int ; f::real ; n::numeric(5,2) ;
    x::int ; x::date ; x::uuid ; x::json ; (j ->> 'a')::int ; to_date(x, 'YYYY') ; x ~ v ; x LIKE v || '\' ;
    jsonb_array_length(j) ; to_tsvector('simple', x) ; int4range(i, 0) ; substring(x FROM 1 FOR i) ; sqrt(n) ; chr(i) ;
    repeat(x, i) ; z AT TIME ZONE v ; decode(x, 'hex') ; x::regclass IS NULL ; encode(x::bytea, 'hex') ; split_part(x, v, i) ;
    date_trunc(x, t) ; round(m)::numeric(3,2) ; ceil(m)::numeric(3,2) ; floor(m)::numeric(3,2)
  `),
}

const MYSQL: Values = {
  columns: {
    i: ['int', ['0', '1', '-1', '2147483647', '-2147483648']],
    b: ['bigint', ['0', '9223372036854775807', '-9223372036854775808']],
    u: ['bigint unsigned', ['0', '18446744073709551615']],
    v: ['varchar(50)', ["''", "'abc'", "'-1'", "repeat('x', 50)"]],
    j: ['json', ["'null'", "'1'", '\'{"a": "no number"}\'']],
    d: ['date', ["'2024-02-29'", "'9999-12-31'"]],
    t: ['datetime', ["'2024-02-29 23:59:59'"]],
  },
  total: listOf(String.raw`
    i > 0 and b <= 5 ; v like 'a%' ; i in (1, 2) ; v is null ; i between 1 and 2 ; lower(v) ; concat(v, '-', i) ;
    coalesce(v, '') ; ifnull(v, '') ; left(v, 3) ; substr(v, 2, 3) ; char_length(v) ; replace(v, 'a', 'b') ; nullif(i, 0) ;
    cast(i as char) ; year(d) ; date(t) ; month(t) ; json_unquote(json_extract(j, '$.a')) ; i / 2 ; i % 7 ; if(i > 0, 'a', 'b') ;
    case when i > 0 then v else 0 end
  `),
  failing: listOf(String.raw`
    1 / i ; i % i ; b + 1 ; b * 2 ; u - 1 ; i div i ; cast(v as signed) ; cast(v as date) ; json_extract(v, '$.a') ; year(v) ;
    exp(i)
  `),
}

/** Splits a list of expressions at its semicolons. */
function listOf(text: string): readonly string[] {
  return text.split(';').map((expression) => expression.trim())
}

const VALUES: { readonly [S in ServerName]?: Values } = { postgres: POSTGRES, 'postgres-system': POSTGRES, mysql: MYSQL, mariadb: MYSQL }

describe('expressions of a schema over the values of running code', () => {
  onServers(['postgres', 'postgres-system', 'mysql', 'mariadb'], (server) => {
    const { columns, total, failing } = VALUES[server] ?? { columns: {}, total: [], failing: [] }
    let url: string

    before(async () => {
      url = await freshDatabase(server)
      const types = Object.entries(columns).map(([name, [type]]) => `${name} ${type}`)
      await execute(url, `CREATE TABLE item (${types.join(', ')})`, 'CREATE TABLE given (v text)', ...rowsOf(columns))
    })

    it('give a value for every row, where the engine says so', async () => {
      expect(await failuresOf(total)).to.deep.equal(total.map((expression) => [expression, 'is total', 'is total']))
    })

    it('fail for a row, where the engine says so', async () => {
      expect(await failuresOf(failing)).to.deep.equal(failing.map((expression) => [expression, 'can fail', 'can fail']))
    })

    /** Each expression, with what the engine and what the server says of it. */
    async function failuresOf(expressions: readonly string[]): Promise<readonly (readonly string[])[]> {
      const printed = await print(server, url, expressions)
      const found: (readonly string[])[] = []
      for (const [index, expression] of expressions.entries()) {
        const { fails } = analyseExpression(printed[index] ?? '', (name) => {
          const type = columns[name]?.[0]
          return type === undefined ? undefined : { type: PRINTED[type] ?? type, nullable: true }
        })
        const words = (isFailing: boolean) => (isFailing ? 'can fail' : 'is total')
        found.push([expression, words(fails !== undefined), words(await isRefused(server, url, expression))])
      }
      return found
    }
  })
})

/** The names that PostgreSQL prints for its types. */
const PRINTED: Readonly<Record<string, string>> = {
  'varchar(50)': 'character varying(50)',
  'timestamp': 'timestamp without time zone',
  'timestamptz': 'timestamp with time zone',
  'int[]': 'integer[]',
}

/** Each value in a row that is otherwise NULL, and rows that hold a value in every column. */
function rowsOf(columns: Values['columns']): readonly string[] {
  const names = Object.keys(columns)
  const most = Math.max(...Object.values(columns).map(([, values]) => values.length))
  return Array.from({ length: most }, (_, index) => {
    const row = Object.values(columns).map(([, values]) => values[index % values.length])
    return `INSERT INTO item (${names.join(', ')}) VALUES (${row.join(', ')})`
  })
}

/** The expressions as the server prints them in the definitions of checks. */
async function print(server: ServerName, url: string, expressions: readonly string[]): Promise<readonly string[]> {
  const isPostgres = server.startsWith('postgres')
  const query = isPostgres
    ? "SELECT conname AS name, pg_get_expr(conbin, conrelid) AS says FROM pg_constraint WHERE conrelid = 'copy'::regclass AND contype = 'c'"
    : 'SELECT constraint_name AS name, check_clause AS says FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()'
  const checks = expressions.map((expression, index) => `ADD CONSTRAINT printed_${index} CHECK ((${expression}) IS NOT NULL)`)
  await execute(url, 'DROP TABLE IF EXISTS copy', `CREATE TABLE copy ${isPostgres ? '(LIKE item)' : 'LIKE item'}`)
  const rows = await execute(url, `ALTER TABLE copy ${checks.join(', ')}`, query)
  const found = new Map(rows.map((row) => [String(row['name'] ?? row['NAME']), String(row['says'] ?? row['SAYS'])]))
  return expressions.map((_, index) => found.get(`printed_${index}`) ?? '')
}

/** True if the server refuses to write the values of the expression. */
async function isRefused(server: ServerName, url: string, expression: string): Promise<boolean> {
  const value = server.startsWith('postgres') ? `(${expression})::text` : expression
  return execute(url, `INSERT INTO given SELECT ${value} FROM item`).then(
    () => false,
    () => true,
  )
}
