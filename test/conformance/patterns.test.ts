import { expect } from 'chai'
import { type PatternArguments, quotePatternArguments } from '../../src/project/patterns/pattern.ts'
import { PATTERN_NAMES, type PatternName } from '../../src/project/patterns/patterns.ts'
import { RESERVED_SQL_WORDS } from '../../src/project/patterns/reserved.ts'
import { type ChainOnServer, chainOverFirst, dialectOfServer } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onEveryServer, type ServerName } from '../support/servers.ts'

const BASE = {
  'r1/010-base.expand.sql': `CREATE TABLE customer (id bigint NOT NULL PRIMARY KEY, email varchar(100) NOT NULL, phone varchar(40) NULL, "Zip Code" varchar(20) NULL);
INSERT INTO customer VALUES (1, 'a@example.org', '12', '7'), (2, 'b@example.org', NULL, NULL), (3, 'a@example.org', '14', NULL);
`,
}

/** A pattern with the names of the author, a write of each version between expand and contract, and the rows at the end. */
interface PatternCase {
  readonly pattern: PatternName
  readonly names: Partial<PatternArguments>
  readonly old: string
  readonly fresh: string
  readonly query: string
  readonly rows: readonly (readonly (string | null)[])[]
}

const CASES: readonly PatternCase[] = [
  {
    pattern: 'not-null',
    names: { column: 'phone', value: "'none'" },
    old: "INSERT INTO customer (id, email, phone) VALUES (4, 'd@example.org', NULL)",
    fresh: "INSERT INTO customer (id, email, phone) VALUES (5, 'e@example.org', '55')",
    query: 'SELECT id, phone FROM customer ORDER BY id',
    rows: [
      ['1', '12'],
      ['2', 'none'],
      ['3', '14'],
      ['4', 'none'],
      ['5', '55'],
    ],
  },
  {
    pattern: 'rename-column',
    names: { column: 'phone', to: 'telephone' },
    old: "INSERT INTO customer (id, email, phone) VALUES (4, 'd@example.org', '44')",
    fresh: "UPDATE customer SET telephone = '22' WHERE id = 2",
    query: 'SELECT id, telephone FROM customer ORDER BY id',
    rows: [
      ['1', '12'],
      ['2', '22'],
      ['3', '14'],
      ['4', '44'],
    ],
  },
  {
    pattern: 'rename-column',
    names: { column: 'Zip Code', to: 'Order' },
    old: "UPDATE customer SET email = 'x@example.org' WHERE id = 1",
    fresh: "UPDATE customer SET email = 'b2@example.org' WHERE id = 2",
    query: 'SELECT id, "Order" FROM customer ORDER BY id',
    rows: [
      ['1', '7'],
      ['2', null],
      ['3', null],
    ],
  },
  {
    pattern: 'change-type',
    names: { column: 'phone', to: 'phone_number', type: 'bigint' },
    old: "INSERT INTO customer (id, email, phone) VALUES (4, 'd@example.org', '44')",
    fresh: "INSERT INTO customer (id, email, phone_number) VALUES (5, 'e@example.org', 55)",
    query: 'SELECT id, phone_number FROM customer ORDER BY id',
    rows: [
      ['1', '12'],
      ['2', null],
      ['3', '14'],
      ['4', '44'],
      ['5', '55'],
    ],
  },
  {
    pattern: 'unique',
    names: { column: 'email' },
    old: "INSERT INTO customer (id, email) VALUES (4, 'b@example.org')",
    fresh: "INSERT INTO customer (id, email) VALUES (5, 'e@example.org')",
    query: 'SELECT id, email FROM customer ORDER BY id',
    rows: [
      ['1', 'a@example.org'],
      ['2', 'b@example.org'],
      ['3', 'a@example.org-3'],
      ['4', 'b@example.org-4'],
      ['5', 'e@example.org'],
    ],
  },
  {
    pattern: 'split-table',
    names: { column: 'phone', to: 'customer_phone' },
    old: "INSERT INTO customer (id, email, phone) VALUES (4, 'd@example.org', '44')",
    fresh: "INSERT INTO customer_phone (id, phone) VALUES (2, '22')",
    query: 'SELECT id, phone FROM customer_phone ORDER BY id',
    rows: [
      ['1', '12'],
      ['2', '22'],
      ['3', '14'],
      ['4', '44'],
    ],
  },
  {
    pattern: 'drop-column',
    names: { column: 'email', value: "'nobody'" },
    old: "INSERT INTO customer (id, email, phone) VALUES (4, 'd@example.org', '44')",
    fresh: "INSERT INTO customer (id, phone) VALUES (5, '55')",
    query: 'SELECT id, phone FROM customer ORDER BY id',
    rows: [
      ['1', '12'],
      ['2', null],
      ['3', '14'],
      ['4', '44'],
      ['5', '55'],
    ],
  },
]

