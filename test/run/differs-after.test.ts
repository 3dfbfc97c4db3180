import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

describe('a migration whose result depends on the time', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('is rolled back, and the remedy names the migration as a cause', async () => {
      const chain = await recordedOn(server, {
        'r1/010-visit.expand.sql':
          "CREATE TABLE visit (id int PRIMARY KEY, at timestamptz);\nALTER TABLE visit ALTER COLUMN at SET DEFAULT 'now';",
      })
      const error = await rejected(chain.up(), 'schema.differs')
      expect(error.facts.at).to.equal('after r1/010-visit.expand')
      expect(error.remedy).to.match(/^- If the migration made the difference/)
      expect(await chain.sql("SELECT to_regclass('visit') AS there")).to.deep.equal([{ there: null }])
    })
  })
})
