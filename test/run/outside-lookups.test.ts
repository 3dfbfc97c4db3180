import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { statementsSent } from '../support/sent.ts'
import { onServers } from '../support/servers.ts'

const TABLES = `CREATE TABLE item (id int PRIMARY KEY, code int NOT NULL UNIQUE, name varchar(20), note varchar(20));
CREATE TABLE part (id int PRIMARY KEY, item int, FOREIGN KEY (item) REFERENCES item (id) ON DELETE CASCADE);`
const FILL = `UPDATE item SET name = 'a' WHERE id = 1;
UPDATE item SET note = 'b' WHERE name = 'a';
DELETE FROM part WHERE id = 7;
UPDATE item SET code = code + 10;
DELETE FROM item WHERE id = 9;`

describe('the search for objects outside the project', () => {
  after(removeProjects)

  onServers(['mariadb', 'mysql'], (server) => {
    it('sends one query about foreign keys for all statements of a file', async () => {
      const chain = await recordedOn(server, { 'r1/010-item.expand.sql': TABLES, 'r2/010-fill.migrate.sql': FILL })
      await chain.up({ to: 'r1' })
      await chain.sql("INSERT INTO item VALUES (1, 1, 'x', NULL)")
      const sent = await statementsSent(() => chain.up())
      const search = sent.filter((text) => /referential_constraints r JOIN information_schema\.key_column_usage/.test(text))
      expect(search).to.have.lengthOf(1)
      expect(await chain.sql('SELECT code, note FROM item')).to.deep.equal([{ code: 11, note: 'b' }])
    })

    it('names the statement of the file that would change rows of another application', async () => {
      const files = { 'r1/010-item.expand.sql': TABLES, 'r2/010-fill.migrate.sql': FILL }
      const chain = await recordedOn(server, files, { ignore: ['theirs'] })
      await chain.up({ to: 'r1' })
      await chain.sql(
        "INSERT INTO item VALUES (1, 1, 'x', NULL)",
        'CREATE TABLE theirs (code int, FOREIGN KEY (code) REFERENCES item (code) ON UPDATE CASCADE)',
      )
      const { facts } = await rejected(chain.up(), 'statement.stranger')
      expect(facts).to.deep.include({ line: 4, objects: ['table theirs'] })
      expect(await chain.sql('SELECT name FROM item')).to.deep.equal([{ name: 'x' }])
    })
  })
})
