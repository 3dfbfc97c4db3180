import { expect } from 'chai'
import { type ChainOnServer, chainOn, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers, serverUrl } from '../support/servers.ts'

// Up to 15 the view is printed with its table before each column, up to 13 the default as a call of timezone().
const FILES: Files = {
  'r1/010-item.expand.sql': `
CREATE TABLE item (id int PRIMARY KEY, name text, made timestamp DEFAULT (now() AT TIME ZONE 'utc'));
CREATE INDEX item_year ON item ((extract(year from made)));
CREATE VIEW named AS SELECT id, name FROM item WHERE name IS NOT NULL;
CREATE PROCEDURE forget(gone int) LANGUAGE sql AS $$ DELETE FROM item WHERE id = gone $$;`,
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
}

const LATER: Files = { 'r3/010-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour text;' }

describe('states that another major of PostgreSQL recorded', () => {
  after(removeProjects)

  onServers(['postgres-system'], (server) => {
    it('hold on a target that prints views and expressions in another form, for every owner', async () => {
      const chain = await chainOn('postgres', FILES)
      await chain.record()
      const target = await freshDatabase(server)
      const engine = await chain.open({ databaseUrl: target })
      await engine.upgrade({ to: 'r1', confirmed: true })
      await execute(target, 'ALTER VIEW named OWNER TO pg_monitor')
      await engine.upgrade({ confirmed: true })
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
      await execute(target, 'DROP TABLE interphase_project, interphase_migration, interphase_run, interphase_note')
      expect((await engine.adopt()).through).to.equal('r2/010-price.expand')
    })

    it('are recorded again from the first release on where a later one is recorded and begins otherwise', async () => {
      const chain = await chainOn(server, FILES)
      await chain.record()
      await recordOn(chain, 'postgres')
      chain.put(LATER)
      await recordOn(chain, 'postgres')
      expect(await (await chain.open()).check(['postgres'])).to.include({ ok: true })
    })
  })
})

async function recordOn(chain: ChainOnServer, server: 'postgres'): Promise<void> {
  const shadow = { postgres: { url: (await serverUrl(server)) ?? '' } }
  chain.put({ '/interphase.config.json': JSON.stringify({ project: 'shop', dialects: ['postgres'], shadow }) })
  await chain.record()
}
