import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, dialectOfServer, type Files, recordedAt, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const STEP = 'r2/010-code.migrate'
const ROWS = 20
const UPPER = '-- interphase: batch item size 4\nUPDATE item SET code = upper(name), writes = writes + 1 WHERE :batch AND code IS NULL'
const PENDING = 'SELECT count(*) FROM item WHERE code IS NULL'

function files(step: Files, more: Files = {}): Files {
  return {
    'r1/010-item.expand.sql':
      'CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, code varchar(20), writes int DEFAULT 0 NOT NULL, old int);\nCREATE TABLE item_code (item_id bigint NOT NULL PRIMARY KEY, code varchar(20));',
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b');",
    'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
    ...step,
    ...more,
  }
}

const SQL = (pending = PENDING, step = UPPER): Files => ({ [`${STEP}.sql`]: `${step};`, [`${STEP}.pending.sql`]: pending })
const MODULE = (text: string): Files => ({ [`${STEP}.ts`]: `import { migrate, sql } from 'interphase'\nexport default migrate(${text})\n` })

async function filled(server: ServerName, chainFiles: Files): Promise<ChainOnServer> {
  const chain = await recordedAt(server, 'r1', chainFiles)
  await chain.sql(...Array.from({ length: ROWS }, (_, row) => `INSERT INTO item (id, name) VALUES (${(row + 1) * 10}, 'n${row + 1}')`))
  return chain
}

/** Sends statements when the verification has reached its range number `range`, counted from 0. */
function during(chain: ChainOnServer, range: number, ...statements: readonly string[]) {
  let seen = 0
  return async (point: string) => {
    if (point === 'after verification' && seen++ === range) await chain.sql(...statements)
  }
}

const ranges = ({ events }: ChainOnServer) => events.filter(({ type }) => type === 'range-verified').length
const verified = ({ events }: ChainOnServer) => events.find((event) => event.type === 'batches-verified')

