import { expect } from 'chai'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { interphase, start } from './cli.ts'

const LINGERS = `export const up = async ({ context }) => {
  if (process.env.LINGERS) setInterval(() => undefined, 60_000)
  await context.sequelize.query('CREATE TABLE other (id int PRIMARY KEY)')
}`

describe('a command in a process that runs several commands', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('prints and returns what a command in a new process does', async () => {
      const chain = await recordedOn(server, { 'r1/010-item.expand.sql': 'CREATE TABLE item (id int);' })
      const calls = [
        ['status', '--check'],
        ['status', '--json'],
        ['gate', '--phase', 'later'],
        ['statsu'],
        ['plan', '--json'],
        ['--version'],
      ]
      for (const args of calls) {
        const alone = await start(chain.root, args, { DATABASE_URL: chain.url }).ended
        expect(await interphase(chain.root, args, { DATABASE_URL: chain.url }), args.join(' ')).to.deep.equal(alone)
      }
      expect((await interphase(chain.root, ['status'])).err).to.include('database.no-url')
    })

    it('is an error if the command leaves something open', async () => {
      const chain = await recordedOn(server, { 'r1/010-other.expand.mjs': LINGERS })
      const call = interphase(chain.root, ['up'], { DATABASE_URL: chain.url, LINGERS: 'yes' })
      expect(String(await call.catch((error: unknown) => error))).to.match(/interphase up left open: Timeout/)
      expect((await interphase(chain.root, ['status', '--check'], { DATABASE_URL: chain.url })).code).to.equal(0)
    })
  })
})
