import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

const EVERY = ['started', 'finished', 'failed', 'held']

/** Writes each message that it reads into a line of the file. */
const NOTING = [process.execPath, '-e', "process.stdin.pipe(require('fs').createWriteStream('heard.txt', { flags: 'a' }))"]

function heard(chain: ChainOnServer): readonly Readonly<Record<string, unknown>>[] {
  const text = readFileSync(join(chain.root, 'heard.txt'), 'utf8')
  return text
    .split('}{')
    .map(
      (part, index, all) =>
        JSON.parse(`${index === 0 ? '' : '{'}${part}${index === all.length - 1 ? '' : '}'}`) as Readonly<Record<string, unknown>>,
    )
}

async function withHooks(server: ServerName, hooks: readonly object[]): Promise<ChainOnServer> {
  return recordedOn(server, TINY, { hooks })
}

describe('hooks', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('hear that a phase starts and finishes', async () => {
      const chain = await withHooks(server, [{ on: EVERY, command: NOTING }])
      await chain.up({ to: 'r1' })
      const messages = heard(chain)
      const phases = messages.map(({ occasion, release, phase }) => `${String(occasion)} ${String(release)} ${String(phase)}`)
      expect(phases).to.include.members(['started r1 expand', 'finished r1 expand'])
      expect(messages[0]).to.include({ project: 'shop' }).and.have.property('run')
      expect(JSON.stringify(messages)).not.to.include(new URL(chain.url).password === '' ? 'no password' : new URL(chain.url).password)
    })
  })

  onServers(['postgres'], (server) => {
    it('hear why a command is held or fails', async () => {
      const chain = await withHooks(server, [{ on: ['held', 'failed'], command: NOTING }])
      await rejected((await chain.open()).upgrade({ only: 'contract' }), 'phase.held')
      await chain.sql('CREATE TABLE item (id int)')
      await rejected(chain.up(), 'schema.differs')
      expect(heard(chain).map(({ occasion, code }) => [occasion, code])).to.deep.include.members([['held', 'phase.held']])
      expect(heard(chain).some(({ occasion }) => occasion === 'failed')).to.equal(true)
    })

    it('that fail, hang or do not exist never fail the command', async () => {
      const endless = [process.execPath, '-e', 'setInterval(() => 0, 1000)']
      const chain = await withHooks(server, [
        { on: EVERY, command: ['/nowhere/program'] },
        { on: EVERY, command: [process.execPath, '-e', 'process.exit(3)'] },
        { on: EVERY, command: endless, timeoutMs: 300 },
        { on: EVERY, url: 'http://127.0.0.1:1/secret-path', timeoutMs: 300 },
      ])
      await chain.up()
      const remarks = chain.events.flatMap((event) => (event.type === 'remark' ? [event.says] : []))
      expect(remarks.join('\n'))
        .to.include('the hook /nowhere/program failed on the occasion "started": spawn /nowhere/program ENOENT')
        .and.include('the program ended with exit code 3')
        .and.include('the program did not end within 0.3 s')
        .and.include('the hook 127.0.0.1:1 failed on the occasion "started": bad port')
        .and.include('The hook did not affect the result of the command.')
        .and.not.include('fetch failed')
        .and.not.include('secret-path')
    })

    it('can be web addresses', async () => {
      const bodies: string[] = []
      const web = createServer((request, response) => {
        let body = ''
        request
          .on('data', (data) => (body += String(data)))
          .on('end', () => bodies.push(`${request.headers.authorization} ${body}`) && response.end())
      })
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/hook`
      try {
        const chain = await withHooks(server, [{ on: ['finished'], url, headers: { authorization: 'Bearer x' } }])
        await chain.up({ to: 'r1' })
        expect(bodies[0]).to.match(/^Bearer x \{"occasion":"finished"/)
      } finally {
        web.close()
      }
    })
  })
})
