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

function widened(server: ServerName): Files {
  const how = server === 'mariadb' || server === 'mysql' ? 'MODIFY x bigint' : 'ALTER COLUMN x TYPE bigint'
  return { 'r2/010-wide.contract.sql': `ALTER TABLE host ${how};` }
}

/** Data steps that do not read what an earlier contract changes. */
const APART: readonly (readonly [what: string, contract: Files, step: string])[] = [
  ['reads other columns of the table', RENAMED, 'INSERT INTO mirror (id) SELECT id FROM host;'],
  ['reads other columns under another name of the table', RENAMED, 'INSERT INTO mirror (id) SELECT h.id FROM host AS h WHERE h.x > 0;'],
  ['counts rows', RENAMED, "INSERT INTO mirror (id, said) SELECT count(*), 'all' FROM host;"],
  ['reads other columns in a subquery', RENAMED, 'UPDATE mirror SET said = NULL WHERE id IN (SELECT id FROM host WHERE x = 2);'],
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
