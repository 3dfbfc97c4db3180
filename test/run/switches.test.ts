import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const BASE: Files = {
  'r1/010-base.expand.sql': `
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE slip (id serial PRIMARY KEY, p int, CONSTRAINT slip_p FOREIGN KEY (p) REFERENCES p);
CREATE MATERIALIZED VIEW many AS SELECT count(*) AS n FROM slip;
SELECT setval('slip_id_seq', 100);`,
}

/** What somebody switches on a live database, and the difference that it makes. */
const LIVE: readonly (readonly [statement: string, difference: string])[] = [
  ['ALTER TABLE slip DISABLE TRIGGER ALL', 'table slip: traits planned none, found ["disabled triggers of foreign key slip_p"]'],
  ['ALTER TABLE p DISABLE TRIGGER ALL', 'table p: traits planned none, found ["disabled triggers of foreign key slip_p on slip"]'],
  ['ALTER TABLE p REPLICA IDENTITY FULL', 'table p: traits planned none, found ["replica identity full"]'],
  ['ALTER SEQUENCE slip_id_seq INCREMENT 5', 'sequence slip_id_seq: increment planned 1, found 5'],
  ['ALTER SEQUENCE slip_id_seq OWNED BY NONE', 'sequence slip_id_seq: ownedBy planned column:slip.id, found none'],
]

describe('a sequence of MariaDB that an expand sets', () => {
  after(removeProjects)

  onServers(['mariadb'], (server) => {
    it('is an effect that cannot be observed', async () => {
      const chain = await recordedOn(server, {
        'r1/010-base.expand.sql': 'CREATE SEQUENCE numbers START WITH 5; CREATE TABLE slip (id int PRIMARY KEY);',
        'r2/010-set.expand.sql': 'ALTER SEQUENCE numbers RESTART WITH 1;',
        'r2/020-also.expand.sql': 'SELECT SETVAL(numbers, 100);',
      })
      const { findings } = await (await chain.open()).check()
      const told = findings.flatMap(({ code, migration, facts, object }) =>
        code === 'policy.refuses' ? [`${migration ?? ''} ${String(facts['effect'])} ${object ?? ''}`] : [],
      )
      expect(told).to.deep.equal(['r2/010-set.expand opaque sequence numbers', 'r2/020-also.expand opaque sequence numbers'])
    })
  })
})

describe('what is switched off or set to another value', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    for (const [statement, difference] of LIVE) {
      it(`is found by status and adopt: ${statement}`, async () => {
        const chain = await recordedOn(server, BASE)
        await chain.up()
        await chain.sql(statement)
        const { schema, problems } = await chain.status()
        expect(schema).to.equal('differs')
        expect(problems[0]?.says).to.include(difference)
        await chain.sql('DROP TABLE interphase_project, interphase_migration, interphase_note')
        const { facts } = await rejected((await chain.open()).adopt(), 'adopt.no-match')
        const [nearest] = facts.nearest
        expect([nearest?.different, nearest?.missing, nearest?.extra].flat()).to.deep.equal([difference.replace('planned', 'recorded')])
      })
    }

    it('is refused in expand, and so is what reads or writes a materialized view while others wait', async () => {
      const chain = await recordedOn(server, {
        ...BASE,
        'r2/010-off.expand.sql': 'ALTER TABLE slip DISABLE TRIGGER ALL;',
        'r2/020-set.expand.sql': "SELECT setval('slip_id_seq', 1, false);",
        'r2/030-fresh.expand.sql': 'REFRESH MATERIALIZED VIEW many;',
        'r2/040-new.expand.sql': "CREATE SEQUENCE fresh; SELECT setval('fresh', 10); CREATE MATERIALIZED VIEW more AS SELECT id FROM slip;",
      })
      const { findings } = await (await chain.open()).check()
      const told = findings.flatMap(({ code, migration, facts, object }) =>
        code.startsWith('policy.') ? [`${migration ?? ''} ${String(facts['effect'] ?? facts['works'])} ${object ?? ''}`] : [],
      )
      expect(told).to.deep.equal([
        'r2/010-off.expand opaque table slip',
        'r2/020-set.expand opaque sequence slip_id_seq',
        'r2/030-fresh.expand rewrite table many and table slip',
      ])
    })

    it('may be set by a data step whose author says what that does', async () => {
      const says = '-- interphase: effect writes-rows because the numbers go on after the rows that were copied'
      const chain = await recordedOn(server, {
        ...BASE,
        'r2/010-set.migrate.sql': `${says}\nSELECT setval('slip_id_seq', GREATEST((SELECT max(id) FROM slip), 1000));`,
      })
      expect((await (await chain.open()).check()).ok).to.equal(true)
      await chain.up()
      expect(await chain.sql('SELECT last_value::int AS value FROM slip_id_seq')).to.deep.equal([{ value: 1000 }])
    })
  })
})
