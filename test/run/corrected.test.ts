import { AsyncResource } from 'node:async_hooks'
import { expect } from 'chai'
import { isError } from '../../src/error.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const HEAD = '-- interphase: transaction off\n'
const BASE = 'CREATE TABLE item (id integer NOT NULL, a varchar(9), b varchar(9), c varchar(9), CONSTRAINT item_pk PRIMARY KEY (id));'
const FIRST = 'ALTER TABLE item DROP COLUMN a;\n'
/** Runs on the shadow, where there are no rows, and not on the target. */
const FAILS = 'ALTER TABLE item ADD CONSTRAINT item_b UNIQUE (b);\n'
const LAST = 'ALTER TABLE item DROP COLUMN c;\n'

describe('a contract that fails at its second statement', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    /** What the gates count before contract cannot see: the rows come while it runs. */
    async function stopped(name = '010-b.contract.sql', text = HEAD + FIRST + FAILS + LAST): Promise<ChainOnServer> {
      const chain = await recordedOn(server, { 'r1/010-item.expand.sql': BASE, [`r2/${name}`]: text })
      await chain.up({ to: 'r1' })
      const engine = await chain.open({
        emit: (event) => {
          chain.events.push(event)
        },
        crash: async (at, _migration, statement) => {
          if (at === 'after cursor' && statement === 0) await chain.sql(`INSERT INTO item (id, b) VALUES (1, 'x'), (2, 'x')`)
        },
      })
      await rejected(engine.upgrade({ confirmed: true }), 'statement.failed')
      return chain
    }

    it('is corrected from there on, recorded and run again, as its remedy says', async () => {
      const chain = await stopped()
      expect((await chain.status()).exitCode).to.equal(5)
      const corrected = 'ALTER TABLE item ADD COLUMN d integer;\nALTER TABLE item ADD CONSTRAINT item_id_b UNIQUE (id, b);\n'
      chain.put({ 'r2/010-b.contract.sql': `${HEAD}-- interphase: despite adds because it is a test\n${FIRST}${corrected}${LAST}` })
      await chain.record()
      expect((await chain.status()).exitCode).to.equal(5)
      await chain.up()
      expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
      const notes = (await (await chain.open()).history())?.notes.map(({ kind }) => kind)
      expect(notes).to.include.members(['stopped', 'corrected', 'despite'])
    })

    it('may also have less to do', async () => {
      const chain = await stopped()
      chain.put({ 'r2/010-b.contract.sql': HEAD + FIRST })
      await chain.record()
      await chain.up()
      expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
    })

    it('is not taken for another whose first statement is another', async () => {
      const chain = await stopped()
      chain.put({ 'r2/010-b.contract.sql': HEAD + FIRST.replace('COLUMN a', 'COLUMN c') })
      await chain.record()
      await refused(chain)
    })

    it('is not continued if the schema differs from the state after the last done statement', async () => {
      const chain = await stopped()
      await chain.sql('ALTER TABLE item ADD COLUMN a varchar(9)')
      chain.put({ 'r2/010-b.contract.sql': HEAD + FIRST + LAST })
      await chain.record()
      await rejected(chain.up(), 'schema.differs')
    })

    // On PostgreSQL a function that fails is rolled back.
    if (server !== 'postgres') {
      it('is stamped as not done, corrected and run, where it is a function that a part of is done', async () => {
        const call = (text: string) => `await q.sequelize.query(${JSON.stringify(text.replace(/;\n$/, ''))})\n`
        const module = (body: string) => `export const up = async (q: any) => {\n${body}}`
        const spoil = `if (process.env.CORRECTED_TEST) await q.sequelize.query('SELECT missing FROM item')\n`
        const chain = await recordedOn(server, {
          'r1/010-item.expand.sql': BASE,
          'r2/010-b.contract.ts': module(call(FIRST) + spoil + call(FAILS) + call(LAST)),
        })
        await chain.up({ to: 'r1' })
        process.env['CORRECTED_TEST'] = 'yes'
        try {
          await rejected(chain.up(), 'statement.failed')
        } finally {
          delete process.env['CORRECTED_TEST']
        }
        await refused(chain)
        chain.put({ 'r2/010-b.contract.ts': module(call(FIRST) + call(LAST)) })
        await chain.record()
        await refused(chain)
        await chain.sql('ALTER TABLE item ADD COLUMN a varchar(9) AFTER id')
        await (await chain.open()).stamp('r2/010-b.contract', 'not-done')
        await chain.up()
        expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
      })
    }

    if (server !== 'postgres') {
      it('says the same by status and by the run, where a function was cut off between two of its statements', async () => {
        const chain = await recordedOn(server, {
          'r1/010-item.expand.sql': BASE,
          'r2/010-b.contract.ts': `export const up = async (q: any) => {
  await q.removeColumn('item', 'a')
  const [[{ id }]] = await q.sequelize.query('SELECT connection_id() AS id')
  await (globalThis as any).cutOff?.(id)
  await q.removeColumn('item', 'c')
}`,
        })
        await chain.up({ to: 'r1' })
        // Bound here, it is not the function that connects.
        Reflect.set(
          globalThis,
          'cutOff',
          AsyncResource.bind((id: number) => chain.sql(`KILL ${id}`)),
        )
        try {
          await rejected(chain.up(), 'database.lost')
        } finally {
          Reflect.deleteProperty(globalThis, 'cutOff')
        }
        await refused(chain)
        await chain.sql('ALTER TABLE item DROP COLUMN c')
        await chain.up()
        expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
      })
    }

    it('is stamped as done under another file, and that is the one that counts', async () => {
      const chain = await stopped()
      await chain.sql('ALTER TABLE item DROP COLUMN c')
      chain.put({ 'r2/010-b.contract.sql': `${HEAD}ALTER TABLE item DROP COLUMN c;\nALTER TABLE item DROP COLUMN a;\n` })
      await chain.record()
      await refused(chain)
      await (await chain.open()).stamp('r2/010-b.contract', 'done')
      expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
    })

    /** The run and status say the same. */
    async function refused(chain: ChainOnServer): Promise<void> {
      const error = await chain.up().then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(isError(error, 'ledger.unfinished'), String(error)).to.equal(true)
      expect((await chain.status()).exitCode).to.equal(8)
    }
  })
})
