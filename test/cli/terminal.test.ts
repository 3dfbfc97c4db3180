import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { Client } from 'pg'
import { project, put, removeProjects } from '../support/project.ts'
import { freshDatabase, serverUrl } from '../support/servers.ts'
import { interphase, start } from './cli.ts'
import { CTRL_C, CTRL_D, CTRL_Z, ENTER, endTerminals, HAS_TERMINAL, startAtTerminal } from './terminal.ts'

const FILES = {
  'interphase.config.json': '{ "project": "shop" }',
  'releases/1-base/010-item.expand.sql':
    'CREATE TABLE item (id integer NOT NULL, name text NOT NULL, note text, CONSTRAINT item_pk PRIMARY KEY (id));',
  'releases/1-base/010-item.migrate.sql': "INSERT INTO item (id, name) VALUES (1, 'cup');",
  'releases/2-next/010-label.expand.sql': 'ALTER TABLE item ADD COLUMN label text;',
  'releases/2-next/010-label.migrate.sql': 'SELECT 1;\nUPDATE item SET label = name WHERE label IS NULL;',
  'releases/2-next/010-label.contract.sql': 'ALTER TABLE item DROP COLUMN note;',
}

// Nobody can break off what a function does.
const SLOW = 'export const up = () => process.env.SLOW && new Promise((resolve) => setTimeout(resolve, 600_000))'

