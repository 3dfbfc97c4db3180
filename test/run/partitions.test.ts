import { expect } from 'chai'
import type { CrashPointHook } from '../../src/work/crash.ts'
import { rejected } from '../support/caught.ts'
import { chainOn, type Files, recordedAt, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const GAUGE: Files = {
  'r1/010-gauge.expand.sql': `
CREATE TABLE gauge (id bigint NOT NULL, day date NOT NULL, unit text) PARTITION BY RANGE (day);
CREATE INDEX gauge_unit ON gauge (unit);
CREATE TABLE gauge_25 PARTITION OF gauge FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE gauge_26 PARTITION OF gauge FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');`,
}
const NEXT: Files = { 'r2/010-more.expand.sql': 'ALTER TABLE gauge ADD COLUMN more text;' }
const ARRIVES = "CREATE TABLE gauge_27 PARTITION OF gauge FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')"

/** What somebody does to the partitions of a live database, and the difference that it makes. */
const LIVE: readonly (readonly [statements: string, ...differences: string[]])[] = [
  [ARRIVES],
  ['DROP TABLE gauge_25'],
  ['ALTER TABLE gauge DETACH PARTITION gauge_25'],
  [`${ARRIVES} PARTITION BY LIST (unit); CREATE TABLE gauge_27_a PARTITION OF gauge_27 DEFAULT`],
  [`${ARRIVES}; CREATE INDEX own ON gauge_27 (id)`, 'index own on gauge_27 (id): not planned, but found'],
  [`${ARRIVES}; ALTER TABLE gauge_27 ALTER unit SET DEFAULT 'x'`, "column gauge_27.unit: default planned none, found 'x'::text"],
  [
    `${ARRIVES}; ALTER TABLE gauge_27 ENABLE ROW LEVEL SECURITY`,
    "partition gauge_27 of gauge FOR VALUES FROM ('2027-01-01') TO ('2028-01-01') row level security: not planned, but found",
  ],
  ['ALTER TABLE gauge_25 ADD CONSTRAINT late CHECK (id > 0)', 'check late on gauge_25 (id > 0): not planned, but found'],
  ["ALTER TABLE gauge_25 ALTER unit SET DEFAULT 'x'", "column gauge_25.unit: default planned none, found 'x'::text"],
  ['ALTER TABLE gauge_25 DISABLE TRIGGER ALL'],
  ['ALTER TABLE gauge_25 SET UNLOGGED', 'partition gauge_25 of gauge: traits planned none, found ["unlogged"]'],
  [
    "ALTER TABLE gauge DETACH PARTITION gauge_25; ALTER TABLE gauge ATTACH PARTITION gauge_25 FOR VALUES FROM ('2025-01-01') TO ('2025-02-01')",
    "partition gauge_25 of gauge: bound planned FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'), found FOR VALUES FROM ('2025-01-01') TO ('2025-02-01')",
  ],
]

describe('the partitions of a live database', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    for (const [statements, ...differences] of LIVE) {
      it(`${differences.length > 0 ? 'are as planned no more' : 'are as planned'} after ${statements}`, async () => {
        const chain = await recordedAt(server, 'r1', { ...GAUGE, ...NEXT })
        await chain.sql(...statements.split('; '))
        if (differences.length > 0) {
          const { facts } = await rejected(chain.up(), 'schema.differs')
          expect(facts.differences).to.deep.equal(differences)
          return
        }
        await chain.up()
        expect((await chain.status()).schema).to.equal('as planned')
        await chain.sql('DROP TABLE interphase_project, interphase_migration, interphase_note')
        expect(await (await chain.open()).adopt()).to.include({ through: 'r2/010-more.expand' })
      })
    }

    const PHASE: Files = {
      'r2/010-more.expand.sql': 'ALTER TABLE gauge ADD COLUMN more text;',
      'r2/020-index.expand.sql':
        '-- interphase: transaction off\nALTER TABLE gauge ADD COLUMN most text;\nCREATE INDEX gauge_id ON gauge (id);',
      'r2/030-rest.expand.sql': 'ALTER TABLE gauge ADD COLUMN rest text;',
    }
    const JOB = [ARRIVES, 'ALTER TABLE gauge DETACH PARTITION gauge_25', 'DROP TABLE gauge_26']
    const MOMENTS = ['r2/010-more.expand after begin', 'r2/010-more.expand after ledger', 'r2/020-index.expand 0 after cursor']

    for (const moment of MOMENTS) {
      it(`may come and go while a phase is at work: ${moment}`, async () => {
        const chain = await recordedAt(server, 'r1', { ...GAUGE, ...PHASE })
        let isDone = false
        const crash: CrashPointHook = async (point, migration, statement) => {
          if (moment !== [migration, ...(statement === undefined ? [] : [statement]), point].join(' ')) return
          await chain.sql(...JOB)
          isDone = true
        }
        await (await chain.open({ crash })).upgrade({ confirmed: true })
        expect(isDone).to.equal(true)
        expect((await chain.status()).schema).to.equal('as planned')
        const columns = await chain.sql(
          "SELECT attname FROM pg_attribute WHERE attrelid = 'gauge_27'::regclass AND attname IN ('more', 'most', 'rest')",
        )
        expect(columns).to.have.length(3)
      })
    }

    it('stop a phase that is at work, where they count, and the next run goes on once they are as planned', async () => {
      const chain = await recordedAt(server, 'r1', { ...GAUGE, ...PHASE }, { partitions: 'compare' })
      const crash: CrashPointHook = async (point, migration) => {
        if (point === 'after ledger' && migration === 'r2/010-more.expand') await chain.sql(ARRIVES)
      }
      const { facts } = await rejected((await chain.open({ crash })).upgrade({ confirmed: true }), 'schema.differs')
      expect(facts.differences).to.deep.equal([
        "partition gauge_27 of gauge FOR VALUES FROM ('2027-01-01') TO ('2028-01-01'): not planned, but found",
      ])
      await chain.sql('DROP TABLE gauge_27')
      await chain.up()
      expect((await chain.status()).schema).to.equal('as planned')
    })

    it('may be made to count as a whole', async () => {
      const chain = await recordedAt(server, 'r1', { ...GAUGE, ...NEXT }, { partitions: 'compare' })
      await chain.sql(ARRIVES, 'DROP TABLE gauge_25')
      const { facts } = await rejected(chain.up(), 'schema.differs')
      expect(facts.differences).to.deep.equal([
        "partition gauge_25 of gauge FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'): planned, but not found",
        "partition gauge_27 of gauge FOR VALUES FROM ('2027-01-01') TO ('2028-01-01'): not planned, but found",
      ])
    })

    it('lose the invalid index that a failed CREATE INDEX CONCURRENTLY left, before the statement is sent again', async () => {
      const index = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS gauge_25_units ON gauge_25 (unit);'
      const despite = '-- interphase: despite tightens because the rows are unique'
      const chain = await recordedAt(server, 'r1', {
        ...GAUGE,
        'r2/010-index.expand.sql': `-- interphase: transaction off\n${despite}\n${index}`,
      })
      await chain.sql("INSERT INTO gauge VALUES (1, '2025-02-02', 'a'), (2, '2025-03-03', 'a')")
      await rejected(chain.up(), 'statement.failed')
      expect((await chain.status()).exitCode).not.to.equal(0)
      await chain.sql('DELETE FROM gauge')
      await chain.up()
      const [row] = await chain.sql("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'gauge_25_units'::regclass")
      expect(row).to.deep.equal({ valid: true })
      expect((await chain.status()).schema).to.equal('as planned')
    })

    it('are counted before contract tightens one, and asked about before it drops one', async () => {
      const chain = await recordedAt(server, 'r1', {
        ...GAUGE,
        'r2/010-tight.contract.sql': `-- interphase: despite scan because it is small
ALTER TABLE gauge_25 ADD CONSTRAINT c CHECK (id > 0), ALTER unit SET NOT NULL;`,
        'r3/010-gone.contract.sql': '-- interphase: despite writes-rows because they are old\nDROP TABLE gauge_26;',
      })
      await chain.sql("INSERT INTO gauge VALUES (-1, '2025-02-02', NULL), (1, '2026-02-02', 'x')")
      const { facts } = await rejected(chain.up(), 'phase.preconditions')
      expect(facts.violations).to.have.length(2)
      expect(facts.violations.join())
        .to.match(/check c on gauge_25/)
        .and.match(/column gauge_25.unit NOT NULL/)
      await chain.sql("UPDATE gauge SET id = 1, unit = 'x'")
      await chain.up({ to: 'r2' })
      const unconfirmed = await rejected(chain.up({ confirmed: false }), 'phase.unconfirmed')
      expect(unconfirmed.facts.destroys).to.deep.equal(['partition gauge_26 of gauge (1 row)'])
      await chain.up()
      expect((await chain.status()).schema).to.equal('as planned')
    })

    it('show an index that became invalid later', async () => {
      const chain = await recordedOn(server, { ...GAUGE, 'r2/010-index.expand.sql': 'CREATE INDEX gauge_25_units ON gauge_25 (unit, id);' })
      await chain.up()
      await chain.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'gauge_25_units'::regclass")
      const { schema, problems } = await chain.status()
      expect(schema).to.equal('differs')
      expect(problems[0]?.says).to.include('index gauge_25_units on gauge_25: invalid planned none, found true')
    })
  })
})

describe('what an expand does to a partition', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    it('is judged by check as on any table', async () => {
      const chain = await chainOn(server, {
        ...GAUGE,
        'r2/010-it.expand.sql': `
ALTER TABLE gauge_25 ADD CONSTRAINT c CHECK (id > 0);
ALTER TABLE gauge_25 ALTER unit SET DEFAULT 'x';
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER t BEFORE INSERT ON gauge_25 FOR EACH ROW EXECUTE FUNCTION lose();`,
      })
      await chain.record()
      const { findings } = await (await chain.open()).check()
      const told = findings.flatMap(({ code, facts, object }) =>
        code === 'policy.refuses' ? [`${String(facts['effect'])} ${object ?? ''}`] : [],
      )
      expect(told.sort()).to.deep.equal(['opaque column gauge_25.unit', 'opaque trigger t on gauge_25', 'tightens check c on gauge_25'])
    })
  })
})
