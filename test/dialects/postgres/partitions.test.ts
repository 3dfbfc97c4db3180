import { expect } from 'chai'
import { postgresCatalogReader } from '../../../src/dialects/postgres/catalog/catalog.ts'
import { openPostgresSession } from '../../../src/dialects/postgres/session/connect.ts'
import { effectsOfDifference } from '../../../src/effect/catalog.ts'
import { makeEffectContext } from '../../../src/effect/surroundings.ts'
import { describeObjectChange } from '../../../src/schema/describe.ts'
import { applyDifferences, type Difference, differences, objectBeforeDifference } from '../../../src/schema/difference.ts'
import { formatObjectName } from '../../../src/schema/object.ts'
import { selectGroupsOfState } from '../../../src/schema/state.ts'
import { restored } from '../../support/dump.ts'
import { needsDumpTool } from '../../support/dump-tools.ts'
import { execute, onServers } from '../../support/servers.ts'
import { author, onPostgres } from './fixture.ts'

const BASE = `
CREATE SCHEMA attic;
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE kind (id integer PRIMARY KEY);
CREATE TABLE visit (id bigint NOT NULL, at date NOT NULL, what text DEFAULT 'none', n integer CONSTRAINT positive CHECK (n > 0), k integer REFERENCES kind)
  PARTITION BY RANGE (at);
ALTER TABLE visit ADD PRIMARY KEY (id, at);
CREATE INDEX visit_what ON visit (what);
CREATE TRIGGER marked BEFORE INSERT ON visit FOR EACH ROW EXECUTE FUNCTION mark();
CREATE TABLE p2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE attic.p2023 (k integer, what text DEFAULT 'none', n integer CONSTRAINT positive CHECK (n > 0), at date NOT NULL, id bigint NOT NULL);
ALTER TABLE visit ATTACH PARTITION attic.p2023 FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE p2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE p2025_1 PARTITION OF p2025 FOR VALUES IN (1);
CREATE TABLE rest PARTITION OF visit DEFAULT;
CREATE TABLE lone (id bigint NOT NULL, at date NOT NULL, what text DEFAULT 'none', n integer CONSTRAINT positive CHECK (n > 0), k integer);
CREATE TABLE base (a integer CHECK (a > 0)); CREATE TABLE child (b integer) INHERITS (base);`

