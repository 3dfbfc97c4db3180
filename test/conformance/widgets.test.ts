import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const LIBERTY = '2015.2-liberty'
const E010 = '010-widget-timestamp.expand'
const ROWS = [
  "INSERT INTO widget (id, name) VALUES (1, 'flange'), (2, 'grommet'), (3, 'bearing')",
  "INSERT INTO widget_status (widget_id, status_flag, modified_date) VALUES (1, 1, '2015-04-30 16:45:10'), (2, 2, '17 Mar 2014')",
]

describe('the widgets of the example', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('end with one table and the right rows', async () => {
      const chain = await recordedWidgets(server)
      await chain.up({ to: '2015.1-kilo' })
      await chain.sql(...ROWS)
      await chain.up()
      const columns = await chain.sql(
        `SELECT column_name AS name, is_nullable AS nullable FROM information_schema.columns WHERE table_name = 'widget' AND table_schema = ${schemaOf(server)} ORDER BY ordinal_position`,
      )
      expect(columns.map((row) => [row['name'], row['nullable']])).to.deep.equal([
        ['id', 'NO'],
        ['name', 'NO'],
        ['status_flag', 'NO'],
        ['modified_timestamp', 'YES'],
      ])
      expect(await rowsOf(chain, 'widget', 'id, name, status_flag, modified_timestamp')).to.deep.equal([
        '1|flange|1|2015-04-30 16:45:10',
        '2|grommet|2|2014-03-17 00:00:00',
        '3|bearing|0|',
      ])
      expect((await chain.status()).exitCode).to.equal(0)
    })

    it('are refused by record without E010', async () => {
      const chain = await widgets(server)
      takeAway(chain, `${E010}.`)
      const { message, facts } = await rejected(chain.record(), 'record.failed')
      expect(facts.migration).to.equal(`${LIBERTY}/010-widget-timestamp.migrate`)
      expect(message).to.include('010-widget-timestamp.migrate').and.to.include('modified_timestamp')
      expect(chain.has(`${LIBERTY}/states`)).to.equal(false)
    })

    it('are refused at run time when E010 is taken away after recording', async () => {
      const chain = await recordedWidgets(server)
      await chain.up({ to: '2015.1-kilo' })
      await chain.sql(...ROWS)
      takeAway(chain, `${E010}.`)
      const { message } = await rejected(chain.up(), 'states.stale')
      expect(message).to.include(`${LIBERTY}/${E010} is recorded, but its file is missing`)
      expect(await untouched(chain)).to.equal(true)
    })

    it('are refused before M010 if another session alters the table', async () => {
      const chain = await recordedWidgets(server)
      await chain.up({ to: '2015.1-kilo' })
      await chain.sql(...ROWS)
      await chain.up({ only: 'expand' })
      await chain.sql('ALTER TABLE widget_status ADD COLUMN colour varchar(10)')
      const { message, facts } = await rejected(chain.up(), 'schema.differs')
      expect(facts.differences.join()).to.include('column widget_status.colour')
      expect(message).to.include(LIBERTY)
      expect(await untouched(chain)).to.equal(true)
      expect((await chain.status()).exitCode).to.equal(7)
      await chain.sql('ALTER TABLE widget_status DROP COLUMN colour')
      expect((await chain.status()).exitCode).to.equal(4)
      await chain.up()
    })

    it('are refused before M010 if another session drops the objects of E010', async () => {
      const chain = await recordedWidgets(server)
      await chain.up({ to: '2015.1-kilo' })
      await chain.sql(...ROWS)
      await chain.up({ only: 'expand' })
      await chain.sql('DROP TABLE widget_status')
      const { facts } = await rejected(chain.up({ only: 'migrate' }), 'schema.differs')
      expect(facts.differences.join('\n')).to.include('table widget_status: planned, but not found')
      expect(await rowsOf(chain, 'widget', 'id, status_flag')).to.deep.equal(['1|', '2|', '3|'])
    })
  })
})

/** The two releases as they are in the example, without recorded states. */
async function widgets(server: ServerName): Promise<ChainOnServer> {
  const chain = await chainOn(server, {})
  for (const release of ['2015.1-kilo', LIBERTY]) copy(join('releases', release), join(chain.root, 'releases', release), isNoState)
  return chain
}

const recordings = new Map<ServerName, string>()

/** The same with states, which are recorded once on each server. */
async function recordedWidgets(server: ServerName): Promise<ChainOnServer> {
  const root = recordings.get(server) ?? (await record(server))
  const chain = await chainOn(server, {})
  copy(join(root, 'releases'), join(chain.root, 'releases'), () => true)
  return chain
}

async function record(server: ServerName): Promise<string> {
  const chain = await widgets(server)
  await chain.record()
  recordings.set(server, chain.root)
  return chain.root
}

function copy(from: string, to: string, filter: (path: string) => boolean): void {
  cpSync(from, to, { recursive: true, filter })
}

function isNoState(path: string): boolean {
  return !path.endsWith('states')
}

/** Takes a migration away with all its dialects and its undo. */
function takeAway(chain: ChainOnServer, prefix: string): void {
  for (const name of readdirSync(join(chain.root, 'releases', LIBERTY))) if (name.startsWith(prefix)) chain.remove(`${LIBERTY}/${name}`)
}

async function rowsOf(chain: ChainOnServer, table: string, columns: string): Promise<readonly string[]> {
  const cast = (name: string) => (chain.dialect === 'postgres' ? `${name}::text AS ${name}` : `CAST(${name} AS char) AS ${name}`)
  const rows = await chain.sql(`SELECT ${columns.split(', ').map(cast).join(', ')} FROM ${table} ORDER BY 1`)
  return rows.map((row) =>
    columns
      .split(', ')
      .map((name) => textOf(row[name]))
      .join('|'),
  )
}

/** No data step has written: the statuses are as they were put there. */
async function untouched(chain: ChainOnServer): Promise<boolean> {
  const rows = await rowsOf(chain, 'widget_status', 'widget_id, status_flag, modified_date')
  return rows.join('\n') === '1|1|2015-04-30 16:45:10\n2|2|17 Mar 2014'
}

function schemaOf(server: ServerName): string {
  return server.startsWith('postgres') ? 'current_schema()' : 'DATABASE()'
}

/** All columns are asked for as text. */
function textOf(found: unknown): string {
  return typeof found === 'string' ? found : ''
}
