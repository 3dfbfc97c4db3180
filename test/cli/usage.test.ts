import { expect } from 'chai'
import { project, put, removeProjects } from '../support/project.ts'
import { start } from './cli.ts'

/** Runs a command in a process of its own, because this file tests what a process prints and how it ends. */
const interphase = (...call: Parameters<typeof start>) => start(...call).ended

describe('the command line without a server', function () {
  // A process for each step, and a machine that may be busy.
  this.timeout(600_000)
  const CONFIG = {
    'interphase.config.json': '{ "project": "shop" }',
    'releases/1-first/010-shop.expand.sql': 'CREATE TABLE shop (id int);',
  }
  let root = ''

  before(() => {
    root = project(CONFIG)
  })
  after(removeProjects)

  it('teaches: a verb says when to use it, shows an example and its exit codes', async () => {
    const { code, out, err } = await interphase(root, ['contract', '--help'])
    expect([code, err]).to.deep.equal([0, ''])
    expect(out)
      .to.match(/last\s+instance\s+of\s+the\s+old\s+version/)
      .and.include('$ interphase contract --yes')
      .and.include('6  The command cannot run')
  })

  it('ends with 2 without a verb, with an unknown verb, and with a wrong option', async () => {
    expect((await interphase(root, [])).code).to.equal(2)
    const unknown = await interphase(root, ['statsu'])
    expect([unknown.code, unknown.out]).to.deep.equal([2, ''])
    expect(unknown.err).to.include('status').and.include('(usage)')
    const misplaced = await interphase(root, ['--json', 'status'])
    expect(JSON.parse(misplaced.err).says).to.include('Write the options after the command: interphase status …')
    expect((await interphase(root, ['status', '--chek'])).err).to.include('run: interphase status --help')
    for (const verb of ['plan', 'gate', 'status', 'up'])
      expect((await interphase(root, [verb, 'migrate'])).err, verb).to.include(`Write: interphase ${verb} --phase migrate`)
    const wrong = await interphase(root, ['status', '--json', '--phase', 'later'])
    expect(wrong.code).to.equal(2)
    expect(JSON.parse(wrong.err)).to.include({ type: 'error', code: 'usage' })
  })

  it('never takes a lost variable for an empty database', async () => {
    const { code, out, err } = await interphase(root, ['up', '--yes'], { DATABASE_URL: '' })
    expect([code, out]).to.deep.equal([2, ''])
    expect(err).to.include('database.no-url')
  })

  it('prints no password, neither of a URL that leads nowhere nor of one that cannot be read', async () => {
    for (const url of ['postgres://me:s3cret@127.0.0.1:1/shop', 'postgres://me:s3cret@:x/shop']) {
      for (const more of ['--json', '--log-level=trace']) {
        const { code, out, err } = await interphase(root, ['status', '--database-url', url, more])
        expect(code, err).to.be.oneOf([1, 2])
        expect(err).to.include('database.')
        expect(`${out}${err}`).not.to.include('s3cret')
      }
    }
  })

  it('shows a stack trace only when asked for one', async () => {
    const args = ['status', '--database-url', 'postgres://me@127.0.0.1:1/shop']
    expect((await interphase(root, args)).err).not.to.match(/^\s+at /m)
    expect((await interphase(root, [...args, '--log-level', 'debug'])).err).to.match(/^\s+at /m)
  })

  it('check names the release whose states are missing, for people and for programs', async () => {
    const told = await interphase(root, ['check'])
    expect(told.code).to.equal(2)
    expect(told.out).to.include('1-first').and.include('states.missing')
    const { out } = await interphase(root, ['check', '--json'])
    expect(JSON.parse(out)).to.have.nested.property('findings[0].facts.release', '1-first')
  })

  it('begins a project and a change, and overwrites nothing', async () => {
    const fresh = project({ 'README.md': '' })
    expect((await interphase(fresh, ['init', '--dialect', 'postgres', 'mysql'])).code).to.equal(0)
    expect((await interphase(fresh, ['init'])).err).to.include('file.exists')
    const made = await interphase(fresh, ['new', '1-first', '010-shop', '--phase', 'expand', 'contract', '--json'])
    expect(JSON.parse(made.out)).to.deep.include({
      files: ['expand.sql', 'expand.undo.sql', 'contract.sql'].map((end) => `releases/1-first/010-shop.${end}`),
    })
    expect((await interphase(fresh, ['new', '1-first', '010-other'])).err).to.include('file.exists')
    expect((await interphase(fresh, ['new', '../away', '010-other'])).code).to.equal(2)
    const added = await interphase(fresh, ['new', '1-first', '010-shop', '--ts', '--phase', 'migrate'])
    expect(added.out)
      .to.include('wrote releases/1-first/010-shop.migrate.ts')
      .and.include('releases/1-first/rows/')
      .and.include('interphase record')
    expect((await interphase(fresh, ['check', '--dialect', 'mysql'])).err).to.equal('')
  })

  it('says why a pattern has no functions, and what a pattern lacks', async () => {
    const pattern = ['new', '2-next', '010-p', '--pattern', 'rename-column', '--table', 'shop', '--column', 'name']
    const { code, err } = await interphase(root, [...pattern, '--to', 'title', '--ts'])
    expect(code).to.equal(2)
    expect(err).to.include('--ts and --pattern exclude each other').and.include('interphase new 2-next 010-p --ts --phase migrate')
    expect((await interphase(root, pattern)).err).to.include('the pattern rename-column needs --to')
    expect((await interphase(root, [...pattern, '--to', 'title'])).err).to.include('No release is recorded for')
  })

  it('reads the configuration of the directory it is told', async () => {
    const elsewhere = project({})
    put(elsewhere, { 'note.txt': '' })
    expect((await interphase(elsewhere, ['check'])).err).to.include('config.missing')
    expect((await interphase(elsewhere, ['check', '--project-dir', root])).out).to.include('1-first')
  })
})
