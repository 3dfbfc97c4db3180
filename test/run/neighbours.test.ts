import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedAt, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onEachDialect, onServers } from '../support/servers.ts'

const BASE: Files = { 'r1/010-base.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY);' }
const NEXT: Files = { 'r2/010-more.expand.sql': 'ALTER TABLE item ADD COLUMN more text;' }
const AUDIT: Files = {
  'r1/010-base.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY); CREATE SCHEMA audit; CREATE TABLE audit.log (id int);',
}

/** What others make in the database, and how it is listed. A role stays on the server, so it is made once. */
const NEIGHBOURS: readonly (readonly [statements: readonly string[], ...listed: string[]])[] = [
  [['CREATE SCHEMA outpost', 'CREATE TABLE outpost.crate (id serial)'], 'schema outpost'],
  [
    ['CREATE SCHEMA outpost', 'CREATE TABLE outpost.crate (item int REFERENCES item)', 'CREATE VIEW outpost.v AS SELECT * FROM item'],
    'schema outpost',
  ],
  [['CREATE SCHEMA outpost', 'CREATE TYPE outpost.a AS (x int)', 'CREATE TYPE outpost.b AS (x int)'], 'schema outpost'],
  [['CREATE EXTENSION pg_trgm'], 'extension pg_trgm'],
  [
    [
      'CREATE SCHEMA outpost',
      'CREATE FUNCTION outpost.f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$',
      'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION outpost.f()',
    ],
    'event trigger e',
    'schema outpost',
  ],
  [['CREATE PUBLICATION p FOR TABLE item'], 'publication p'],
  [
    ['CREATE TABLE theirs (id serial PRIMARY KEY)', 'ALTER TABLE theirs OWNER TO interphase_test_other'],
    'sequence theirs_id_seq',
    'table theirs',
  ],
  [
    [
      "CREATE TYPE theirs AS ENUM ('a')",
      'ALTER TYPE theirs OWNER TO interphase_test_other',
      'CREATE VIEW their_view AS SELECT 1 AS one',
      'ALTER VIEW their_view OWNER TO interphase_test_other',
      'CREATE TYPE their_pair AS (a int)',
      'ALTER TYPE their_pair OWNER TO interphase_test_other',
    ],
    'composite type their_pair',
    'enum theirs',
    'view their_view',
  ],
  [['CREATE FOREIGN DATA WRAPPER w', 'CREATE SERVER s FOREIGN DATA WRAPPER w'], 'foreign server s', 'foreign-data wrapper w'],
]

/** What is the project's, or nobody else's. */
const COUNTED: readonly (readonly [statement: string, difference: string])[] = [
  ['CREATE TABLE stray (id int)', 'table stray: not planned, but found'],
  ['CREATE TABLE audit.stray (id int)', 'table audit.stray: not planned, but found'],
  ['CREATE FUNCTION stray() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$', 'function stray(): not planned, but found'],
]