/** What a statement changes besides the column lists of tables. */
const CHANGES: readonly (readonly [statement: string, ...lines: string[]])[] = [
  [
    "CREATE TABLE p2026 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    "+ partition p2026 of visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  ],
  ['DROP TABLE p2024', '- partition p2024 of visit'],
  ['ALTER TABLE visit ADD COLUMN more integer DEFAULT 3', '+ column visit.more integer'],
  ['CREATE INDEX ON visit (n)', '+ index visit_n_idx on visit (n)'],
  ['CREATE INDEX mine ON p2024 (n)', '+ index mine on p2024 (n)'],
  ['CREATE UNIQUE INDEX mine ON attic.p2023 (id)', '+ unique index mine on attic.p2023 (id)'],
  ['CREATE INDEX mine ON p2025 (n)', '+ index mine on p2025 (n)'],
  ['CREATE INDEX mine ON p2025_1 (n)', '+ index mine on p2025_1 (n)'],
  ['ALTER TABLE p2024 ADD CONSTRAINT c CHECK (n < 9)', '+ check c on p2024 (n < 9)'],
  ['ALTER TABLE attic.p2023 ADD CONSTRAINT c CHECK (n < 9) NOT VALID', '+ check c on attic.p2023 (n < 9)'],
  ['ALTER TABLE p2024 ADD CONSTRAINT u UNIQUE (n)', '+ unique constraint u on p2024 (n)'],
  ['ALTER TABLE p2024 ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES kind', '+ foreign key f on p2024 (n) to kind (id)'],
  ["ALTER TABLE p2024 ALTER what SET DEFAULT 'x'", '+ column p2024.what text'],
  ['ALTER TABLE attic.p2023 ALTER what DROP DEFAULT', '+ column attic.p2023.what text'],
  ['ALTER TABLE p2025_1 ALTER what SET NOT NULL', '+ column p2025_1.what text not null'],
  ["COMMENT ON COLUMN p2024.what IS 'x'", '+ column p2024.what text'],
  ['CREATE TRIGGER t BEFORE INSERT ON p2024 FOR EACH ROW EXECUTE FUNCTION mark()', '+ trigger t on p2024'],
  ['ALTER TABLE p2024 DISABLE TRIGGER marked', '~ partition p2024 of visit: traits none to ["disabled trigger marked"]'],
  ['ALTER TABLE p2024 ENABLE ALWAYS TRIGGER marked', '~ partition p2024 of visit: traits none to ["always trigger marked"]'],
  ['ALTER TABLE p2024 ENABLE ROW LEVEL SECURITY', '~ partition p2024 of visit: traits none to ["row level security"]'],
  ['CREATE POLICY own ON p2024 USING (n > 3)', '+ policy own on p2024'],
  ['CREATE RULE r AS ON DELETE TO p2024 DO ALSO NOTHING', '+ rule r on p2024'],
  ['CREATE STATISTICS s ON n, what FROM p2024', '+ statistics s on p2024'],
  ['ALTER TABLE p2024 SET UNLOGGED', '~ partition p2024 of visit: traits none to ["unlogged"]'],
  ['ALTER TABLE p2024 REPLICA IDENTITY FULL', '~ partition p2024 of visit: traits none to ["replica identity full"]'],
  ["COMMENT ON TABLE p2024 IS 'x'", '~ partition p2024 of visit: comment none to x'],
  [
    `ALTER TABLE visit DETACH PARTITION rest; ALTER TABLE visit ATTACH PARTITION rest FOR VALUES FROM ('1999-01-01') TO ('2000-01-01')`,
    `~ partition rest of visit: bound DEFAULT to FOR VALUES FROM ('1999-01-01') TO ('2000-01-01')`,
  ],
  ['CREATE INDEX only_parent ON ONLY visit (n)', '+ index only_parent on visit (n)'],
  ['ALTER TABLE ONLY visit ADD CONSTRAINT key UNIQUE (what, at)', '+ unique constraint key on visit (what, at)'],
  ['ALTER TABLE child ADD CONSTRAINT c CHECK (b > 0)', '+ check c on child (b > 0)'],
  ['ALTER TABLE child NO INHERIT base', '~ table child: traits ["inherits base"] to none'],
  ['ALTER TABLE child ALTER a SET DEFAULT 3', '~ column child.a: default none to 3'],
]

/** What code that knows the schema before notices; what only adds and speeds is left out. */
const EFFECTS: readonly (readonly [statement: string, ...findings: string[]])[] = [
  ['ALTER TABLE p2024 ADD CONSTRAINT c CHECK (id > 0)', 'tightens check c on p2024'],
  ['ALTER TABLE p2024 ADD CONSTRAINT c CHECK (id > 0) NOT VALID', 'tightens check c on p2024'],
  ['CREATE UNIQUE INDEX u ON p2024 (id)', 'tightens index u on p2024'],
  ["ALTER TABLE p2024 ALTER what SET DEFAULT 'x'", 'opaque column p2024.what'],
  ['ALTER TABLE p2024 ALTER what SET NOT NULL', 'tightens column p2024.what'],
  [
    `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
     CREATE TRIGGER t BEFORE INSERT ON p2024 FOR EACH ROW EXECUTE FUNCTION lose()`,
    'opaque trigger t on p2024',
  ],
  ['ALTER TABLE p2024 ENABLE ROW LEVEL SECURITY', 'removes partition p2024 of visit', 'tightens partition p2024 of visit'],
  ['ALTER TABLE p2024 SET UNLOGGED', 'opaque partition p2024 of visit'],
  ['CREATE RULE r AS ON INSERT TO p2024 DO INSTEAD NOTHING', 'opaque rule r on p2024'],
  ['DROP TABLE p2024', 'writes-rows partition p2024 of visit'],
  ['ALTER TABLE visit DETACH PARTITION p2024', 'writes-rows partition p2024 of visit'],
  ["ALTER TABLE visit ATTACH PARTITION lone FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')", 'tightens table lone'],
  ['ALTER TABLE child ALTER a SET DEFAULT 3', 'opaque column child.a'],
  ['ALTER TABLE child ADD CHECK (b > 0)', 'tightens check child_b_check on child'],
  ["CREATE TABLE p2027 PARTITION OF visit FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')"],
  ['CREATE INDEX i ON p2024 (id)'],
  ["COMMENT ON TABLE p2024 IS 'x'"],
  [
    "CREATE TABLE p2027 PARTITION OF visit FOR VALUES FROM ('2027-01-01') TO ('2028-01-01'); ALTER TABLE p2027 ADD CHECK (id > 0)",
    'tightens partition p2027 of visit',
  ],
  ['ALTER TABLE visit ADD COLUMN more text; ALTER TABLE p2024 ADD CHECK (length(more) < 9)'],
]

