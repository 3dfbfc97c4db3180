import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const BASE: Files = {
  'r1/010-member.expand.sql':
    'CREATE TABLE member (id int PRIMARY KEY, details varchar(50)); CREATE TABLE role (id int PRIMARY KEY, name varchar(20));',
  'r2/010-expiry.expand.sql': 'ALTER TABLE member ADD COLUMN expiry varchar(50);',
  'r2/010-expiry.expand.undo.sql': 'ALTER TABLE member DROP COLUMN expiry;',
  'r2/rows/010-member.sql': "INSERT INTO member VALUES (1, 'soon'), (2, 'late');",
}
const ROWS = "INSERT INTO member VALUES (1, 'soon'), (2, 'late'), (3, NULL)"

function reportedBy(chain: ChainOnServer): readonly string[] {
  return chain.events
    .flatMap((event) => (event.type === 'release-recorded' ? event.reported : []))
    .filter((line) => line.startsWith('undo:'))
}

describe('undo of a release that moved rows', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('is reported to lose the rows that a data step moved, when it is recorded and before it runs', async () => {
      const chain = await chainOn(server, {
        ...BASE,
        'r2/010-expiry.migrate.sql': 'UPDATE member SET expiry = details, details = NULL WHERE details IS NOT NULL;',
      })
      await chain.record()
      expect(reportedBy(chain)).to.deep.equal([
        'undo: column member.details has other values after the undo than before the release',
        'undo: 2 values of column member.expiry are lost: the release does not create them when it runs again',
      ])
      await chain.up({ to: 'r1' })
      await chain.sql(ROWS)
      await chain.up({ phase: 'migrate' })
      const engine = await chain.open()
      const destroys = [
        'column member.expiry (2 values)',
        'column member.details, changed by r2/010-expiry.migrate and not put back (0 values)',
      ]
      const dry = await engine.undo({ release: 'r2', dryRun: true })
      expect(dry.destroys).to.deep.equal(destroys)
      expect(dry.reported).to.deep.equal([
        'column member.details has other values after the undo than before the release',
        '2 values of column member.expiry are lost: the release does not create them when it runs again',
        'the release ran again after the undo',
      ])
      expect((await rejected(engine.undo({ release: 'r2' }), 'phase.unconfirmed')).facts.destroys).to.deep.equal(destroys)
    })

    it('is reported to leave rows behind over which the release cannot run again', async () => {
      const chain = await chainOn(server, { ...BASE, 'r2/020-role.migrate.sql': "INSERT INTO role VALUES (1, 'reader');" })
      await chain.record()
      const [left, again] = reportedBy(chain)
      expect(left).to.equal('undo: table role has 1 more rows after the undo than before the release')
      expect(again).to.match(/^undo: the release cannot run again after the undo: r2\/020-role\.migrate: .*[Dd]uplicate/)
      await chain.up({ to: 'r1' })
      await chain.sql(ROWS)
      await chain.up({ phase: 'migrate' })
      const engine = await chain.open()
      expect((await engine.undo({ release: 'r2', dryRun: true })).reported).to.deep.equal([left, again].map((line) => line?.slice(6)))
      const { facts } = await rejected(engine.undo({ release: 'r2' }), 'phase.unconfirmed')
      expect(facts.destroys).to.include('table role, changed by r2/020-role.migrate and not put back (1 row)')
    })

    it('loses nothing where the data step only fills what expand added, or has an undo that puts rows back', async () => {
      const chain = await chainOn(server, {
        ...BASE,
        'r2/010-expiry.migrate.sql': 'UPDATE member SET expiry = details WHERE expiry IS NULL;',
        'r2/020-role.migrate.sql': "INSERT INTO role VALUES (1, 'reader');",
        'r2/020-role.migrate.undo.sql': 'DELETE FROM role WHERE id = 1;',
      })
      await chain.record()
      expect(reportedBy(chain)).to.deep.equal([])
      await chain.up({ to: 'r1' })
      await chain.sql(ROWS)
      await chain.up({ phase: 'migrate' })
      const { destroys, reported } = await (await chain.open()).undo({ release: 'r2', dryRun: true })
      expect({ destroys, reported }).to.deep.equal({
        destroys: ['column member.expiry (2 values)'],
        reported: ['the release ran again after the undo'],
      })
    })
  })
})