describe('at a terminal', function () {
  if (!HAS_TERMINAL) return void it.skip('needs `script` of util-linux, which is not here')
  // A process for each step, and a machine that may be busy.
  this.timeout(600_000)
  let root = ''
  let url = ''
  let shadow = ''
  const at = (...args: readonly string[]) => startAtTerminal(root, args, { DATABASE_URL: url })

  before(async function () {
    shadow = (await serverUrl('postgres')) ?? ''
    if (shadow === '') return this.skip()
    root = project(FILES)
    url = await freshDatabase('postgres')
  })
  afterEach(endTerminals)
  after(removeProjects)

  it('shows the release that is being recorded, and does not colour plain sentences', async () => {
    const { code, out } = await startAtTerminal(root, ['record'], { INTERPHASE_SHADOW_POSTGRES_URL: shadow }).ended
    expect(code, out).to.equal(0)
    expect(out).to.include('… recording 2-next on postgres, 0 s').and.include('2-next in authored order: 3 migrations')
    expect(out).not.to.include('\x1b[36m')
    expect((await interphase(root, ['up', '--to', '1-base'], { DATABASE_URL: url })).code).to.equal(0)
    expect((await interphase(root, ['expand'], { DATABASE_URL: url })).code).to.equal(0)
  })

  it('shows a data step at work and for how long, and stops it at Ctrl-C', async () => {
    const release = await held(url, 'SELECT 1 FROM item FOR UPDATE')
    try {
      const migrate = at('migrate')
      await migrate.says(/… 1 of 1 {2}2-next\/010-label\.migrate, statement 2 of 2, [1-9]\d* s/)
      migrate.type(CTRL_C)
      const { code, out } = await migrate.ended
      expect(code, out).to.equal(10)
      expect(out).to.include('SIGINT: finishing or rolling back').and.include('(run.stopped)')
    } finally {
      await release()
    }
  })

  it('shows for how long it has been waiting for the lock', async () => {
    const release = await held(url, 'SELECT 1 FROM item FOR UPDATE')
    try {
      const first = start(root, ['migrate', '--log-level', 'debug'], { DATABASE_URL: url })
      await first.says('statement 2 of 2')
      const second = at('migrate', '--wait', '300')
      await second.says('Waiting for the lock')
      await second.says(/… waiting for the lock, [1-9]\d* s/)
      await release()
      expect((await first.ended).code).to.equal(0)
      expect((await second.ended).code).to.equal(0)
    } finally {
      await release()
    }
  })

  for (const [name, keys] of [
    ['no', `no${ENTER}`],
    ['anything but a plain yes', `YES${ENTER}`],
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', CTRL_D],
  ] as const) {
    it(`takes ${name} for a no, and says so`, async () => {
      const contract = at('contract')
      await contract.says('to continue: ')
      contract.type(keys)
      const { code, out } = await contract.ended
      expect(code, out).to.equal(6)
      expect(out).to.include('column item.note').and.include('(phase.declined)')
    })
  }

  it('asks where the results go to a pipe, and never for --json', async () => {
    const piped = startAtTerminal(root, ['contract'], { DATABASE_URL: url }, (call) => `${call} | cat`)
    await piped.says('to continue: ')
    piped.type(`no${ENTER}`)
    expect((await piped.ended).out).to.include('(phase.declined)')
    const { code, out } = await at('contract', '--json').ended
    expect(code, out).to.equal(6)
    expect(out).to.include('"code":"phase.unconfirmed"').and.not.include('to continue')
  })

  it('is stopped by SIGTERM while it asks, which is no answer', async () => {
    const contract = startAtTerminal(root, ['contract'], { DATABASE_URL: url }, (call) => `echo "process $$."; exec ${call}`)
    await contract.says('to continue: ')
    process.kill(Number(/process (\d+)\./.exec(contract.heard())?.[1]), 'SIGTERM')
    const { code, out } = await contract.ended
    expect(code, out).to.equal(10)
    expect(out).to.include('stopped by SIGTERM at contract of 2-next')
  })

  it('still listens after it was stopped and called back', async () => {
    const contract = startAtTerminal(root, ['contract'], { DATABASE_URL: url }, (call) => `set -m; ${call}; echo suspended; fg`)
    await contract.says('to continue: ')
    contract.type(CTRL_Z)
    await contract.says('suspended')
    contract.type(`no${ENTER}`)
    const { code, out } = await contract.ended
    expect(code, out).to.equal(6)
    expect(out).to.include('(phase.declined)')
  })

  it('breaks long lines between words', async () => {
    const { out } = await at('doctor').ended
    const lines = stripVTControlCharacters(out).split(/\r?\n/)
    expect(lines.filter((line) => line.length > 80)).to.deep.equal([])
    expect(lines.some((line) => line.startsWith(' '.repeat(16)))).to.equal(true)
  })

  it('has colours, unless they are switched off', async () => {
    const status = async (environment: Readonly<Record<string, string>>) =>
      (await startAtTerminal(root, ['status'], { DATABASE_URL: url, ...environment }).ended).out
    expect(await status({})).to.include('\x1b[')
    for (const plain of [{ NO_COLOR: '1' }, { FORCE_COLOR: '0' }, { TERM: 'dumb' }]) expect(await status(plain)).not.to.include('\x1b')
  })

  it('counts the seconds to the next attempt, and continues after a yes', async () => {
    const release = await held(url, 'LOCK TABLE item IN ACCESS SHARE MODE')
    try {
      const contract = at('contract')
      await contract.says('to continue: ')
      contract.type(`yes${ENTER}`)
      await contract.says('blocked by: ')
      await contract.says('… 1 of 1  2-next/010-label.contract, attempt 2 of 12 in ')
      await release()
      const { code, out } = await contract.ended
      expect(code, out).to.equal(0)
      expect(out).to.include('contract of 2-next: 1 migration done')
    } finally {
      await release()
    }
  })

  it('ends at once at the second Ctrl-C, and leaves a clean line', async () => {
    put(root, { 'releases/3-slow/010-slow.migrate.mjs': SLOW })
    expect((await interphase(root, ['record'], { INTERPHASE_SHADOW_POSTGRES_URL: shadow })).code).to.equal(0)
    const migrate = startAtTerminal(root, ['migrate'], { DATABASE_URL: url, SLOW: 'yes' })
    await migrate.says('… 1 of 1  3-slow/010-slow.migrate')
    migrate.type(CTRL_C)
    await migrate.says('A second signal ends')
    migrate.type(CTRL_C)
    const { code, out } = await migrate.ended
    expect(code, out).to.equal(130)
    expect(stripVTControlCharacters(out)).to.match(
      /SIGINT again: ended immediately\.\s+The\s+next\s+run\s+first\s+determines\s+which\s+statements\s+were\s+executed\.\r?\n$/,
    )
  })
})

/** Begins a transaction with this statement and keeps it open until it is released. */
async function held(url: string, statement: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN')
  await client.query(statement)
  let open = true
  return async () => {
    if (open) await client.end()
    open = false
  }
}
