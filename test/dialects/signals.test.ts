import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { LoadSignalReading } from '../../src/dialect/signals.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { SERVER_LOAD_SIGNAL_NAMES, type ServerLoadSignalName } from '../../src/phase/throttle.ts'
import { dialectOfServer } from '../support/chain.ts'
import { execute, onServers, type ServerName } from '../support/servers.ts'

/** The signals that a server without replicas, slots and an archive has. */
const POSTGRES: readonly ServerLoadSignalName[] = ['active-sessions', 'checkpoint-age', 'lock-waits']
const INNODB: readonly ServerLoadSignalName[] = ['active-sessions', 'checkpoint-age', 'history-list', 'lock-waits']

/** The signals that a user without any administrative privilege can still read. */
const OF_ANY_USER: Partial<Record<ServerName, readonly ServerLoadSignalName[]>> = {
  'postgres': POSTGRES,
  'postgres-system': POSTGRES,
  'mysql': ['active-sessions', 'checkpoint-age'],
  'mariadb': ['active-sessions', 'checkpoint-age', 'history-list'],
}

async function readAs(server: ServerName, url: string): Promise<readonly LoadSignalReading[]> {
  const dialect = await loadDialect(dialectOfServer(server))
  const session = await dialect.open({ url, purpose: 'a test' })
  try {
    return await dialect.signals.read(session, SERVER_LOAD_SIGNAL_NAMES)
  } finally {
    await session.close()
  }
}

function readable(readings: readonly LoadSignalReading[]): readonly string[] {
  return readings.flatMap((one) => ('value' in one ? [one.signal] : [])).sort()
}

/** The URL of a new user who may only connect. */
async function asNewUser(url: string): Promise<string> {
  const user = `u_${randomBytes(5).toString('hex')}`
  await execute(
    url,
    ...(url.startsWith('postgres')
      ? [`CREATE ROLE ${user} LOGIN`]
      : [`CREATE USER ${user}@'%'`, `GRANT SELECT ON ${new URL(url).pathname.slice(1)}.* TO ${user}@'%'`]),
  )
  const changed = new URL(url)
  changed.username = user
  changed.password = ''
  return changed.href
}

describe('the signals of a server', () => {
  onServers(['postgres', 'postgres-system', 'mariadb', 'mysql'], (server, database) => {
    it('are numbers for an administrator', async () => {
      const readings = await readAs(server, await database())
      // Replication slots and old transactions belong to other tests.
      const own = readings.filter(({ signal }) => signal !== 'old-snapshot' && signal !== 'slot-retention')
      expect(readable(own)).to.deep.equal(dialectOfServer(server) === 'postgres' ? POSTGRES : INNODB)
      for (const reading of own) expect('value' in reading ? reading.value : Number.NaN, reading.signal).to.be.within(0, 1e9)
      expect(own.filter((reading) => 'unreadable' in reading)).to.deep.equal([])
    })

    it('are readable one by one for a user without privileges, with the reason for the others', async () => {
      const readings = await readAs(server, await asNewUser(await database()))
      expect(readable(readings)).to.deep.equal(OF_ANY_USER[server])
      for (const reading of readings) if ('unreadable' in reading) expect(reading.unreadable).to.match(/denied|permission|privilege/i)
    })
  })
})
