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

const TRIGGERS: Files = {
  'r1/010-base.expand.sql': `
CREATE TABLE p (id int PRIMARY KEY, n int);
CREATE TABLE slip (id int PRIMARY KEY, p int, n int, CONSTRAINT slip_p FOREIGN KEY (p) REFERENCES p,
  CONSTRAINT slip_n UNIQUE (n) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE alone (id int PRIMARY KEY);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 1; RETURN NEW; END $$;
CREATE TRIGGER stamped BEFORE INSERT OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE PROCEDURE careless() LANGUAGE plpgsql AS $$ BEGIN
  ALTER TABLE slip DISABLE TRIGGER ALL; UPDATE slip SET p = 97; ALTER TABLE slip ENABLE TRIGGER ALL; END $$;`,
}
const REFERENCE = (at: string) => `column slip.p: rows of ${at} are written while its triggers are disabled: rows may refer to nothing`
const UNIQUE = 'table slip: rows are written while the triggers of the table are disabled: rows may be equal in slip_n'
const off = (table: string, what: string, write: string) =>
  `ALTER TABLE ${table} DISABLE TRIGGER ${what}; ${write}; ALTER TABLE ${table} ENABLE TRIGGER ${what};`
const block = (text: string) => `DO $do$ BEGIN ${text} END $do$;`
const module = (...texts: readonly string[]) => `export const up = async ({ context }) => {
  for (const text of ${JSON.stringify(texts)}) await context.sequelize.query(text)
}`
const OFF = '["disabled triggers of foreign key slip_p","disabled triggers of key slip_n"]'
const BARE = '-- interphase: transaction off\n'

/** A data step that writes while triggers are disabled, and the line of `check` for each rule that the rows possibly break. */
const WRITES: readonly (readonly [file: string, text: string, ...told: readonly string[]])[] = [
  ['sql', off('slip', 'ALL', 'INSERT INTO slip VALUES (7, 99, 7)'), REFERENCE('slip'), UNIQUE],
  ['sql', off('slip', 'ALL', 'UPDATE slip SET p = 99'), REFERENCE('slip'), UNIQUE],
  ['sql', BARE + off('slip', 'ALL', 'UPDATE slip SET p = 99'), `table slip: traits none to ${OFF}`, `table slip: traits ${OFF} to none`],
  ['sql', off('p', 'ALL', 'DELETE FROM p'), REFERENCE('p')],
  ['sql', block(off('slip', 'ALL', 'INSERT INTO slip VALUES (8, 98, 8)')), REFERENCE('slip'), UNIQUE],
  ['sql', 'CALL careless();', REFERENCE('slip'), UNIQUE],
  [
    'mjs',
    module('ALTER TABLE slip DISABLE TRIGGER ALL', 'UPDATE slip SET p = 9', 'ALTER TABLE slip ENABLE TRIGGER ALL'),
    REFERENCE('slip'),
    UNIQUE,
  ],
  ['sql', off('p', 'ALL', 'INSERT INTO p VALUES (5)')],
  ['sql', off('p', 'USER', 'UPDATE p SET n = 5')],
  ['sql', off('p', 'stamped', 'DELETE FROM p WHERE id = 5')],
  ['sql', off('slip', 'ALL', 'INSERT INTO alone VALUES (1)')],
  ['sql', 'INSERT INTO p VALUES (3); INSERT INTO slip VALUES (3, 3, 3);'],
]

describe('rows that a data step writes while the triggers of keys are disabled', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('are named with each rule that may no longer hold', async () => {
      const files = WRITES.map(([file, text], index) => [`r2/${100 + index}-it.migrate.${file}`, text])
      const chain = await recordedOn(server, { ...TRIGGERS, ...Object.fromEntries(files) })
      const { findings } = await (await chain.open()).check()
      const told = WRITES.map(([, text], index) => [
        text,
        ...findings
          .filter(({ code, migration }) => code === 'policy.refuses' && migration === `r2/${100 + index}-it.migrate`)
          .map(({ facts }) => String(facts['on']).replace(/^~ /, ''))
          .toSorted(),
      ])
      expect(told).to.deep.equal(WRITES.map(([, text, ...lines]) => [text, ...lines.toSorted()]))
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