/** Partitions that differ from their tables in all ways that a dump keeps, over values that sessions print in many ways. */
const DUMPED = `CREATE TABLE visit (id bigint NOT NULL, at timestamptz NOT NULL, what text DEFAULT 'none', n integer, f float8 DEFAULT 0.1, i interval DEFAULT '1 day 2 hours', b bytea DEFAULT 'x') PARTITION BY RANGE (at);
CREATE TABLE a PARTITION OF visit FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');
CREATE TABLE b PARTITION OF visit FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00') PARTITION BY HASH (id);
CREATE TABLE b0 PARTITION OF b FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE b1 PARTITION OF b FOR VALUES WITH (MODULUS 2, REMAINDER 1);
ALTER TABLE visit ADD PRIMARY KEY (id, at); CREATE INDEX ON visit (what); ALTER TABLE visit ADD CONSTRAINT pos CHECK (n > 0), ADD CHECK (what IN ('a','b'));
ALTER TABLE a ALTER what SET DEFAULT 'x', ALTER n SET NOT NULL, ADD CHECK (n < 9), ENABLE ROW LEVEL SECURITY, REPLICA IDENTITY FULL;
CREATE UNIQUE INDEX own ON a (n); CREATE INDEX ON b0 (n); COMMENT ON COLUMN b1.n IS 'x';
CREATE TABLE "odd.one" (x int) PARTITION BY LIST (x); CREATE TABLE "odd.two" PARTITION OF "odd.one" FOR VALUES IN (1, NULL);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON visit FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER mine BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();
CREATE TABLE ref (id bigint, at timestamptz, FOREIGN KEY (id, at) REFERENCES visit); ALTER TABLE visit ADD r int; CREATE TABLE k (id int primary key); ALTER TABLE visit ADD FOREIGN KEY (r) REFERENCES k;
CREATE TABLE base (a int CHECK (a > 0), c int); CREATE TABLE child (b int) INHERITS (base); ALTER TABLE child ADD CHECK (b > 1), ALTER a SET DEFAULT 3;`

const SETTINGS: readonly string[] = [
  "timezone = 'Asia/Tokyo'",
  "datestyle = 'German'",
  "intervalstyle = 'iso_8601'",
  'extra_float_digits = -3',
  "bytea_output = 'escape'",
  'quote_all_identifiers = on',
]

describe('postgres: the state of a database with partitions', () =>
  onServers(['postgres', 'postgres-system'], (server, fresh) => {
    const stateAt = async (url: string) => {
      const session = await openPostgresSession({ url, purpose: 'interphase test' })
      try {
        return (await postgresCatalogReader.read(session, 'whole')).state
      } finally {
        await session.close()
      }
    }

    it('is that of its dump, and does not depend on what the database sets', async function () {
      await needsDumpTool(this, server)
      const url = await fresh()
      await execute(url, DUMPED)
      const before = await stateAt(url)
      const copy = await restored(server, url)
      expect(differences(before, await stateAt(copy)).map(describeObjectChange)).to.deep.equal([])
      const database = new URL(url).pathname.slice(1)
      await execute(url, ...SETTINGS.map((setting) => `ALTER DATABASE ${database} SET ${setting}`))
      expect(differences(before, await stateAt(url)).map(describeObjectChange)).to.deep.equal([])
    })
  }))

