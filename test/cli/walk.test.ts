import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Client } from 'pg'
import { PlanDocumentShape } from '../../src/cli/documents/plan-document.ts'
import { StatusReportShape } from '../../src/status/reports/report.ts'
import { ROOT } from '../structure/source.ts'
import { project, put, removeProjects } from '../support/project.ts'
import { freshDatabase, serverUrl } from '../support/servers.ts'
import { type Ended, interphase, start } from './cli.ts'

const SECOND = '2015.2-liberty'

describe('a walk over the command line', function () {
  // A process for each step, and a machine that may be busy.
  this.timeout(600_000)
  let root = ''
  let url = ''
  const at = (...args: readonly string[]): Promise<Ended> => interphase(root, args, { DATABASE_URL: url })
  const check = async () => (await at('status', '--check', '--json')).code

  before(async function () {
    const shadow = await serverUrl('postgres')
    if (shadow === undefined) return this.skip()
    root = project({ 'interphase.config.json': '{ "project": "widgets" }' })
    for (const release of ['2015.1-kilo', SECOND]) {
      const unrecorded = (path: string) => !path.includes(join(release, 'states'))
      cpSync(join(ROOT, 'releases', release), join(root, 'releases', release), { recursive: true, filter: unrecorded })
    }
    url = await freshDatabase('postgres')
    const recorded = await interphase(root, ['record'], { INTERPHASE_SHADOW_POSTGRES_URL: shadow })
    expect(recorded.code, recorded.err).to.equal(0)
    expect(recorded.out).to.equal('postgres: 2 releases recorded.\n')
    expect(recorded.err).to.include(`${SECOND} is sound on postgres`)
  })
  after(removeProjects)

  it('begins with expand: the plan shows the SQL, and the dry run is the plan', async () => {
    expect(await check()).to.equal(3)
    const { out } = await at('plan')
    expect(out).to.include('CREATE TABLE widget').and.include('+ column widget.status_flag integer')
    expect(out).to.include('-- nobody waits').and.include('-- everyone waits for a moment at widget_status')
    expect((await at('up', '--dry-run')).out)
      .to.include(out.trim())
      .and.include('7 migrations would run')
    const { releases } = PlanDocumentShape.parse(
      JSON.parse((await at('up', '--dry-run', '--json', '--phase', 'expand', '--to', SECOND)).out),
    )
    expect(releases[1]?.phases.map(({ phase }) => phase)).to.deep.equal(['expand'])
    const drawn = (await at('plan', '--format', 'mermaid', '--phase', 'contract')).out
    expect(drawn)
      .to.match(/^flowchart TD\n/)
      .and.include('020-merge-widget-status.contract')
      .and.not.include('.expand')
    expect((await at('log')).out).to.equal('The database has no ledger entries of widgets.\n')
  })

  it('runs the phases, returns the next one as the exit code, and prints events as lines', async () => {
    expect((await at('migrate')).err).to.include('phase.held')
    expect((await at('up', '--to', '2015.1-kilo')).out).to.include('expand of 2015.1-kilo: 1 migration done')
    const { code, out, err } = await at('expand', '--json')
    expect([code, err]).to.deep.equal([0, ''])
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.filter(({ type }) => type === 'migration-done')).to.have.length(2)
    expect(lines.at(-1)).to.deep.include({ type: 'result' })
    expect(await check()).to.equal(4)
    expect((await at('contract', '--yes')).err).to.include('phase.held')
    expect((await at('migrate')).out).to.match(
      /Next command: interphase contract {2}\(\d migrations? of 2015\.2-liberty\)\n.*must have stopped/,
    )
    expect(await check()).to.equal(5)
  })

  it('does not destroy without a word, off a terminal', async () => {
    const { code, err, out } = await at('contract')
    expect([code, out]).to.deep.equal([6, ''])
    expect(err).to.include('table widget_status (0 rows)').and.include('--yes')
    const { facts } = JSON.parse((await at('contract', '--json')).err)
    expect(facts.destroys).to.have.members([
      'table widget_status (0 rows)',
      'function widget_status_dates()',
      'trigger widget_to_widget_status on widget',
      'function widget_to_widget_status()',
      'function widget_status_to_widget()',
    ])
  })

  it('waits for the other run, names it, and stops on a signal', async () => {
    const other = new Client(url)
    await other.connect()
    try {
      await other.query('BEGIN; LOCK TABLE widget_status IN ROW EXCLUSIVE MODE')
      const stuck = start(root, ['contract', '--yes', '--json'], { DATABASE_URL: url })
      await stuck.says('"migration-started"')
      const busy = await at('contract', '--yes')
      expect([busy.code, busy.err.includes('lock.busy')]).to.deep.equal([6, true])
      expect((await at('doctor')).code).to.equal(6)
      const patient = start(root, ['contract', '--yes', '--wait', '60'], { DATABASE_URL: url })
      await patient.says('Waiting for the lock')
      for (const run of [patient, stuck]) {
        run.child.kill('SIGTERM')
        const { code, err } = await run.ended
        expect([code, err.includes('run.stopped')], err).to.deep.equal([10, true])
      }
    } finally {
      await other.end()
    }
    expect(await check()).to.equal(5)
  })

  it('continues after that, to the end', async () => {
    const { code, err } = await at('up', '--yes')
    expect(code, err).to.equal(0)
    expect(err).to.include('destroys:')
    expect(await check()).to.equal(0)
    expect((await at('up')).out).to.equal('Nothing to do.\nEvery release is contracted.\n')
    expect((await at('plan')).out).to.equal('No migrations to run: every release is contracted.\n')
  })

  it('prints documents that are as their schema says, and a log of all that was done', async () => {
    const { out } = await at('status', '--json')
    const status = StatusReportShape.parse(JSON.parse(out))
    expect(status.releases.flatMap(({ phases }) => phases.map(({ state }) => state))).not.to.include('waiting')
    const log = await at('log')
    expect(log.out).to.match(/run +2015\.2-liberty\/020-merge-widget-status\.contract/)
    expect(log.out).to.match(/confirmed +contract of 2015\.2-liberty +.*table widget_status/)
    const { objects } = JSON.parse((await at('state', '--at', SECOND, '--json')).out)
    expect(objects.filter(({ kind }: { kind: string }) => kind === 'table')).to.have.length(1)
  })

  it('says 7 when an applied file changed, and runs nothing', async () => {
    put(root, { 'releases/2015.1-kilo/010-widgets.expand.sql': '-- something else\n' })
    const { code, out } = await at('status', '--check')
    expect(code).to.equal(7)
    expect(out).to.include('ledger.changed').and.include('010-widgets.expand.sql')
    expect((await at('up', '--yes')).code).to.equal(7)
  })
})
