import { expect } from 'chai'
import { FleetReportShape } from '../../src/status/reports/fleet-report.ts'
import { RunsCommandReportShape } from '../../src/status/reports/runs-report.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { interphase } from './cli.ts'

const FILES = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, old int);',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}

describe('interphase runs and interphase fleet', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer
    const at = (...args: readonly string[]) => interphase(chain.root, args, { DATABASE_URL: chain.url })

    before(async () => {
      chain = await recordedOn(server, FILES)
    })

    it('give each answer with its exit code, and a document as its schema says', async () => {
      const early = await at('runs', 'r2')
      expect(early.code).to.equal(11)
      expect(early.out).to.include(
        'not yet: code of r2 cannot run on this database before these phases are done: expand of r1, expand of r2.',
      )
      expect(early.out).to.include('To run them: interphase up --to r2 --phase expand')
      // The command does what it promises.
      expect((await at('up', '--to', 'r2', '--phase', 'expand')).code).to.equal(0)
      const now = await at('runs', 'r2')
      expect(now.code).to.equal(0)
      expect(now.out).to.include('yes: code of r2 can run on this database.').and.include('contract of r2')
      const coming = RunsCommandReportShape.parse(JSON.parse((await at('runs', 'r1', '--json')).out))
      expect(coming).to.deep.include({ answer: 'yes', coming: [{ release: 'r2', phase: 'contract', answer: 'no longer' }], exitCode: 0 })
      expect((await at('contract', '--yes')).code).to.equal(0)
      const late = await at('runs', 'r1')
      expect(late.code).to.equal(12)
      expect(late.out)
        .to.match(/^no longer: code of r1 cannot run on this database, because the contract of r2 began on \d{4}-\d\d-\d\d/)
        .and.include('- column item.old')
      expect(RunsCommandReportShape.parse(JSON.parse((await at('runs', 'r1', '--json')).out)).contracted?.migrations).to.deep.equal([
        'r2/020-old.contract',
      ])
      expect((await at('runs', 'r9')).code).to.equal(2)
    })

    it('list the instances, and forget one', async () => {
      expect((await at('fleet')).out).to.equal('No instance of shop has joined the fleet.\n')
      const now = server === 'postgres' ? 'floor(extract(epoch FROM clock_timestamp()))' : 'UNIX_TIMESTAMP()'
      await chain.sql(
        `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds) VALUES ('shop', 'web-1', 'r1', 'here', ${now}, ${now}, 600), ('shop', 'web-2', 'r2', 'there', ${now}, ${now}, 600)`,
      )
      expect((await at('fleet')).out)
        .to.match(/r1 .*no longer/)
        .and.match(/web-1 .*live/)
      const { instances } = FleetReportShape.parse(JSON.parse((await at('fleet', '--json')).out))
      expect(instances.map(({ instance, runs, live }) => ({ instance, runs, live }))).to.have.deep.members([
        { instance: 'web-1', runs: 'no longer', live: true },
        { instance: 'web-2', runs: 'yes', live: true },
      ])
      expect((await at('fleet', '--forget', 'web-1')).out).to.equal('web-1 is removed from the fleet.\n')
      expect((await at('fleet', '--forget', 'web-1')).out).to.equal('The fleet has no instance web-1.\n')
    })
  })
})
