import { expect } from 'chai'
import fc from 'fast-check'
import type { DatabaseSession, Dialect } from '../../src/dialect/dialect.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { insertGeneratedRows, type TableWithGeneratedRows } from '../../src/rehearse/fill.ts'
import type { TableObject } from '../../src/schema/object.ts'
import { objectsOfState } from '../../src/schema/state.ts'
import { dialectOfServer } from '../support/chain.ts'
import { execute, freshDatabase, onServers, type ServerName } from '../support/servers.ts'

const ROWS = 4

const SHARED = ['int', 'bigint', 'smallint', 'varchar(12)', 'varchar(3)', 'char(5)', 'text', 'numeric(8,2)', 'date', 'timestamp', 'time', 'double precision', 'boolean'] // biome-ignore format: a list
const TYPES: Readonly<Record<'postgres' | 'mysql', readonly string[]>> = {
  postgres: [...SHARED, 'uuid', 'jsonb', 'bytea', 'inet', 'mood', 'short_word', 'int[]', 'text[]', 'bit(4)', 'interval', 'timestamptz', 'int4range', 'point', 'polygon', 'tsvector', 'money', '"char"', 'name'], // biome-ignore format: a list
  mysql: [...SHARED, 'json', 'varbinary(8)', 'binary(4)', 'blob', "enum('sad','it''s fine')", "set('a','b')", 'bit(4)', 'tinyint(1)', 'year', 'datetime(3)', 'int unsigned', 'point', 'polygon', 'mediumint'], // biome-ignore format: a list
}
const OWN_TYPES = {
  postgres: [
    "CREATE TYPE mood AS ENUM ('sad', 'it''s fine')",
    "CREATE DOMAIN short_word AS varchar(6) CHECK (VALUE <> '' AND length(VALUE) = 4)",
  ],
  mysql: [],
}

/** Checks that the constants in them, or what lies beside these, satisfy. */
const RULES = [
  ['int', 'COLUMN > 4711'],
  ['int', 'COLUMN BETWEEN -9 AND -3'],
  ['varchar(20)', "COLUMN IN ('north', 'south')"],
  ['varchar(20)', 'char_length(COLUMN) = 17'],
  ['varchar(20)', "COLUMN LIKE 'A%'"],
  ['varchar(20)', "COLUMN LIKE '%@%'"],
  ['numeric(6,2)', 'COLUMN >= 0.5 AND COLUMN < 1.5'],
  ['date', "COLUMN >= '2031-01-01'"],
] as const

const KEYS = ['int PRIMARY KEY', 'varchar(12) PRIMARY KEY', 'serial', 'date PRIMARY KEY'] as const
type KeyType = (typeof KEYS)[number]

interface Table {
  readonly key: KeyType
  readonly columns: readonly { readonly type: number; readonly nullable: boolean; readonly unique: boolean }[]
  readonly rules: readonly number[]
  /** Of a table before this one, or of itself. */
  readonly parents: readonly { readonly of: number; readonly nullable: boolean; readonly unique: boolean }[]
}

const table = fc.record<Table>({
  key: fc.constantFrom(...KEYS),
  columns: fc.array(fc.record({ type: fc.nat(), nullable: fc.boolean(), unique: fc.boolean() }), { maxLength: 4 }),
  rules: fc.array(fc.nat(RULES.length - 1), { maxLength: 2 }),
  parents: fc.array(fc.record({ of: fc.nat(), nullable: fc.boolean(), unique: fc.boolean() }), { maxLength: 2 }),
})

// What a unique constraint cannot be put on, or what has too few values for it.
const NOT_UNIQUE =
  /boolean|tinyint|enum|set|mood|year|char\(5\)|varchar\(3\)|text|json|blob|bit|range|point|polygon|vector|interval|money|short|name|"char"|inet|\[\]/

function statements(tables: readonly Table[], family: 'postgres' | 'mysql'): readonly string[] {
  return [...OWN_TYPES[family], ...tables.map((one, index) => create(one, index, tables, family))]
}

function create({ key, columns, rules, parents }: Table, index: number, tables: readonly Table[], family: 'postgres' | 'mysql'): string {
  const types = TYPES[family]
  const lines = [`id ${typeOfKey(key, family)}`]
  columns.forEach(({ type: at, nullable, unique }, place) => {
    const type = types[at % types.length] ?? 'int'
    lines.push(`c${place} ${type}${nullable ? ' NULL' : ' NOT NULL'}${unique && !NOT_UNIQUE.test(type) ? ' UNIQUE' : ''}`)
  })
  rules.forEach((rule, place) => {
    const [type, text] = RULES[rule] ?? RULES[0]
    lines.push(`k${place} ${type} NOT NULL CHECK (${text.replaceAll('COLUMN', `k${place}`)})`)
  })
  parents.forEach(({ of, nullable, unique }, place) => {
    const parent = of % (index + 1)
    const own = parent === index
    const type = typeOfKey(tables[parent]?.key ?? 'int PRIMARY KEY', family).replace(/ PRIMARY KEY| AUTO_INCREMENT|GENERATED.*/g, '')
    lines.push(`p${place} ${type.replace('serial', 'int')}${nullable || own ? ' NULL' : ' NOT NULL'}${unique ? ' UNIQUE' : ''}`)
    lines.push(`FOREIGN KEY (p${place}) REFERENCES t${parent} (id)`)
  })
  return `CREATE TABLE t${index} (${lines.join(', ')})`
}

