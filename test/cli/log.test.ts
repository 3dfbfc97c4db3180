import { expect } from 'chai'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { interphase } from './cli.ts'

const FILES = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, old int);',
  'r1/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}

describe('interphase log', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer
    const log = (...args: readonly string[]) => interphase(chain.root, ['log', ...args], { DATABASE_URL: chain.url })

    before(async () => {
      chain = await recordedOn(server, FILES)
      await chain.up()
    })

    it('verifies the notes, prints the last digest, and ends with exit code 7 once a note was changed', async () => {
      const whole = await log('--verify')
      const [, head = ''] = /^The digest of the last note: (\S+)$/m.exec(whole.out) ?? []
      expect(whole.code, whole.err).to.equal(0)
      expect(whole.out).to.match(/^\d+ notes? of shop: none was edited, removed, inserted or moved\.$/m)
      expect(head).to.not.equal('')
      expect((await log('--verify', '--head', head)).code).to.equal(0)
      const other = await log('--verify', '--head', 'sha256:0', '--json')
      expect(other.code).to.equal(7)
      expect(JSON.parse(other.out)).to.deep.include({ format: 1, project: 'shop', head, exitCode: 7 })
      await chain.sql("UPDATE interphase_note SET noted_by = 'eve'")
      const changed = await log('--verify')
      expect(changed.code).to.equal(7)
      expect(changed.out).to.match(/were changed by something other than interphase:\n {2}note 1 /)
    })

    it('prints the entries since a time', async () => {
      const all = JSON.parse((await log('--json')).out) as { readonly applied: unknown[]; readonly notes: unknown[] }
      expect(all.applied).to.have.lengthOf(2)
      expect(JSON.parse((await log('--since', '2015-04-30', '--json')).out)).to.deep.equal(all)
      expect(JSON.parse((await log('--since', '2999-01-01T00:00Z', '--json')).out)).to.deep.include({ applied: [], past: [], notes: [] })
      expect((await log('--since', '2999-01-01')).out).to.equal(
        'The database has no ledger entries of shop since 2999-01-01 00:00:00 UTC.\n',
      )
    })

    it('refuses a time that is none, and --head without --verify', async () => {
      for (const args of [
        ['--since', 'yesterday'],
        ['--since', '2026-13-01'],
        ['--head', 'x'],
        ['--verify', '--since', '2026-11-29'],
      ])
        expect((await log(...args)).code, args.join(' ')).to.equal(2)
    })
  })
})
