import { expect } from 'chai'
import fc from 'fast-check'
import { sql, sqlValue } from '../../../src/dialect/sql.ts'
import { postgresCatalogReader } from '../../../src/dialects/postgres/catalog/catalog.ts'
import { openPostgresSession } from '../../../src/dialects/postgres/session/connect.ts'
import { Interphase } from '../../../src/engine.ts'
import { describeDifferences, describeObjectMismatch } from '../../../src/schema/describe.ts'
import { differences } from '../../../src/schema/difference.ts'
import { fingerprintOfState } from '../../../src/schema/fingerprint.ts'
import type { SchemaState } from '../../../src/schema/state.ts'
import { chainOn } from '../../support/chain.ts'
import { restored } from '../../support/dump.ts'
import { needsDumpTool } from '../../support/dump-tools.ts'
import { exampleProject } from '../../support/example.ts'
import { removeProjects } from '../../support/project.ts'
import { execute, freshDatabase, onServers, type ServerName, serverUrl } from '../../support/servers.ts'
import { EVERYTHING, EVERYTHING_SINCE_18 } from './everything.ts'
import { expressions, TABLE } from './expressions.ts'

const { EXPRESSIONS_SEED: seed = '1', EXPRESSIONS_COUNT: count = '300' } = process.env

// To select from a table, the server works out the constants in its indexes, and fails where a generated one has no value.
const WITHOUT_ROWS = ['--exclude-table-data', 'public.item*']

describe('postgres: a database that was restored from its own dump', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    before(async function () {
      await needsDumpTool(this, server)
    })

    it('is the same database with one of everything in it', () => staysWithBase(server, EVERYTHING))

    // The distribution has an older version.
    if (server === 'postgres')
      it('is the same database with what version 18 and extensions add', () => staysWithBase(server, EVERYTHING_SINCE_18))

    it('is the same database at the end of the example chain', async () => {
      const directory = await exampleProject('postgres', (await serverUrl(server)) ?? '')
      const url = await freshDatabase(server)
      const open = (databaseUrl: string) => Interphase.open({ directory, databaseUrl })
      await (await open(url)).upgrade({ confirmed: true })
      expect((await staysTheSame(server, url, open)).through).to.equal('2017.2-pike/010-archive-notes.contract')
    })

    it('is the same database with generated expressions in every place that takes one', async () => {
      const statements = await taken(server, statementsOf(fc.sample(expressions(3), { numRuns: Number(count), seed: Number(seed) })))
      expect(statements.length).to.be.greaterThan(Number(count))
      await staysWithBase(server, [TABLE, ...statements].join(';\n'), WITHOUT_ROWS)
    })
  })
})

/** A chain that begins with this base, and continues in a copy with the ledger of the original and in an adopted copy. */
async function staysWithBase(server: ServerName, base: string, options: readonly string[] = []): Promise<void> {
  const chain = await chainOn(server, { 'r1/010-base.expand.sql': base, 'r2/010-later.expand.sql': 'CREATE TABLE later (id int);' })
  await chain.record()
  await chain.up({ to: 'r1' })
  const open = (databaseUrl: string) => chain.open({ databaseUrl })
  const { copies, through } = await staysTheSame(server, chain.url, open, options)
  expect(through).to.equal('r1/010-base.expand')
  for (const copy of copies) {
    await (await open(copy)).upgrade({ confirmed: true })
    expect((await (await open(copy)).status({ compareSchema: true })).exitCode).to.equal(0)
  }
}

/** Restores the database twice, asks each copy what it asks the first, and adopts a copy that has no ledger. */
async function staysTheSame(
  server: ServerName,
  first: string,
  open: (url: string) => Promise<Interphase>,
  options: readonly string[] = [],
) {
  const before = await stateOf(first)
  const exitCode = await statusOf(await open(first))
  let url = first
  for (const copy of ['first', 'second']) {
    url = await restored(server, url, options)
    const found = await stateOf(url)
    expect(apart(before, found), `the ${copy} copy`).to.deep.equal([])
    expect(fingerprintOfState(found)).to.equal(fingerprintOfState(before))
    expect(await statusOf(await open(url))).to.equal(exitCode)
  }
  const adopted = await restored(server, url, options)
  await execute(adopted, 'DROP TABLE interphase_project, interphase_migration, interphase_note')
  return { copies: [url, adopted], through: (await (await open(adopted)).adopt()).through }
}

