import { expect } from 'chai'
import { PHASES } from '../../src/phase/phase.ts'
import { formatLedgerNote } from '../../src/plan/note.ts'
import { readPolicies } from '../../src/project/policies.ts'
import { rejected } from '../support/caught.ts'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

const SERVERS: readonly ServerName[] = ['postgres', 'mariadb', 'mysql']
const SIZE = 'ALTER TABLE item ADD COLUMN size int NOT NULL;'
const BECAUSE = 'nobody writes items because they are sold out'

const REFUSED: Files = { ...TINY, 'r3/010-size.expand.sql': SIZE, 'r3/020-shape.expand.sql': 'ALTER TABLE item ADD COLUMN shape int;' }
const ON_PURPOSE: Files = {
  ...TINY,
  // On PostgreSQL in one transaction with the ledger, on the others statement by statement.
  'r3/010-size.expand.sql': `-- interphase: despite tightens because ${BECAUSE}\n${SIZE}`,
  'r3/020-shape.expand.mjs': `import { expand } from 'interphase'
export default expand({
  up: ({ query }) => query('ALTER TABLE item ADD COLUMN shape int NOT NULL'),
  despite: [{ effect: 'tightens', because: '${BECAUSE}' }],
})`,
  'r3/030-rows.expand.sql': `-- interphase: transaction off\n-- interphase: despite writes-rows because there are three\nUPDATE item SET price = 1;`,
}

function rules(phase: string, change: Readonly<Record<string, unknown>>): Files {
  const shipped = readPolicies()
  return Object.fromEntries(
    PHASES.map((one) => [`/rules/${one}.json`, JSON.stringify({ ...shipped[one], ...(one === phase ? change : {}) })]),
  )
}

describe('policies in force', () => {
  after(removeProjects)

  onServers(SERVERS, (server) => {
    it('a release that its policies refuse is held before its first statement, and status and plan say why', async () => {
      const chain = await recordedOn(server, REFUSED)
      const { message, exitCode, facts } = await rejected(chain.up(), 'release.refused')
      expect(exitCode).to.equal(6)
      expect(facts).to.include({ release: 'r3', dialect: chain.dialect })
      expect(message).to.include('releases/r3/010-size.expand.sql: expand refuses the effect "tightens": + column item.size')
      const status = await chain.status()
      expect(status.next).to.deep.include({ release: 'r3', phase: 'expand', held: facts.refusals })
      expect(status.exitCode).to.equal(6)
      const done = status.releases.map(
        ({ phases }) => phases.flatMap(({ migrations }) => migrations).filter(({ state }) => state === 'done').length,
      )
      expect(done).to.deep.equal([1, 3, 0])
      const [plan] = await (await chain.open()).plan()
      expect(plan?.refused).to.deep.equal(facts.refusals)
      await rejected(chain.up({ only: 'expand' }), 'release.refused')
      await chain.sql('SELECT price FROM item')
      expect(await chain.sql("SELECT 1 AS found FROM interphase_migration WHERE release_name = 'r3'")).to.deep.equal([])
    })

    it('what breaks a rule on purpose runs, is counted, and stands in the ledger with its reason', async () => {
      const chain = await recordedOn(server, ON_PURPOSE)
      expect((await chain.status()).exceptions).to.equal(2)
      const [plan] = await (await chain.open()).plan({ to: 'r3' })
      expect(plan?.refused).to.deep.equal([])
      await chain.up()
      const history = await (await chain.open()).history()
      const kept = history?.notes.flatMap((note) => (note.kind === 'despite' ? [`${note.subject}: ${formatLedgerNote(note)}`] : []))
      expect(kept).to.have.members([
        `r3/010-size.expand: tightens because ${BECAUSE}`,
        `r3/020-shape.expand: tightens because ${BECAUSE}`,
        'r3/030-rows.expand: writes-rows because there are three',
      ])
      // Once it was run, the ledger knows what the definition of the function says.
      const status = await chain.status()
      expect(status.exceptions).to.equal(3)
      const [expand] = status.releases[2]?.phases ?? []
      expect(expand?.migrations.map(({ despite }) => despite)).to.deep.equal([
        [{ effect: 'tightens', because: BECAUSE }],
        [{ effect: 'tightens', because: BECAUSE }],
        [{ effect: 'writes-rows', because: 'there are three' }],
      ])
    })
  })

  onServers(['postgres'], (server) => {
    it("the project's own policies rule the run; what has begun is no longer in question", async () => {
      const chain = await recordedOn(server, TINY)
      await chain.up({ phase: 'migrate' })
      const { admits, refuses } = readPolicies().contract
      const { tightens, ...less } = admits
      const strict = { admits: less, refuses: { ...refuses, tightens: 'Nothing is tightened before the end of the year.' } }
      const config = JSON.stringify({ project: 'shop', dialects: ['postgres'], phases: 'rules' })
      chain.put({ ...rules('contract', strict), '/interphase.config.json': config })
      expect((await rejected(chain.up(), 'release.refused')).message).to.include('before the end of the year')
      // The same policy for a phase that is done holds nothing up.
      chain.put(rules('expand', { admits: {}, refuses: { ...readPolicies().expand.refuses, ...readPolicies().expand.admits } }))
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
      expect(tightens).to.not.equal(undefined)
    })
  })
})
