import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeFileWithDigest } from '../../src/project/file-with-digest.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onEveryServer } from '../support/servers.ts'

const TABLE = 'CREATE TABLE item (id int PRIMARY KEY, name varchar(20));'
const VIEW = 'CREATE VIEW names AS SELECT id, name FROM item WHERE id > 0;'
const CHANGED = 'CREATE OR REPLACE VIEW names AS SELECT id, name FROM item WHERE id > 1;'

describe('texts of views on another major version than they were recorded on', () => {
  after(removeProjects)

  onEveryServer((server) => {
    it('are not compared, and run, status and adopt report it', async () => {
      const chain = await recordedOn(server, { 'r1/010-item.expand.sql': TABLE, 'r2/020-names.expand.sql': VIEW })
      for (const release of ['r1', 'r2']) asIfRecordedOn(chain, release, 7)
      await chain.up()
      const [remark, ...others] = remarksOf(chain)
      expect(remark).to.match(
        /^The states were recorded on .+ views and functions are compared without their texts\. To record on .+_URL, and run: interphase record --all$/,
      )
      expect(others).to.deep.equal([])
      await chain.sql(CHANGED)
      expect(await chain.status()).to.include({ schema: 'as planned', schemaRemark: remark })
      expect(remarksOf(chain)).to.have.lengthOf(1)
      await chain.sql(
        'DROP TABLE interphase_migration',
        'DROP TABLE interphase_run',
        'DROP TABLE interphase_note',
        'DROP TABLE interphase_project',
      )
      await (await chain.open()).adopt()
      expect(remarksOf(chain)).to.have.lengthOf(1)
    })

    it('are compared on the same one, and nothing is said', async () => {
      const chain = await recordedOn(server, { 'r1/010-item.expand.sql': TABLE, 'r1/020-names.expand.sql': VIEW })
      await chain.up()
      await chain.sql(CHANGED)
      expect(await chain.status()).to.include({ schema: 'differs' })
      expect(remarksOf(chain)).to.deep.equal([])
    })
  })
})

function asIfRecordedOn(chain: ChainOnServer, release: string, major: number): void {
  const path = `${release}/states/${chain.dialect}/_release.json`
  const { digest: _, ...states } = JSON.parse(readFileSync(join(chain.root, 'releases', path), 'utf8')) as {
    server: object
    digest: string
  }
  chain.put({ [path]: makeFileWithDigest({ ...states, server: { ...states.server, major } }).text })
}

/** What was said since it was last asked. */
function remarksOf(chain: ChainOnServer): readonly string[] {
  return chain.events.splice(0).flatMap((event) => (event.type === 'remark' ? [event.says] : []))
}