describe('a data step in batches is verified after its last batch', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    const dialect = dialectOfServer(server)

    it('range by range, and writes the rows that came meanwhile: below, between and above', async () => {
      const chain = await filled(server, files(SQL()))
      // The first batch of the step is over, and 300 is above the last key.
      const crash = async (point: string, _: string, batches?: number) => {
        if (point === 'after cursor' && batches === 2) await chain.sql("INSERT INTO item (id, name) VALUES (1, 'l'), (15, 'l'), (300, 'l')")
      }
      await (await chain.open({ crash })).upgrade({ only: 'migrate' })
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL OR writes <> 1')).to.deep.equal([])
      expect(ranges(chain)).to.equal(6)
      expect(verified(chain)).to.deep.include({ repaired: 3 })
      await chain.up({ only: 'contract' })
    })

    it('and ends with the keys of rows that it does not change', async () => {
      const chain = await filled(server, files(SQL(PENDING, `${UPPER} AND id NOT IN (40, 90, 100, 110, 120)`)))
      const { facts, message } = await rejected(chain.up({ only: 'migrate' }), 'pending.left')
      expect(facts).to.deep.equal({ migration: STEP, rows: 'at least 1', keys: ['id = 40'] })
      expect(message).to.include('id = 40')
      // The step is complete, so that it can be undone or repeated.
      const status = await chain.status()
      expect(
        status.releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)?.state,
      ).to.equal('done')
      await rejected(chain.up({ only: 'contract' }), 'phase.held')
      await chain.sql("UPDATE item SET code = 'x' WHERE id = 40")
      expect((await rejected(chain.up({ only: 'migrate' }), 'pending.left')).facts.keys).to.deep.equal(['id = 90', 'id = 100', 'id = 110'])
      await chain.sql("UPDATE item SET code = 'x' WHERE code IS NULL")
      await chain.up()
    })

    it('and names a row whose condition never becomes false', async () => {
      const trigger =
        dialect === 'postgres'
          ? "CREATE FUNCTION plain() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 70 THEN NEW.code = 'plain'; END IF; RETURN NEW; END $$;\nCREATE TRIGGER plain BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION plain();"
          : "DELIMITER //\nCREATE TRIGGER plain BEFORE UPDATE ON item FOR EACH ROW BEGIN IF NEW.id = 70 THEN SET NEW.code = 'plain'; END IF; END//\nDELIMITER ;"
      const declared = MODULE("{ table: 'item', size: 4, set: { code: sql`upper(name)` } }")
      const chain = await filled(server, files(declared, { 'r1/020-plain.expand.sql': trigger }))
      expect((await rejected(chain.up({ only: 'migrate' }), 'pending.left')).facts.keys).to.deep.equal(['id = 70'])
    })

    it('and names a copy that differs', async () => {
      const declared = MODULE("{ into: 'item_code', from: 'item', size: 4, select: { item_id: sql`id`, code: sql`upper(name)` } }")
      const chain = await filled(server, files(declared))
      await chain.sql("INSERT INTO item_code VALUES (30, 'other')")
      expect((await rejected(chain.up({ only: 'migrate' }), 'pending.left')).facts.keys).to.deep.equal(['id = 30'])
    })

    it('with one error that names rows when record finds them', async () => {
      const error = await rejected(recordedOn(server, files(SQL(PENDING, `${UPPER} AND id <> 5`))), 'record.failed')
      expect(error.message).to.include('id = 5')
    })

    it('and resumes where the verification was interrupted', async () => {
      const chain = await filled(server, files(SQL()))
      let seen = 0
      const crash = (point: string) => {
        if (point === 'after verification' && ++seen === 3) throw new Error('the process ends here')
      }
      await (await chain.open({ crash })).upgrade({ only: 'migrate' }).catch(() => undefined)
      const status = await chain.status()
      const step = status.releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)
      expect(step).to.deep.include({ state: 'running' })
      expect(step?.batches?.verified).to.equal(12)
      await chain.up({ only: 'migrate' })
      expect(ranges(chain)).to.equal(2 + 2)
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL OR writes <> 1')).to.deep.equal([])
    })

    it('and stops at a signal, and waits while the project is paused', async () => {
      const chain = await filled(server, files(SQL()))
      const stop = new AbortController()
      const crash = (point: string) => {
        if (point === 'after verification') stop.abort('SIGTERM')
      }
      await rejected((await chain.open({ crash, signal: stop.signal })).upgrade({ only: 'migrate' }), 'run.stopped')
      expect(ranges(chain)).to.equal(1)
      const engine = await chain.open()
      let isPaused = false
      const pausing = async (point: string) => {
        if (point !== 'after verification' || isPaused) return
        isPaused = true
        await engine.pause('a test')
      }
      const emit = (event: { readonly type: string }) => {
        chain.events.push(event as ChainOnServer['events'][number])
        if (event.type === 'batches-waiting') void engine.resume()
      }
      await (await chain.open({ crash: pausing, emit })).upgrade({ only: 'migrate' })
      expect(chain.events.filter(({ type }) => type === 'batches-released')).to.have.length(1)
      expect(verified(chain)).to.deep.include({ repaired: 0 })
    })

    it('and leaves rows in quarantine to the gate', async () => {
      const step = UPPER.replace('size 4', 'size 4 quarantine 5')
      const chain = await filled(server, files(SQL(PENDING, step)))
      await chain.sql(`UPDATE item SET name = '${'x'.repeat(25)}' WHERE id IN (20, 30, 180)`)
      const crash = during(chain, 0, "INSERT INTO item (id, name) VALUES (185, 'late')")
      await (await chain.open({ crash })).upgrade({ only: 'migrate' })
      expect(await (await chain.open()).quarantine()).to.have.length(3)
      expect(await chain.sql('SELECT id FROM item WHERE writes <> 1 ORDER BY id')).to.have.length(3)
      expect(verified(chain)).to.deep.include({ repaired: 1, quarantined: 3 })
    })
  })
})