function typeOfKey(key: KeyType, family: 'postgres' | 'mysql'): string {
  if (key !== 'serial') return key
  return family === 'postgres' ? 'int GENERATED ALWAYS AS IDENTITY PRIMARY KEY' : 'int AUTO_INCREMENT PRIMARY KEY'
}

interface Outcome {
  readonly filled: readonly TableWithGeneratedRows[]
  readonly rows: readonly unknown[]
}

async function filled(server: ServerName, schema: readonly string[], seed = 1, rows = ROWS): Promise<Outcome> {
  const dialect = await loadDialect(dialectOfServer(server))
  const url = await freshDatabase(server)
  await execute(url, ...schema)
  const session = await dialect.open({ url, purpose: 'test' })
  try {
    const { state } = await dialect.catalog.read(session, 'whole')
    const done = await insertGeneratedRows({ session, dialect, signal: new AbortController().signal }, state, { rows, seed })
    const tables = [...objectsOfState(state)].filter((object): object is TableObject => object.kind === 'table')
    return { filled: done, rows: await rowsOf(dialect, session, tables) }
  } finally {
    await session.close()
  }
}

async function rowsOf(dialect: Dialect, session: DatabaseSession, tables: readonly TableObject[]): Promise<readonly unknown[]> {
  const all: unknown[] = []
  for (const one of tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    all.push([one.name, (await dialect.catalog.rows(session, one, one.columns)).map((row) => JSON.stringify(row)).toSorted(ascending)])
  return all
}

const ascending = (a: string, b: string) => (a < b ? -1 : 1)

describe('generated rows', () => {
  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    const family = server === 'postgres' ? 'postgres' : 'mysql'

    it('fit whatever small schema there is, and are the same for the same seed', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(table, { minLength: 1, maxLength: 4 }), async (tables) => {
          const schema = statements(tables, family)
          const first = await filled(server, schema)
          expect(
            first.filled.filter(({ because }) => because !== undefined),
            schema.join(';\n'),
          ).to.deep.equal([])
          expect((await filled(server, schema)).rows).to.deep.equal(first.rows)
        }),
        { numRuns: 15, includeErrorInReport: true },
      )
    })

    it('satisfy keys of several columns, and two keys that share one', async () => {
      const { filled: done } = await filled(server, [
        'CREATE TABLE place (country char(2) NOT NULL, code varchar(8) NOT NULL, PRIMARY KEY (country, code))',
        'CREATE TABLE person (id int PRIMARY KEY, country char(2) NOT NULL, home varchar(8) NOT NULL, work varchar(8), UNIQUE (home, work), FOREIGN KEY (country, home) REFERENCES place (country, code), FOREIGN KEY (country, work) REFERENCES place (country, code))',
        'CREATE TABLE friend (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a, b), FOREIGN KEY (a) REFERENCES person (id), FOREIGN KEY (b) REFERENCES person (id))',
      ])
      expect(done.map(({ table: name, rows }) => [name, rows])).to.deep.equal([
        ['place', ROWS],
        ['person', ROWS],
        ['friend', ROWS],
      ])
    })

    it('take the values of the rows that are there, also in a key of several columns', async () => {
      const schema = [
        'CREATE TABLE outlet (dock int NOT NULL, cable varchar(20) NOT NULL, UNIQUE (dock, cable))',
        'CREATE TABLE wire (id int NOT NULL, cable varchar(20) NOT NULL, colour varchar(20) NOT NULL, UNIQUE (cable, colour))',
        "INSERT INTO outlet VALUES (1, 'tcp'), (2, 'udp')",
        "INSERT INTO wire VALUES (1, 'tcp', 'red')",
      ]
      const { filled: done, rows } = await filled(server, schema, 1, 12)
      expect(done.map(({ table: name, rows: made }) => [name, made])).to.deep.equal([
        ['outlet', 12],
        ['wire', 12],
      ])
      const texts = new Map(rows as [string, string[]][])
      for (const row of texts.get('outlet') ?? []) expect(['tcp', 'udp']).to.include(JSON.parse(row)[1])
      // One of its two columns has to differ.
      for (const row of texts.get('wire') ?? [])
        expect(JSON.parse(row)).to.satisfy((cells: string[]) => cells[1] === 'tcp' || cells[2] === 'red')
    })

    it('satisfy rings of tables through NULL, and a row that must refer to itself', async () => {
      const { filled: done } = await filled(server, [
        'CREATE TABLE a (id int PRIMARY KEY, b_id int)',
        'CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL, FOREIGN KEY (a_id) REFERENCES a (id))',
        'ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id)',
        'CREATE TABLE chief (id int PRIMARY KEY, boss int NOT NULL, FOREIGN KEY (boss) REFERENCES chief (id))',
      ])
      expect(done.filter(({ because }) => because !== undefined)).to.deep.equal([])
    })

    it('end where no more rows can fit, with the reason', async () => {
      const { filled: done } = await filled(server, ['CREATE TABLE flag (up boolean NOT NULL PRIMARY KEY)'])
      expect(done).to.have.length(1)
      expect([done[0]?.rows, done[0]?.because]).to.satisfy(
        ([rows, because]: [number, string]) => rows === 2 && /flag|PRIMARY/.test(because),
      )
    })
  })
})