describe('the neighbours of a project', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    const otherRole = (chain: ChainOnServer) =>
      chain.sql('DO $$ BEGIN CREATE ROLE interphase_test_other; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$')

    for (const [statements, ...listed] of NEIGHBOURS) {
      it(`are listed, and no difference: ${statements.join('; ')}`, async () => {
        const chain = await recordedAt(server, 'r1', { ...BASE, ...NEXT })
        await otherRole(chain)
        await chain.sql(...statements)
        await chain.up()
        const status = await chain.status()
        expect(status.schema).to.equal('as planned')
        expect((status.neighbours ?? []).map(({ what }) => what).sort()).to.deep.equal(listed)
        const { findings } = await (await chain.open()).diagnose()
        for (const one of listed) expect(findings.find(({ about }) => about === 'neighbours')?.says).to.include(one)
        await chain.sql('DROP TABLE interphase_project, interphase_migration, interphase_note')
        const adopted = await (await chain.open()).adopt()
        expect(adopted.through).to.equal('r2/010-more.expand')
        expect(adopted.neighbours.map(({ what }) => what).sort()).to.deep.equal(listed)
      })
    }
  })

  onServers(['postgres'], (server) => {
    for (const [statement, difference] of COUNTED) {
      it(`are not what belongs to nobody else: ${statement}`, async () => {
        const chain = await recordedAt(server, 'r1', { ...AUDIT, ...NEXT })
        await chain.sql(statement)
        const { facts } = await rejected(chain.up(), 'schema.differs')
        expect(facts.differences).to.deep.equal([difference])
      })
    }

    it('are not the schemas that the configuration names', async () => {
      const chain = await recordedAt(server, 'r1', { ...BASE, ...NEXT }, { schemas: ['outpost'] })
      await chain.sql('CREATE SCHEMA outpost', 'CREATE TABLE outpost.crate (id int)')
      const { facts } = await rejected(chain.up(), 'schema.differs')
      expect(facts.differences).to.deep.equal(['schema outpost: not planned, but found', 'table outpost.crate: not planned, but found'])
    })

    it('are tables that the set-up of a shadow makes in their place, in a schema that the configuration does not name', async () => {
      const despite = '-- interphase: despite tightens because their users stay\n'
      const files: Files = {
        '/shadow.setup.sql': 'CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY);',
        'r1/010-base.expand.sql': `${despite}CREATE TABLE item (id int PRIMARY KEY, owner int REFERENCES auth.users);`,
        'r2/010-more.expand.sql': `${despite}ALTER TABLE item ADD COLUMN friend int REFERENCES auth.users;`,
        'r2/010-more.migrate.sql': 'UPDATE item SET friend = owner WHERE owner IN (SELECT id FROM auth.users);',
      }
      const chain = await recordedOn(server, files, { schemas: ['public'] })
      await chain.sql(
        'CREATE SCHEMA auth',
        'CREATE TABLE auth.users (id int PRIMARY KEY, name text NOT NULL)',
        'CREATE TABLE auth.session (id int)',
      )
      await chain.up()
      const { schema, neighbours } = await chain.status()
      expect(schema).to.equal('as planned')
      expect(neighbours?.map(({ what }) => what)).to.deep.equal(['schema auth'])
    })

    it('are not what an earlier release made, where the database has lost it', async () => {
      const chain = await recordedAt(server, 'r1', {
        'r1/010-base.expand.sql': `${BASE['r1/010-base.expand.sql']} CREATE EXTENSION pg_trgm;`,
        ...NEXT,
      })
      await chain.sql('DROP EXTENSION pg_trgm')
      const { facts } = await rejected(chain.up(), 'schema.differs')
      expect(facts.differences).to.deep.equal(['extension pg_trgm: planned, but not found'])
    })

    it('tell adopt nothing of the place in the chain, unless a release makes the same', async () => {
      const files: Files = {
        ...BASE,
        'r2/010-trgm.expand.sql': 'CREATE EXTENSION IF NOT EXISTS pg_trgm;',
        'r3/010-more.expand.sql': 'ALTER TABLE item ADD COLUMN more text;',
      }
      const chain = await recordedOn(server, files)
      await chain.sql('CREATE TABLE item (id int PRIMARY KEY)', 'CREATE EXTENSION pg_trgm', 'CREATE EXTENSION hstore')
      const adopted = await (await chain.open()).adopt()
      expect(adopted.through).to.equal('r2/010-trgm.expand')
      expect(adopted.neighbours.map(({ what }) => what)).to.deep.equal(['extension hstore'])
    })

    it('leave a database empty, although they made beforehand what a release makes', async () => {
      const chain = await recordedOn(server, {
        'r1/010-base.expand.sql': 'CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE TABLE item (id int);',
      })
      await chain.sql('CREATE EXTENSION pg_trgm', 'CREATE SCHEMA outpost', 'CREATE TABLE outpost.crate (id int)')
      await rejected((await chain.open()).adopt(), 'adopt.empty')
      await chain.up()
      expect((await chain.status()).schema).to.equal('as planned')
    })

    it('may have made beforehand what a release makes', async () => {
      const files: Files = {
        ...BASE,
        'r2/010-trgm.expand.sql': 'CREATE EXTENSION IF NOT EXISTS pg_trgm; ALTER TABLE item ADD COLUMN more text;',
      }
      const chain = await recordedOn(server, files)
      await chain.sql('CREATE TABLE item (id int PRIMARY KEY)', 'CREATE EXTENSION pg_trgm')
      expect((await (await chain.open()).adopt()).through).to.equal('r1/010-base.expand')
      await chain.up()
      expect((await chain.status()).schema).to.equal('as planned')
    })

    it('go with the table that the setting `ignore` names: its sequences and partitions', async () => {
      const chain = await recordedAt(server, 'r1', { ...BASE, ...NEXT }, { ignore: ['session', 'tidy'] })
      await chain.sql(
        'CREATE TABLE session (id serial, at date) PARTITION BY RANGE (at)',
        "CREATE TABLE session_1 PARTITION OF session FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        'CREATE INDEX own ON session_1 (id)',
        'CREATE FUNCTION tidy(a int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      )
      await chain.up()
      const { schema, neighbours } = await chain.status()
      expect(schema).to.equal('as planned')
      expect(neighbours?.map(({ what }) => what)).to.include('table session')
    })
  })

  onEachDialect((server) => {
    it('are other projects of the same database, as many as there are', async () => {
      const chain = await recordedOn(server, { ...BASE, ...NEXT })
      const billing = await recordedOn(
        server,
        { 'r1/010-bill.expand.sql': 'CREATE TABLE bill (id int PRIMARY KEY);' },
        { project: 'billing' },
      )
      await chain.up({ to: 'r1' })
      await (await billing.open({ databaseUrl: chain.url })).upgrade({ confirmed: true })
      await chain.up()
      expect((await chain.status()).neighbours?.map(({ what }) => what)).to.deep.equal(['project billing'])
    })

    it('are tables, events and types that the setting `ignore` names', async () => {
      const chain = await recordedAt(server, 'r1', { ...BASE, ...NEXT }, { ignore: ['session', 'nightly'] })
      const isPostgres = chain.dialect === 'postgres'
      const nightly = isPostgres ? 'TYPE nightly AS (a int)' : 'EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM session'
      await chain.sql('CREATE TABLE session (id int)', `CREATE ${nightly}`)
      await chain.up()
      const because = 'the setting `ignore` names it'
      const { schema, neighbours } = await chain.status()
      expect([schema, neighbours]).to.deep.equal([
        'as planned',
        [
          { what: 'table session', because },
          { what: isPostgres ? 'composite type nightly' : 'event nightly', because },
        ],
      ])
      expect((await (await chain.open()).diagnose()).findings.find(({ about }) => about === 'neighbours')?.says).to.include('table session')
    })
  })
})
