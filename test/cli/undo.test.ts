import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { recordedProject } from '../run/undo-project.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, serverUrl } from '../support/servers.ts'
import { type Ended, interphase } from './cli.ts'

describe('undo on the command line', function () {
  let root = ''
  let url = ''
  const at = (...args: readonly string[]): Promise<Ended> => interphase(root, args, { DATABASE_URL: url })

  before(async function () {
    const shadow = await serverUrl('postgres')
    if (shadow === undefined) return this.skip()
    root = await recordedProject('postgres', shadow)
    url = await freshDatabase('postgres')
    const engine = await Interphase.open({ directory: root, databaseUrl: url })
    await engine.upgrade({ to: '1-base' })
    await execute(url, "INSERT INTO item (id, name) VALUES (1, 'cup')")
    await engine.upgrade({ phase: 'migrate' })
  })
  after(removeProjects)

  it('says in a dry run what would be taken back, in order, by which file, and what goes', async () => {
    const { code, out } = await at('undo', '--dry-run')
    expect(code).to.equal(0)
    expect(out.split('\n').map((line) => line.trim())).to.include.members([
      '2-price would be undone in this order:',
      '2-price/030-find.migrate  releases/2-price/030-find.migrate.undo.postgres.sql',
      '2-price/010-price.migrate  only the ledger row of the migration is removed; the rows that it wrote are not changed',
      'The undo destroys:',
      'column item.price (1 value)',
      'Findings of record about this undo:',
      'the release ran again after the undo',
    ])
  })

  it('names the commands that undo an earlier release, in the order in which they work', async () => {
    const refused = await at('undo', '1-base', '--dry-run')
    expect(refused.code).to.equal(6)
    expect(refused.err).to.include('interphase undo 2-price').and.include('Run: interphase undo 1-base.')
  })

  it('prints the rows that it would destroy, and stops without consent', async () => {
    const { code, err } = await at('undo')
    expect(code).to.equal(6)
    expect(err).to.include('undo of 2-price did not start').and.include('column item.price (1 value)').and.include('phase.unconfirmed')
    expect((await at('status', '--check')).code).to.equal(5)
  })

  it('undoes the release, writes it to the log, and then has nothing to do', async () => {
    const { code, out } = await at('undo', '--yes')
    expect([code, out]).to.deep.equal([0, '2-price is undone: 4 migrations.\nNext command: interphase status\n'])
    expect((await at('status', '--check')).code).to.equal(3)
    expect((await at('log')).out).to.match(
      /undone\s+2-price\/010-price\.expand\s+undone by releases\/2-price\/010-price\.expand\.undo\.sql/,
    )
    const again = await at('undo', '--yes', '--json')
    expect([again.code, again.err]).to.deep.equal([0, ''])
    const last: unknown = JSON.parse(again.out.trim().split('\n').at(-1) ?? '')
    expect(last).to.deep.equal({ type: 'result', dryRun: false, migrations: [], destroys: [], reported: [] })
    expect((await at('undo')).out).to.equal('Nothing to undo: no migration of the current release is applied.\n')
    expect((await at('expand')).out).to.include('expand of 2-price: 2 migrations done')
  })
})