describe('a change made by a pattern', () => {
  after(removeProjects)

  it('has a case for every pattern', () => {
    expect(new Set(CASES.map(({ pattern }) => pattern))).to.deep.equal(new Set(PATTERN_NAMES))
  })

  onEveryServer((server) => {
    it('quotes each word that the server reserves', async () => {
      const url = await freshDatabase(server)
      const isPostgres = dialectOfServer(server) === 'postgres'
      const query = isPostgres ? 'SELECT word FROM pg_get_keywords()' : 'SELECT word AS word FROM information_schema.keywords'
      const keywords = (await execute(url, query)).map(({ word }) => String(word).toLowerCase())
      const words = new Set([...keywords, ...RESERVED_SQL_WORDS].filter((word) => /^[a-z_][a-z0-9_]*$/.test(word)))
      expect(words.size).to.be.greaterThan(400)
      const written = [...words].map((column) =>
        quotePatternArguments({ table: column, column, to: '', key: '', type: '', value: '' }, isPostgres ? 'postgres' : 'mysql'),
      )
      // A few columns a table, because MySQL limits the size of a row.
      for (let at = 0; at < written.length; at += 60) {
        const columns = written.slice(at, at + 60).map(({ column }) => column)
        const [table = ''] = columns
        await execute(
          url,
          `CREATE TABLE ${table} (${columns.map((column) => `${column} int`).join(', ')})`,
          `SELECT ${columns.join(', ')} FROM ${table} WHERE ${columns.map((column) => `${column} = 1`).join(' AND ')}`,
          `UPDATE ${table} SET ${columns.map((column) => `${column} = 2`).join(', ')}`,
          `DROP TABLE ${table}`,
        )
      }
    })

    for (const one of CASES) {
      it(`${one.pattern} of ${one.names.column} runs phase by phase with both versions at work, and can be undone before contract`, async () => {
        const chain = await chainOf(server, one)
        await chain.record()
        await chain.up({ to: 'r1' })
        await phase(chain, 'expand')
        await chain.sql(written(server, one.old), written(server, one.fresh))
        await (await chain.open()).undo({ confirmed: true })
        // The rows of both versions stay after the undo, so they are removed before the second attempt.
        await chain.sql('DELETE FROM customer WHERE id > 3', 'UPDATE customer SET phone = NULL WHERE id = 2')
        await phase(chain, 'expand')
        await chain.sql(written(server, one.old), written(server, one.fresh))
        await phase(chain, 'migrate')
        await phase(chain, 'contract')
        const rows = await chain.sql(written(server, one.query))
        expect(
          rows.map((row) => Object.values(row).map((value) => (value === null ? null : String(value as string | number)))),
        ).to.deep.equal(one.rows)
      })
    }
  })
})

async function chainOf(server: ServerName, { pattern, names }: PatternCase): Promise<ChainOnServer> {
  const chain = await chainOverFirst(server, Object.fromEntries(Object.entries(BASE).map(([path, text]) => [path, written(server, text)])))
  const begun = await (await chain.open()).begin('r2', '010-p', { pattern: { name: pattern, names: { table: 'customer', ...names } } })
  expect(begun.questions).to.deep.equal([])
  return chain
}

async function phase(chain: ChainOnServer, name: 'expand' | 'migrate' | 'contract'): Promise<void> {
  await chain.up({ phase: name })
}

/** Writes quoted names in the notation of the server. */
function written(server: ServerName, text: string): string {
  return dialectOfServer(server) === 'postgres' ? text : text.replaceAll('"', '`')
}
