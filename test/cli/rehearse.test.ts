import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { RehearsalShape } from '../../src/rehearse/rehearsal.ts'
import { chainOn, type Files, scratchDatabases } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'
import { interphase, start } from './cli.ts'

/** The old version writes a sign that XML has a use for, and stumbles over the column that goes. */
const BROKEN: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, name varchar(20));',
  'r2/010-name.expand.sql': 'ALTER TABLE item DROP COLUMN name;',
  'r2/probes/old/010-read.sql': "SELECT name FROM item WHERE name <> '<&\"'",
}

const SLOW = `export async function up({ signal }) {
  process.stderr.write('at work')
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
}`

const SAYS_WHERE =
  "console.log('at', new URL(process.env.DATABASE_URL).pathname, process.env.DATABASE_URL === process.env.INTERPHASE_DATABASE_URL)"

describe('interphase rehearse', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('prints its findings and ends with 1, as text, as JSON and as JUnit', async () => {
      const chain = await chainOn(server, BROKEN)
      const text = await interphase(chain.root, ['rehearse', '--report', 'junit', '--output', 'report.xml'])
      expect(text.code, text.err).to.equal(1)
      expect(text.out).to.include('r2/010-name.expand').and.include('old/010-read.sql').and.include('What to do:')
      const xml = readFileSync(join(chain.root, 'report.xml'), 'utf8')
      expect(xml).to.match(/<testsuites name="interphase rehearse shop" tests="\d+" failures="2" skipped="0">/)
      expect(xml).to.include('<failure type="probe fails" message=').and.not.include('<&"')
      const json = await interphase(chain.root, ['rehearse', '--json'])
      const { type, ...rehearsal } = JSON.parse(json.out.trim().split('\n').at(-1) ?? '') as { readonly type: string }
      expect([json.code, type]).to.deep.equal([1, 'result'])
      expect(RehearsalShape.parse(rehearsal).dialects[0]?.releases[0]?.findings).to.have.length(1)
    })

    it('runs a command where the shadow is held, and passes its failure on', async () => {
      const chain = await chainOn(server, TINY)
      const good = await interphase(chain.root, ['rehearse', '--at', 'expand', '--', process.execPath, '-e', SAYS_WHERE])
      expect(good.code, good.err).to.equal(0)
      expect(good.out).to.match(/^at \/interphase_scratch_\w+ true$/m)
      const bad = await interphase(chain.root, ['rehearse', '--at', 'start', '--', process.execPath, '-e', 'process.exit(7)'])
      expect(bad.code).to.equal(1)
      expect(bad.err).to.include('exit code 7').and.include('before expand of r2').and.include('(rehearse.command)')
      expect(await scratchDatabases(server)).to.deep.equal([])
    })

    it('drops what a killed rehearsal left behind', async () => {
      const chain = await chainOn(server, TINY)
      const file = join(chain.root, 'pid')
      const forever = `require('node:fs').writeFileSync(process.env.FILE, String(process.pid)); ${SAYS_WHERE}; setInterval(() => undefined, 1000)`
      const run = start(chain.root, ['rehearse', '--at', 'expand', '--', process.execPath, '-e', forever], { FILE: file })
      await run.says('at /interphase')
      run.child.kill('SIGKILL')
      await once(run.child, 'exit')
      process.kill(Number(readFileSync(file, 'utf8')))
      const { out } = await run.ended
      const mark = /interphase_scratch_[0-9a-f]+_/.exec(out)?.[0] ?? ''
      const names = async () => (await databases(chain.url)).filter((name) => name.startsWith(mark))
      expect(await names()).to.include(`${mark}phased`)
      const again = await interphase(chain.root, ['rehearse'])
      expect(again.code, again.err).to.equal(0)
      expect(await names()).to.deep.equal([])
    })
  })

  onServers(['postgres', 'mysql'], (server) => {
    it('stops when it is asked to, and leaves no scratch database', async () => {
      const chain = await chainOn(server, {
        ...TINY,
        'r2/010-price.migrate.mjs': SLOW,
        'r2/rows/010.sql': "INSERT INTO item VALUES (1, 'a')",
      })
      chain.remove('r2/010-price.migrate.sql')
      const run = start(chain.root, ['rehearse'])
      await run.says('at work')
      run.child.kill('SIGTERM')
      const { code, err } = await run.ended
      expect([code, err], err).to.satisfy(([found, text]: [number, string]) => found === 10 && text.includes('(rehearse.stopped)'))
      expect(await scratchDatabases(server)).to.deep.equal([])
    })
  })

  onServers(['postgres'], (server) => {
    it('refuses what cannot be meant', async () => {
      const chain = await chainOn(server, TINY)
      for (const [args, says] of [
        [['--rows', 'many'], 'not a whole number'],
        [['--release', 'r9'], 'no release, change or migration r9'],
        [['--all', '--release', 'r1'], '--all and --release'],
        [['--at', 'expand'], '--at needs a command'],
        [['--at', 'end', '--', 'true'], 'start, expand, migrate, contract'],
        [['--', 'true'], 'needs --at'],
      ] as const) {
        const { code, err } = await interphase(chain.root, ['rehearse', ...args])
        expect([code, err], err).to.satisfy(
          ([found, text]: [number, string]) => found === 2 && text.toLowerCase().includes(says.toLowerCase()),
        )
      }
    })
  })
})

async function databases(url: string): Promise<readonly string[]> {
  const rows = url.startsWith('postgres')
    ? await execute(url, 'SELECT datname AS name FROM pg_database')
    : await execute(url, 'SELECT schema_name AS name FROM information_schema.schemata')
  return rows.map(({ name }) => String(name))
}
