import { expect } from 'chai'
import type { EmittedEvent } from '../../src/event.ts'
import { interphase } from '../cli/cli.ts'
import { chainOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const FILES = { 'r1/010-one.expand.sql': 'CREATE TABLE one (id int PRIMARY KEY);', 'r2/010-two.expand.sql': 'DROP TABLE IF EXISTS absent;' }
const SECRET = 'not-to-be-seen'

describe('the origin of events', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    it('names one run, its database and its epoch, and numbers all events in order', async () => {
      const chain = await recordedOn(server, FILES)
      const events: EmittedEvent[] = []
      const emit = (event: EmittedEvent) => void events.push(event)
      const other = await database()
      const first = await chain.open({ emit })
      const second = await chain.open({ emit, databaseUrl: other })
      await first.upgrade({ to: 'r1' })
      await Promise.all([first.upgrade(), second.upgrade()])
      const runs = [...new Set(events.map(({ run }) => run))].map((id) => events.filter(({ run }) => run === id))
      expect(runs).to.have.lengthOf(3)
      for (const ofRun of runs) {
        expect(ofRun.map(({ sequence }) => sequence)).to.deep.equal(ofRun.map((_, index) => index + 1))
        expect(new Set(ofRun.map(({ database: at }) => at)).size).to.equal(1)
        const taken = ofRun.findIndex(({ type }) => type === 'lock-taken')
        expect(taken).to.be.at.least(0)
        const epochs = ofRun.slice(taken).map(({ epoch }) => epoch)
        expect(new Set(epochs)).to.deep.equal(new Set([epochs[0]]))
        expect(ofRun.slice(0, taken).filter(({ epoch }) => epoch !== undefined)).to.deep.equal([])
      }
      const origins = runs.map((ofRun) => `${ofRun.at(-1)?.database} ${ofRun.at(-1)?.epoch}`).sort()
      const places = [chain.url, chain.url, other].map((url) => new URL(url)).map(({ host, pathname }) => host + pathname)
      expect(origins).to.deep.equal([`${places[0]} 1`, `${places[1]} 2`, `${places[2]} 1`].sort())
    })

    it('is printed with --json, without the password', async () => {
      const chain = await recordedOn(server, FILES)
      const url = new URL(chain.url)
      // No server asks for this one: the login of the tests is without a password, or has its own.
      if (url.password === '' && server === 'postgres') url.password = SECRET
      const { code, out, err } = await interphase(chain.root, ['up', '--json'], { DATABASE_URL: url.href })
      expect(code, err).to.equal(0)
      const events: EmittedEvent[] = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ type }) => type !== 'result')
      expect(events).not.to.have.lengthOf(0)
      expect(events.map(({ sequence }) => sequence)).to.deep.equal(events.map((_, index) => index + 1))
      for (const event of events) {
        expect(event.database).to.equal(url.host + url.pathname)
        expect(event.run).to.equal(events[0]?.run)
      }
      expect(out).not.to.include(SECRET)
    })

    it('has no database where a command works on shadows', async () => {
      const chain = await chainOn(server, FILES)
      const events: EmittedEvent[] = []
      await (await chain.open({ emit: (event) => void events.push(event) })).record()
      expect(events).not.to.have.lengthOf(0)
      expect(events.filter((event) => 'database' in event || 'epoch' in event)).to.deep.equal([])
      expect(events.map(({ sequence }) => sequence)).to.deep.equal(events.map((_, index) => index + 1))
    })
  })
})
