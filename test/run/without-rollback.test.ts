import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const base = (engine: string): Files => ({
  'r1/010-item.expand.sql': `-- interphase: despite opaque because nobody runs yet
CREATE TABLE item (id int NOT NULL PRIMARY KEY, n int NOT NULL);
CREATE TABLE tally (n int NOT NULL) ENGINE=${engine};
CREATE VIEW tallies AS SELECT n FROM tally;
INSERT INTO item VALUES (1, 0);
DELIMITER //
CREATE TRIGGER counted AFTER UPDATE ON item FOR EACH ROW INSERT INTO tally VALUES (NEW.n)//
CREATE PROCEDURE count_one() INSERT INTO tally VALUES (5)//
DELIMITER ;`,
})

const STEP = 'r2/010-count.migrate'

/** Each way to write the table, as the whole data step. */
const WAYS: { readonly [what: string]: Files } = {
  'a statement': { [`${STEP}.sql`]: 'INSERT INTO tally VALUES (1);' },
  'a view': { [`${STEP}.sql`]: 'INSERT INTO tallies VALUES (2);' },
  'a trigger': { [`${STEP}.sql`]: 'UPDATE item SET n = n + 3;' },
  'a routine': { [`${STEP}.sql`]: 'CALL count_one();' },
  'a prepared statement': { [`${STEP}.sql`]: "PREPARE s FROM 'INSERT INTO tally VALUES (4)';\nEXECUTE s;" },
  'a function': { [`${STEP}.mjs`]: 'export const up = async ({ context: q }) => { await q.bulkInsert("tally", [{ n: 6 }]) }' },
}

describe('a data step that writes a table whose engine has no transactions', () => {
  after(removeProjects)

  onServers(['mysql', 'mariadb'], (server) => {
    for (const [what, files] of Object.entries(WAYS)) {
      it(`writes no row a second time after an interruption: ${what}`, async () => {
        const chain = await recordedOn(server, { ...base('MyISAM'), ...files })
        await chain.up({ to: 'r1' })
        expect(await interrupted(chain, what === 'a prepared statement' ? 1 : 0)).to.equal(true)
        const written = await rowsOf(chain)
        expect(written).to.have.lengthOf(1)
        expect((await chain.status()).exitCode).to.equal(8)
        const { facts } = await rejected(chain.up(), 'ledger.unfinished')
        expect(facts.migration).to.equal(STEP)
        expect(await rowsOf(chain)).to.deep.equal(written)
        await (await chain.open()).stamp(STEP, 'done')
        expect((await chain.up()).ran).to.deep.equal([])
      })
    }

    it('keeps a step in one transaction that only reads the table, and one that writes a transactional engine', async () => {
      const chain = await recordedOn(server, { ...base('MEMORY'), [`${STEP}.sql`]: 'INSERT INTO item SELECT n + 10, n FROM tally;' })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO tally VALUES (1)')
      await interrupted(chain)
      await chain.up()
      expect(await chain.sql('SELECT id FROM item ORDER BY id')).to.deep.equal([{ id: 1 }, { id: 11 }])
    })

    it('writes the rows of a file that makes the table itself once', async () => {
      const chain = await recordedOn(server, {
        'r1/010-word.expand.sql':
          'CREATE TABLE word (w varchar(9)) ENGINE=MyISAM;\nINSERT INTO word VALUES (1);\nINSERT INTO word VALUES (2);',
      })
      await interrupted(chain, 1)
      await rejected(chain.up(), 'ledger.unfinished')
      expect(await chain.sql('SELECT w FROM word')).to.deep.equal([{ w: '1' }])
    })

    it('refuses batches that write the table', async () => {
      const batched = '-- interphase: batch item\nINSERT INTO tally (n) SELECT n FROM item WHERE :batch;'
      const { message } = await rejected(recordedOn(server, { ...base('MyISAM'), [`${STEP}.sql`]: batched }), 'batch.statement')
      expect(message).to.include('no transactions')
    })
  })
})

/** Fails a run after the statement with this number, as if the process ended there. Returns true if the run came so far. */
async function interrupted(chain: ChainOnServer, at = 0): Promise<boolean> {
  let isReached = false
  const crash = async (point: string, _migration: string, statement = 0) => {
    if (point !== 'after statement' || statement < at) return
    isReached = true
    throw new Error('interrupted')
  }
  await (await chain.open({ crash })).upgrade({ confirmed: true }).then(
    () => undefined,
    (error: unknown) => expect(String(error)).to.include('interrupted'),
  )
  return isReached
}

async function rowsOf(chain: ChainOnServer): Promise<readonly unknown[]> {
  return chain.sql('SELECT n FROM tally')
}
