import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const BASE = `CREATE TABLE item (id int PRIMARY KEY);
CREATE TABLE entry (id int PRIMARY KEY) PARTITION BY RANGE (id) (
  PARTITION old VALUES LESS THAN (10), PARTITION new VALUES LESS THAN (20));`
const ANEW = `export const up = async ({ context: { sequelize } }) => {
  await sequelize.query('DROP TABLE item')
  await sequelize.query('CREATE TABLE item (id int PRIMARY KEY)')
}`

describe('rows that go while the schema stays as it was', () => {
  after(removeProjects)

  for (const [what, servers, file, text] of [
    ['of a partition that is dropped', ['mysql', 'mariadb'], 'sql', 'ALTER TABLE entry DROP PARTITION old;'],
    ['of a partition that is emptied', ['mysql', 'mariadb'], 'sql', 'ALTER TABLE entry TRUNCATE PARTITION old;'],
    ['of a table that a function makes anew', ['mysql', 'mariadb'], 'mjs', ANEW],
    ['of a table that is replaced', ['mariadb'], 'sql', 'CREATE OR REPLACE TABLE item (id int PRIMARY KEY);'],
  ] as const) {
    onServers(servers as readonly ServerName[], (server) => {
      it(`${what} are no matter of expand`, async () => {
        const files: Files = { 'r1/010-base.expand.sql': BASE, [`r2/010-rows.expand.${file}`]: text }
        const chain = await recordedOn(server, files)
        await chain.up({ to: 'r1' })
        const { facts } = await rejected(chain.up(), 'release.refused')
        expect(facts.refusals.join('\n')).to.include('expand refuses what writes-rows')
      })
    })
  }
})