describe('postgres: reading partitions', () =>
  onPostgres(({ session }) => {
    before(() => author(session(), BASE))

    const change = async (statement: string): Promise<readonly Difference[]> => {
      await session().begin()
      try {
        const before = await postgresCatalogReader.read(session(), 'whole')
        await author(session(), statement)
        const after = await postgresCatalogReader.read(session(), 'whole')
        return differences(before.state, after.state, { before: before.identities, after: after.identities, lasting: true })
      } finally {
        await session().rollback()
      }
    }
    const told = (all: readonly Difference[]) => all.map(describeObjectChange).filter((line) => !/^~ table \w+: columns \(/.test(line))

    it('finds no own property in a partition that only inherits, for every order of its columns', async () => {
      const { state } = await postgresCatalogReader.read(session(), 'whole')
      for (const name of ['p2024', 'attic.p2023', 'p2025', 'p2025_1', 'rest'])
        expect([...(state.groups.get(`table:${name}`)?.keys() ?? [])], name).to.deep.equal([`partition:${name}`])
    })

    for (const [statement, ...lines] of CHANGES) {
      it(`sees ${statement}`, async () => {
        expect(told(await change(statement))).to.deep.equal(lines)
      })
    }

    for (const [statement, ...effects] of EFFECTS) {
      it(`judges ${statement}`, async () => {
        const { state } = await postgresCatalogReader.read(session(), 'whole')
        const made = await change(statement)
        const at = makeEffectContext([state], state, applyDifferences(state, made))
        const told = made.flatMap((one) =>
          effectsOfDifference(one, at).map((effect) => `${effect} ${formatObjectName(objectBeforeDifference(one))}`),
        )
        expect(told.filter((line) => !/^(?:adds|speeds) /.test(line)).sort()).to.deep.equal(effects)
      })
    }

    it('sees an index and a key that are not on every partition yet', async () => {
      const made = await change('CREATE INDEX i ON ONLY visit (n); ALTER TABLE ONLY visit ADD CONSTRAINT u UNIQUE (what, at)')
      const objects = made.flatMap((one) => (one.kind === 'added' ? [one.object] : []))
      expect(objects.map((object) => 'invalid' in object && object.invalid)).to.deep.equal([true, true])
    })

    it('knows the table that is attached, and the partition that is detached', async () => {
      const attached = await change("ALTER TABLE visit ATTACH PARTITION lone FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')")
      expect(told(attached)).to.include.members([
        '- table lone',
        "+ partition lone of visit FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')",
      ])
      const detached = await change('ALTER TABLE visit DETACH PARTITION p2024')
      expect(told(detached)).to.include.members(['- partition p2024 of visit', '+ table p2024'])
    })

    it('knows the partition under a new name', async () => {
      expect(told(await change('ALTER TABLE p2024 RENAME TO old'))).to.deep.equal([
        '~ partition p2024 of visit is now partition old of visit',
      ])
    })

    it('recognises that a partition that was created again is another one', async () => {
      const anew = await change("DROP TABLE p2024; CREATE TABLE p2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')")
      expect(anew.map(({ kind }) => kind)).to.deep.equal(['removed', 'added'])
    })

    it('reads parts as it reads the whole', async () => {
      const whole = await postgresCatalogReader.read(session(), 'whole')
      for (const key of whole.state.groups.keys()) {
        const { state } = await postgresCatalogReader.read(session(), [key])
        expect(differences(selectGroupsOfState(whole.state, [key]), state).map(describeObjectChange), key).to.deep.equal([])
      }
    })
  }))
