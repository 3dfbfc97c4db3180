import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { project, removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { start } from './cli.ts'

/** What a function can do to its process; it says so on stderr first. Recorded, it does nothing of the kind. */
const BODY = `
  switch (process.env.MISBEHAVES) {
    case 'exits': process.exit(0)
    case 'exits with 3': process.exit(3)
    case 'loops': console.error('at it'); for (;;);
    case 'hangs': console.error('at it'); return new Promise(() => undefined)
    case 'throws': setTimeout(() => { throw new Error('nobody caught me') }, 1); return new Promise(() => undefined)
    case 'lingers': setInterval(() => undefined, 60_000)
  }`
const MISBEHAVING = `export const up = async ({ context }) => {
  await context.sequelize.query('CREATE TABLE item (id integer PRIMARY KEY)')${BODY}
}`
const ALONE = `import { expand } from 'interphase'
export default expand({ transaction: 'off', up: async ({ query }) => {
  await query('CREATE TABLE other (id integer PRIMARY KEY)')${BODY.replaceAll('MISBEHAVES', 'MISBEHAVES_ALONE')}
} })`
const FILES = { 'r1/010-item.expand.mjs': MISBEHAVING, 'r1/020-other.expand.mjs': ALONE }

describe('how the process ends', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer

    before(async () => {
      chain = await chainOn(server, FILES)
      await chain.record()
    })

    async function run(how: Readonly<Record<string, string>>) {
      const { url } = await chainOn(server, {})
      return start(chain.root, ['expand', '--json', '--database-url', url], how)
    }

    for (const how of ['exits', 'exits with 3']) {
      it(`a function that ${how} is a failure, not a result`, async () => {
        const { code, err } = await (await run({ MISBEHAVES: how })).ended
        expect(code).to.equal(1)
        expect(errorIn(err)).to.include({ code: 'process.ended', exitCode: 1 })
      })
    }

    it('an uncaught error is reported like any other, and rolls back', async () => {
      const { code, err } = await (await run({ MISBEHAVES: 'throws' })).ended
      expect(errorIn(err)).to.include({ code: 'process.stray-error', exitCode: 1 })
      expect(err).to.include('nobody caught me')
      expect(code).to.equal(1)
    })

    for (const name of ['MISBEHAVES', 'MISBEHAVES_ALONE']) {
      it(`SIGTERM ends it though a function never does, ${name === 'MISBEHAVES' ? 'in a transaction' : 'outside of one'}`, async () => {
        const started = await run({ [name]: 'hangs' })
        await started.says('at it')
        started.child.kill('SIGTERM')
        const { code, err } = await started.ended
        expect(errorIn(err)).to.include({ code: 'run.stopped' })
        expect(code).to.equal(10)
      })
    }

    it('SIGTERM and SIGINT end it although a function blocks the thread, and the next run begins the migration again', async () => {
      const { url } = await chainOn(server, {})
      for (const [name, value] of [
        ['MISBEHAVES', 'SIGTERM'],
        ['MISBEHAVES_ALONE', 'SIGINT'],
      ] as const) {
        const started = start(chain.root, ['expand', '--json', '--database-url', url], { [name]: 'loops' })
        await started.says('at it')
        // A signal has no effect until the second thread notices that the first one is blocked.
        const again = setInterval(() => started.child.kill(value), 100)
        await started.ended
        clearInterval(again)
        expect(started.child.signalCode).to.equal(value)
      }
      const { code, err } = await start(chain.root, ['expand', '--json', '--database-url', url]).ended
      expect(code, err).to.equal(0)
    })

    it('a second SIGTERM ends it at once', async () => {
      const started = await run({ MISBEHAVES: 'hangs' })
      await started.says('at it')
      started.child.kill('SIGTERM')
      await started.says('A second signal ends the process immediately')
      started.child.kill('SIGTERM')
      expect((await started.ended).code).to.equal(143)
    })

    it('what a function leaves running does not keep it', async () => {
      expect((await (await run({ MISBEHAVES: 'lingers' })).ended).code).to.equal(0)
    })
  })

  it('record without a shadow URL reports a function that forgets a transaction as one error, and leaves no server behind', async () => {
    const forgets = `export const up = async ({ context }) => {
  context.sequelize.transaction(async (transaction) => { await context.sequelize.query('SELECT 1', { transaction }); throw new TypeError('back') })
}`
    const config = JSON.stringify({ project: 'shop', dialects: ['postgres'] })
    const root = project({ 'interphase.config.json': config, 'releases/r1/010-late.expand.mjs': forgets })
    const { code, out, err } = await start(root, ['record', '--json']).ended
    const lines = err.split('\n').filter((line) => line !== '')
    expect(lines.filter((line) => line.startsWith('{"type":"error"'))).to.have.lengthOf(1)
    expect(lines.filter((line) => !line.startsWith('{'))).to.deep.equal([])
    expect(errorIn(err)).to.include({ code: 'migration.unawaited', exitCode: code })
    expect(out).to.not.match(/^\s+at /m)
    expect(code).to.not.equal(0)
    await expectNoServer(root)
  })

  for (const [how, signal, code] of [
    ['exits', undefined, 1],
    ['throws', undefined, 1],
    ['hangs', 'SIGTERM', 10],
    ['hangs', 'SIGTERM twice', 143],
  ] as const) {
    it(`record leaves no server behind when a function ${how}${signal ? ` and ${signal} comes` : ''}`, async () => {
      const config = JSON.stringify({ project: 'shop', dialects: ['postgres'] })
      const root = project({ 'interphase.config.json': config, 'releases/r1/010-item.expand.mjs': MISBEHAVING })
      const started = start(root, ['record', '--json'], { MISBEHAVES: how })
      if (signal) {
        await started.says('at it')
        started.child.kill('SIGTERM')
      }
      if (signal === 'SIGTERM twice') {
        await started.says('A second signal ends the process immediately')
        started.child.kill('SIGTERM')
      }
      expect((await started.ended).code).to.equal(code)
      await expectNoServer(root)
    })
  }
})

async function expectNoServer(root: string): Promise<void> {
  const shadow = join(root, '.interphase', 'shadow', 'postgres')
  const files = readdirSync(shadow, { recursive: true, encoding: 'utf8' })
  for (const name of files.filter((file) => file.endsWith('data-is-in'))) {
    const pid = join(readFileSync(join(shadow, name), 'utf8'), 'postmaster.pid')
    // It was asked to stop, and ends by itself.
    for (const until = Date.now() + 30_000; existsSync(pid) && Date.now() < until; await delay(20));
    expect(existsSync(pid), pid).to.equal(false)
  }
}

function errorIn(err: string): Record<string, unknown> {
  const line = err.split('\n').findLast((text) => text.startsWith('{"type":"error"')) ?? '{}'
  return JSON.parse(line) as Record<string, unknown>
}
