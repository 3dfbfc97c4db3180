import { expect } from 'chai'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const SCHEMA = `CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE label (item bigint NOT NULL PRIMARY KEY, code varchar(40));`

/** A trigger that fills the code of a new row, and that rejects the row while this condition holds. */
function trigger(condition: string): Files {
  return {
    'r2/010-code.expand.postgres.sql': `-- interphase: effect mirrors because it fills the column of old code
ALTER TABLE item ADD COLUMN code varchar(40);
CREATE FUNCTION item_code() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF ${condition} THEN RAISE EXCEPTION 'some items have a code'; END IF;
  NEW.code := upper(NEW.name);
  RETURN NEW;
END $$;
CREATE TRIGGER item_coded BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION item_code();`,
    'r2/010-code.expand.mysql.sql': `-- interphase: effect mirrors because it fills the column of old code
ALTER TABLE item ADD COLUMN code varchar(40);
DELIMITER //
CREATE TRIGGER item_coded BEFORE INSERT ON item FOR EACH ROW BEGIN
  IF ${condition} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'some items have a code'; END IF;
  SET NEW.code = upper(NEW.name);
END//
DELIMITER ;`,
  }
}

const SOME_LEFT = 'EXISTS (SELECT 1 FROM item WHERE code IS NULL) AND EXISTS (SELECT 1 FROM item WHERE code IS NOT NULL)'
const COMMON: Files = {
  'r1/010-item.expand.sql': SCHEMA,
  'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (6, 'e');",
  'r2/probes/old/010-add.sql': "INSERT INTO item (id, name) VALUES (9000, 'bolt');",
}

/** One data step in each form that runs in batches. */
const FORMS: Readonly<Record<string, Files>> = {
  'in SQL': { 'r2/020-code.migrate.sql': '-- interphase: batch item\nUPDATE item SET code = upper(name) WHERE :batch AND code IS NULL;' },
  'declared': {
    'r2/020-code.migrate.ts':
      "import { migrate, sql } from 'interphase'\nexport default migrate({ table: 'item', set: { code: sql`upper(name)` } })\n",
  },
  'with code': {
    'r2/020-code.migrate.ts': `import { migrate, sql } from 'interphase'
export default migrate({ table: 'item', where: sql\`code IS NULL\`, batch: async ({ rows, query }) => {
  for (const { id } of rows) await query\`UPDATE item SET code = upper(name) WHERE id = \${String(id)}\`
} })
`,
  },
}

describe('a rehearsal of a data step in batches', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    for (const [form, step] of Object.entries(FORMS)) {
      it(`runs the probes between the batches of a step ${form}`, async () => {
        const chain = await recordedOn(server, { ...COMMON, ...step, ...trigger(SOME_LEFT) })
        const { releases } = await rehearsed(chain)
        const [found, ...more] = releases.flatMap(({ findings }) => findings)
        expect(more).to.deep.equal([])
        expect(found).to.include({
          kind: 'probe fails',
          migration: 'r2/020-code.migrate',
          point: 'after batch 1 of 4 of r2/020-code.migrate',
        })
        expect(found?.says).to.include('some items have a code').and.to.include('It passes again after r2/020-code.migrate')
        expect(found?.remedy).to.include('changed some rows and not the others')
      })
    }

    it('passes the twin whose trigger accepts every state, and the versions run at every point', async () => {
      const probes = { 'r2/probes/new/010-read.sql': 'SELECT id, code FROM item;' }
      const chain = await recordedOn(server, { ...COMMON, ...probes, ...FORMS['declared'], ...trigger('NEW.name IS NULL') })
      const { releases } = await rehearsed(chain)
      expect(releases.flatMap(({ findings }) => findings)).to.deep.equal([])
      const points = releases.flatMap((release) => release.points)
      const between = [1, 2, 3].map((batch) => `after batch ${batch} of 4 of r2/020-code.migrate`)
      expect(points).to.include.members(between)
      const last = points.indexOf('after r2/020-code.migrate')
      expect(points.slice(last - 3, last)).to.deep.equal(between)
      for (const { results } of releases.flatMap((release) => release.probes)) {
        expect(results.map(({ point }) => point)).to.include.members(between)
      }
    })
  })
})

async function rehearsed(chain: Awaited<ReturnType<typeof recordedOn>>) {
  const { dialects } = await (await chain.open()).rehearse({ rows: 15, seed: 1 })
  return { releases: dialects.flatMap(({ releases }) => releases) }
}