async function statusOf(engine: Interphase): Promise<number> {
  const { schema, exitCode } = await engine.status({ compareSchema: true })
  expect(schema).to.equal('as planned')
  return exitCode
}

async function stateOf(url: string): Promise<SchemaState> {
  const session = await openPostgresSession({ url, purpose: 'interphase test' })
  try {
    return (await postgresCatalogReader.read(session, 'whole')).state
  } finally {
    await session.close()
  }
}

function apart(before: SchemaState, after: SchemaState): readonly string[] {
  return describeDifferences(differences(before, after), (one) => describeObjectMismatch(one, { before: 'dumped', after: 'restored' }))
}

// A table with hundreds of checks is slow to change.
const PER_TABLE = 30

/** Each expression as a check, and in one other place: most are refused in some. */
function statementsOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text, index) => {
    const table = `item${Math.floor(index / PER_TABLE)}`
    const here = text.replaceAll(/\bitem\b/g, table)
    const place = PLACES[index % PLACES.length]
    return [
      ...(index % PER_TABLE === 0 ? [`CREATE TABLE ${table} (LIKE item INCLUDING ALL)`] : []),
      `ALTER TABLE ${table} ADD CONSTRAINT c${index} CHECK (${here})`,
      ...(place ? [place(table, here, index)] : []),
    ]
  })
}

const PLACES: readonly ((table: string, text: string, index: number) => string)[] = [
  (table, text, index) => `CREATE VIEW v${index} AS SELECT (${text}) AS e, i FROM ${table} WHERE (${text}) AND b`,
  (table, text, index) => `CREATE INDEX i${index} ON ${table} ((${text}), i) WHERE ${text}`,
  (table, text, index) => `CREATE POLICY p${index} ON ${table} USING (${text}) WITH CHECK (b OR (${text}))`,
  (table, text, index) => `ALTER TABLE ${table} ADD g${index} boolean GENERATED ALWAYS AS (${text}) STORED`,
  (table, text, index) =>
    `CREATE MATERIALIZED VIEW m${index} AS SELECT count(*) FILTER (WHERE ${text}) AS n FROM ${table} GROUP BY (${text}) WITH NO DATA`,
  (table, text, index) =>
    `CREATE FUNCTION f${index}() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM ${table} WHERE ${text}; END`,
  (table, text, index) => `CREATE STATISTICS s${index} ON (${text}), i FROM ${table}`,
  (table, text, index) => `ALTER TABLE ${table} ADD CONSTRAINT x${index} EXCLUDE USING btree (i WITH =) WHERE (${text})`,
  (table, text, index) => `CREATE RULE r${index} AS ON UPDATE TO ${table} DO ALSO DELETE FROM ${table} WHERE ${text}`,
  (_, text, index) => `CREATE TABLE t${index} (b boolean DEFAULT (${text.replaceAll(COLUMN, 'NULL')}))`,
]

// A default takes no columns.
const COLUMN = /(?<!['\w.])(?:[a-z]{1,2}|"order"|item)(?![\w'(])/g

/** Those of these statements that the server takes, one after the other. */
async function taken(server: ServerName, statements: readonly string[]): Promise<readonly string[]> {
  const url = await freshDatabase(server)
  await execute(url, TABLE, TAKEN)
  const session = await openPostgresSession({ url, purpose: 'interphase test' })
  try {
    const [row] = await session.query<{ readonly done: readonly string[] }>(sql`SELECT taken(${sqlValue(statements)}::text[]) AS done`)
    return row?.done ?? []
  } finally {
    await session.close()
  }
}

const TAKEN = `
CREATE FUNCTION taken(statements text[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  one text;
  done text[] := '{}';
BEGIN
  FOREACH one IN ARRAY statements LOOP
    BEGIN
      EXECUTE one;
      done := done || one;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  RETURN done;
END $$`
