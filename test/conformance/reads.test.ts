import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOverFirst, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const ALL = ['postgres', 'postgres-system', 'mariadb', 'mysql'] as const

const BASE: Files = {
  'r1/010-base.expand.sql': `
CREATE TABLE host (id int PRIMARY KEY, area varchar(20), x int);
CREATE TABLE mirror (id int PRIMARY KEY, said varchar(20));
CREATE TABLE parent (id int PRIMARY KEY, name varchar(20));
CREATE TABLE child (id int PRIMARY KEY, parent_id int, FOREIGN KEY (parent_id) REFERENCES parent (id));
CREATE VIEW ids AS SELECT id FROM host;`,
  'r2/rows/010-host.sql': "INSERT INTO host VALUES (1, 'a', 2), (2, 'b', 3); INSERT INTO parent VALUES (1, 'p');",
}
const RENAMED = { 'r2/010-rename.contract.sql': 'ALTER TABLE host RENAME COLUMN area TO region;' }
const DROPPED = { 'r2/010-drop.contract.sql': 'ALTER TABLE parent DROP COLUMN name;' }

const PRESET = { 'r2/010-preset.contract.sql': "ALTER TABLE host ALTER COLUMN area SET DEFAULT 'z';" }

function widened(server: ServerName): Files {
  const how = server === 'mariadb' || server === 'mysql' ? 'MODIFY x bigint' : 'ALTER COLUMN x TYPE bigint'
  return { 'r2/010-wide.contract.sql': `ALTER TABLE host ${how};` }
}

/** A trigger that changes nothing. PostgreSQL fires triggers in the order of their names, the others as `place` says. */
function trigger(server: ServerName, name: string, place = ''): string {
  if (server === 'mariadb' || server === 'mysql')
    return `CREATE TRIGGER ${name} BEFORE UPDATE ON host FOR EACH ROW ${place} SET NEW.x = NEW.x;`
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER ${name} BEFORE UPDATE ON host FOR EACH ROW EXECUTE FUNCTION ${name}();`
}

/** Data steps that do not read what an earlier contract changes. */
const APART: readonly (readonly [what: string, contract: Files, step: string])[] = [
  ['reads other columns of the table', RENAMED, 'INSERT INTO mirror (id) SELECT id FROM host;'],
  ['reads other columns under another name of the table', RENAMED, 'INSERT INTO mirror (id) SELECT h.id FROM host AS h WHERE h.x > 0;'],
  ['counts rows', RENAMED, "INSERT INTO mirror (id, said) SELECT count(*), 'all' FROM host;"],
  ['reads other columns in a subquery', RENAMED, 'UPDATE mirror SET said = NULL WHERE id IN (SELECT id FROM host WHERE x = 2);'],
  ['writes another column than the one with the new default', PRESET, 'UPDATE host SET x = 1 WHERE id = 1;'],
  ['only refers to rows of the table', DROPPED, 'INSERT INTO child (id, parent_id) VALUES (1, 1);'],
]

/** Data steps of which that cannot be told, or that read it. */
const DOUBTFUL: readonly (readonly [what: string, contract: (server: ServerName) => Files, step: string])[] = [
  ['reads the column', widened, 'INSERT INTO mirror (id) SELECT x FROM host;'],
  ['reads all columns', () => RENAMED, 'INSERT INTO mirror (id) SELECT n.id FROM (SELECT * FROM host) AS n;'],
  ['writes the table', () => RENAMED, 'UPDATE host SET x = 1;'],
  ['reads a view of the table', () => RENAMED, 'INSERT INTO mirror (id) SELECT id FROM ids;'],
]

describe('what a data step reads', () => {
  after(removeProjects)

  onServers(ALL, (server) => {
    for (const [what, contract, step] of APART) {
      it(`is no more than it says, where it ${what}`, async () => {
        const chain = await chainOverFirst(server, { ...BASE, ...contract, 'r2/020-mirror.migrate.sql': step })
        await chain.record()
      })
    }

    it('includes the default of a column that an INSERT leaves out', async () => {
      const chain = await chainOverFirst(server, { ...BASE, ...PRESET, 'r2/020-insert.migrate.sql': 'INSERT INTO host (id) VALUES (9);' })
      const { facts } = await rejected(chain.record(), 'release.not-sound')
      expect(JSON.stringify(facts)).to.include('column host.area: default known')
    })

    it('does not include a trigger that only fires later, because another trigger fires before it', async () => {
      const chain = await chainOverFirst(server, {
        ...BASE,
        'r2/010-one.expand.sql': trigger(server, 'host_one'),
        'r2/020-step.migrate.sql': 'UPDATE host SET x = x + 1;',
        'r2/030-before.expand.sql': trigger(server, 'host_before', 'PRECEDES host_one'),
      })
      await chain.record()
      const told = chain.events.flatMap((event) => (event.type === 'release-recorded' ? event.reported : []))
      expect(told.filter((line) => line.startsWith('r2/020-step.migrate: trigger'))).to.have.length(2)
    })

    for (const [what, contract, step] of DOUBTFUL) {
      it(`counts where it ${what}; a lower number or a word of the author is the way out`, async () => {
        const chain = await chainOverFirst(server, { ...BASE, ...contract(server), 'r2/020-mirror.migrate.sql': step })
        const { facts } = await rejected(chain.record(), 'release.not-sound')
        expect(facts.remedies[0]).to.include('give releases/r2/020-mirror.migrate.sql a lower number than r2/010-')
        expect(facts.remedies[0]).to.include('-- interphase: despite known-state because …')

        chain.put({ 'r2/020-mirror.migrate.sql': `-- interphase: despite known-state because it reads nothing of that\n${step}` })
        await chain.record()
        const told = chain.events.flatMap((event) => (event.type === 'release-recorded' ? event.reported : []))
        expect(told.some((line) => line.endsWith('the file declares this, because it reads nothing of that'))).to.equal(true)

        chain.remove('r2/020-mirror.migrate.sql')
        chain.put({ 'r2/005-mirror.migrate.sql': step })
        await chain.record()
      })
    }
  })
})
