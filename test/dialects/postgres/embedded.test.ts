import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { claimLockFile } from '../../../src/dialects/postgres/scratch/embedded/claim.ts'
import { readPostmasterPidFile } from '../../../src/dialects/postgres/scratch/embedded/pid-file.ts'
import {
  type EmbeddedPostgres,
  startExclusiveEmbeddedPostgres,
  startSharedEmbeddedPostgres,
} from '../../../src/dialects/postgres/scratch/embedded.ts'
import { openPostgresSession } from '../../../src/dialects/postgres/session/connect.ts'
import { isError } from '../../../src/error.ts'
import { AT, problemOf, until } from './fixture.ts'

// A process of no program that runs: the kernel gives no numbers as high.
const DEAD = 2 ** 30

describe('postgres: the embedded server', () => {
  let directory: string
  const running: EmbeddedPostgres[] = []
  const begun = async (server: Promise<EmbeddedPostgres>) => {
    const started = await server
    running.push(started)
    return started
  }
  const ask = async (url: string, text: string) => {
    const session = await openPostgresSession({ url, purpose: 'test' })
    const { rows } = await session.execute(text, AT)
    await session.close()
    return rows
  }
  const dataOf = () => readFile(join(directory, 'data-is-in'), 'utf8')

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'interphase-test-'))
  })
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop()
    const data = await dataOf().catch(() => undefined)
    if (data) await rm(data, { recursive: true, force: true })
    await rm(directory, { recursive: true, force: true })
  })

  it('keeps its data between two starts, and refuses other users', async () => {
    const first = await begun(startSharedEmbeddedPostgres(directory))
    await ask(first.url, 'CREATE TABLE kept (id integer)')
    expect((await stat(join(directory, 'password'))).mode & 0o777).to.equal(0o600)
    const stranger = new URL(first.url)
    stranger.password = 'guess'
    expect(isError(await problemOf(openPostgresSession({ url: stranger.toString(), purpose: 'test' })), 'database.login')).to.equal(true)
    expect(await ask(first.url, "SELECT current_setting('listen_addresses') AS l, current_setting('fsync') AS f")).to.deep.equal([
      { l: '127.0.0.1', f: 'off' },
    ])
    await first.stop()
    expect(isError(await problemOf(openPostgresSession({ url: first.url, purpose: 'test' })), 'database.unreachable')).to.equal(true)
    const second = await begun(startSharedEmbeddedPostgres(directory))
    expect(await ask(second.url, "SELECT to_regclass('kept')::text AS t")).to.deep.equal([{ t: 'kept' }])
  })

  it('starts again after the server was killed', async () => {
    const first = await begun(startSharedEmbeddedPostgres(directory))
    await ask(first.url, 'CREATE TABLE kept (id integer)')
    const file = await readPostmasterPidFile(await dataOf())
    if (!file) return expect.fail('no process file')
    process.kill(file.pid, 'SIGKILL')
    await until(async () =>
      isError(await openPostgresSession({ url: first.url, purpose: 'test' }).catch((error: unknown) => error), 'database.unreachable'),
    )
    await writeFile(join(directory, 'owner'), String(DEAD))
    const second = await begun(startSharedEmbeddedPostgres(directory))
    expect(await ask(second.url, "SELECT to_regclass('kept')::text AS t")).to.deep.equal([{ t: 'kept' }])
  })

  it('takes over a server whose owner was killed', async () => {
    const first = await begun(startSharedEmbeddedPostgres(directory))
    await writeFile(join(directory, 'owner'), String(DEAD))
    const second = await begun(startSharedEmbeddedPostgres(directory))
    expect(second.url).to.equal(first.url)
    await second.stop()
    expect(isError(await problemOf(openPostgresSession({ url: first.url, purpose: 'test' })), 'database.unreachable')).to.equal(true)
  })

  it('shares a server that another process has, and leaves it running', async () => {
    const owner = await begun(startSharedEmbeddedPostgres(directory))
    const guest = await begun(startSharedEmbeddedPostgres(directory))
    expect(guest.url).to.equal(owner.url)
    await guest.stop()
    expect(await ask(owner.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }])
  })

  it('gives two processes at once a server each, and the same one again later', async () => {
    const [first, second] = await Promise.all([
      begun(startExclusiveEmbeddedPostgres(directory)),
      begun(startExclusiveEmbeddedPostgres(directory)),
    ])
    expect(first.url).not.to.equal(second.url)
    await Promise.all([ask(first.url, 'CREATE TABLE a (id integer)'), ask(second.url, 'CREATE TABLE b (id integer)')])
    await Promise.all([first.stop(), second.stop()])
    const third = await begun(startExclusiveEmbeddedPostgres(directory))
    const tables = await ask(third.url, "SELECT relname FROM pg_class WHERE relname IN ('a', 'b')")
    expect(tables).to.have.length(1)
  })

  it('leaves a process alone whose number is that of a server long gone', async () => {
    const first = await begun(startSharedEmbeddedPostgres(directory))
    await first.stop()
    await writeFile(join(await dataOf(), 'postmaster.pid'), `${process.pid}\n${await dataOf()}\n0\n1\n`)
    const second = await begun(startSharedEmbeddedPostgres(directory))
    expect(await ask(second.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }])
  })
})

describe('postgres: a claim', () => {
  it('is held by one, and lost with its process', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'interphase-claim-'))
    const file = join(directory, 'owner')
    const release = await claimLockFile(file)
    expect(await claimLockFile(file)).to.equal(undefined)
    await release?.()
    const tries = await Promise.all(Array.from({ length: 8 }, () => claimLockFile(file)))
    expect(tries.filter((one) => one !== undefined)).to.have.length(1)
    await writeFile(file, String(DEAD))
    const again = await Promise.all(Array.from({ length: 8 }, () => claimLockFile(file)))
    expect(again.filter((one) => one !== undefined)).to.have.length(1)
    await rm(directory, { recursive: true })
  })
})
