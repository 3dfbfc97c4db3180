import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

/** Names that need quotes: `[ ]` stands for the quotes of the server. */
const FILES: Files = {
  'r1/010-item.expand.sql': `CREATE TABLE [a.b] (id int NOT NULL PRIMARY KEY, [N.m] int, [Q'q] int, [old value] int);
CREATE TABLE [Mixed Case] (id int NOT NULL PRIMARY KEY, [select] int, CONSTRAINT [f.k] FOREIGN KEY ([select]) REFERENCES [a.b] (id));
CREATE INDEX [i.x] ON [a.b] ([Q'q]);
CREATE VIEW [v.w] AS SELECT [N.m] FROM [a.b];`,
  'r2/010-copy.migrate.sql': 'UPDATE [a.b] SET [N.m] = [old value] WHERE [N.m] IS NULL;',
  'r2/010-copy.migrate.pending.sql': 'SELECT count(*) FROM [a.b] WHERE [N.m] IS NULL AND [old value] IS NOT NULL',
  'r2/010-copy.contract.sql': 'ALTER TABLE [a.b] DROP COLUMN [old value];',
  'r2/020-key.contract.sql': 'ALTER TABLE [a.b] ADD CONSTRAINT [u.q] UNIQUE ([N.m]);',
  'r2/030-drop.contract.sql': 'DROP TABLE [Mixed Case];',
}

describe('names that need quotes', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system', 'mariadb', 'mysql'], (server) => {
    it('work in each phase: in states, pending queries, gates and counts', async () => {
      const [open, close] = server.startsWith('postgres') ? ['"', '"'] : ['`', '`']
      const written = (text: string) => text.replaceAll('[', open).replaceAll(']', close)
      const despite = '-- interphase: despite scan because the table is small\n'
      const files = Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, despite + written(text)]))
      const chain = await recordedOn(server, files)
      await chain.up({ to: 'r1' })
      await chain.sql(
        written('INSERT INTO [a.b] (id, [old value]) VALUES (1, 11), (2, 11)'),
        written('INSERT INTO [Mixed Case] VALUES (1, 1)'),
      )
      await chain.up({ phase: 'migrate' })
      const { facts } = await rejected(chain.up({ only: 'contract' }), 'phase.preconditions')
      expect(facts.violations).to.have.lengthOf(1)
      expect(facts.violations[0]).to.match(/u\.q on .*a\.b \(N\.m\): 1 value occurs more than once$/)
      await chain.sql(written('UPDATE [a.b] SET [N.m] = 12 WHERE id = 2'))
      const crash = async (point: string, at: string) => {
        if (point === (chain.dialect === 'postgres' ? 'after begin' : 'before intent') && at === 'r2/010-copy.contract')
          await chain.sql(written('INSERT INTO [a.b] (id, [old value]) VALUES (3, 13)'))
      }
      await rejected((await chain.open({ crash })).upgrade({ confirmed: true }), 'phase.late-rows')
      await chain.sql(written('UPDATE [a.b] SET [N.m] = [old value] WHERE id = 3'))
      await chain.up({ only: 'contract' })
      expect((await chain.status()).exitCode).to.equal(0)
      expect(await chain.sql(written('SELECT id, [N.m] AS n FROM [a.b] ORDER BY id'))).to.deep.equal([
        { id: 1, n: 11 },
        { id: 2, n: 12 },
        { id: 3, n: 13 },
      ])
    })
  })
})
