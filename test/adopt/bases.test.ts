import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readBasesWithRecordedStates } from '../../src/adopt/bases.ts'
import { listPlannedChainPoints } from '../../src/adopt/known-points.ts'
import { findChainPointsEqualToLive, findNearestChainPoints } from '../../src/adopt/recognise.ts'
import { Interphase } from '../../src/engine.ts'
import type { EmittedEvent } from '../../src/event.ts'
import { readReleasesWithStates } from '../../src/project/recorded.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import { fingerprintOfState } from '../../src/schema/fingerprint.ts'
import { objectIdOf } from '../../src/schema/object.ts'
import { objectsOfState } from '../../src/schema/state.ts'
import type { CrashPointHook } from '../../src/work/crash.ts'
import { rejected } from '../support/caught.ts'
import { dumpOf, dumpTool, withoutDumpTool } from '../support/dump-tools.ts'
import { project, removeProjects } from '../support/project.ts'
import { execute, onServers, type ServerName, serverUrl } from '../support/servers.ts'
import { legacyProject, revisionsOf } from './legacy.ts'
import { singleMutations } from './mutations.ts'

const END = '2-newton/010-label.contract'

describe('bases', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (name, database) => {
    const dialect = name === 'postgres-system' ? 'postgres' : name
    let root: string
    const events: EmittedEvent[] = []
    before(async () => {
      const shadow = { [name]: { url: await serverUrl(name) } }
      root = project({ ...legacyProject(name), 'interphase.config.json': JSON.stringify({ project: 'mon', dialects: [name], shadow }) })
      await (await Interphase.open({ directory: root, emit: (event) => events.push(event) })).record()
    })

    /** The project with one base. */
    const onlyLiberty = () =>
      Object.fromEntries(
        Object.entries(legacyProject(name)).filter(([path]) => !path.startsWith('bases/') || path.startsWith('bases/7-liberty')),
      )

    const openOn = (databaseUrl: string) => Interphase.open({ directory: root, databaseUrl })

    it('are recorded without the statements about the server, which are named with their lines', async () => {
      const says = events.flatMap((event) => (event.type === 'remark' ? [event.says] : []))
      const told = says.filter((line) => line.startsWith('bases/1-icehouse/'))
      expect(told.map((line) => /line (\d+)/.exec(line)?.[1])).to.deep.equal(
        name === 'postgres' ? ['2', '3', '4', '5', '7', '10', '11'] : ['2', '3', '4', '5', '9', '12', '13'],
      )
      expect(told.join()).to.contain('GRANT ALL ON')
      expect(
        (await (await Interphase.open({ directory: root })).check()).findings.filter(({ severity }) => severity === 'error'),
      ).to.deep.equal([])
      const again = await (await Interphase.open({ directory: root })).record()
      expect(again[0]?.releases.every(({ fresh }) => fresh)).to.equal(true)
    })

    for (const { name: revision, statements, bridge } of revisionsOf(name)) {
      it(`lead a database of ${revision} to the head`, async () => {
        const url = await database()
        await execute(url, ...statements, "INSERT INTO host (id, name) VALUES (7, 'h')", 'INSERT INTO alarm (id, host_id) VALUES (1, 7)')
        const engine = await openOn(url)
        if (bridge.length > 0) {
          const { facts } = await rejected(engine.adopt(), 'adopt.bridge')
          expect(facts.base).to.equal(revision === '3-kilo' ? '4-kilo-patched' : revision)
          expect(facts.migrations).to.have.length(bridge.length)
          expect(await engine.history()).to.equal(undefined)
        }
        const adopted = await engine.adopt(undefined, { bridge: true, confirmed: true })
        expect(adopted.through).to.equal('1-mitaka/010-schema.expand')
        expect(adopted.neighbours).to.deep.equal([])
        const bridged = (await engine.bridgeHistories()).flatMap(({ applied }) => applied.filter(({ how }) => how === 'run'))
        expect(bridged.map(({ run }) => run.state)).to.deep.equal(bridge.map(() => 'done'))
        expect(adopted.base).to.equal(revision === '3-kilo' ? '4-kilo-patched' : revision)
        await engine.upgrade({ confirmed: true })
        expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
        expect(await execute(url, 'SELECT id, host_id, state FROM alarm')).to.deep.equal([{ id: 1, host_id: 7, state: 'UNDETERMINED' }])
        if (revision === '5-kilo-filled')
          expect(await execute(url, 'SELECT type FROM notification_method')).to.deep.equal([{ type: 'MAIL' }])
      })
    }

    it('destroy nothing without consent, which covers only what was listed', async () => {
      const url = await database()
      const side = revisionsOf(name).find((one) => one.name === '6-liberty-branch')
      await execute(url, ...(side?.statements ?? []), "INSERT INTO host VALUES (7, 'h')", 'INSERT INTO alarm (id, host_id) VALUES (1, 7)')
      const engine = await openOn(url)
      const { facts } = await rejected(engine.adopt(undefined, { bridge: true }), 'phase.unconfirmed')
      expect(facts.destroys.join()).to.match(/alarm\.severity \(1 /)
      expect(facts.command).to.equal('interphase adopt --bridge --yes')
      await rejected(engine.adopt(undefined, { bridge: true, confirmed: ['column alarm.link (1 value)'] }), 'phase.unconfirmed')
      expect(await execute(url, 'SELECT severity FROM alarm')).to.deep.equal([{ severity: 'LOW' }])
      expect((await engine.adopt(undefined, { bridge: true, confirmed: facts.destroys })).base).to.equal('6-liberty-branch')
    })

    it('record their end as the state of the chain, so that an empty database ends in it too', async () => {
      const url = await database()
      const engine = await openOn(url)
      await engine.upgrade({ confirmed: true })
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
      expect(fingerprintOfState(await engine.stateAt(END, dialect))).to.match(/^s1:/)
    })

    it('refuse a database in which the script stopped after any of its statements, and name what is missing', async () => {
      const newest = revisionsOf(name).find((one) => one.name === '8-mitaka')?.statements ?? []
      for (const [count, missing] of [
        [1, 'table alarm'],
        [2, 'index alarm_state'],
        [4, 'table alarm_action'],
      ] as const) {
        const url = await database()
        await execute(url, ...newest.slice(0, count), "INSERT INTO host (id, name) VALUES (7, 'h')")
        const { facts } = await rejected((await openOn(url)).adopt(), 'adopt.no-match')
        expect(facts.nearest).to.have.length(3)
        expect(
          facts.nearest.some((one) => one.missing.some((line) => line.startsWith(missing))),
          JSON.stringify(facts.nearest),
        ).to.equal(true)
        expect(await (await openOn(url)).history()).to.equal(undefined)
        expect(await execute(url, 'SELECT id FROM host')).to.deep.equal([{ id: 7 }])
      }
      // The first three statements are an older revision, which the message must not hide.
      const url = await database()
      await execute(url, ...newest.slice(0, 3))
      expect((await rejected((await openOn(url)).adopt(), 'adopt.bridge')).facts.base).to.equal('2-juno')
    })

    it('refuse a database with a single difference, and name the difference', async () => {
      for (const [revision, change, object] of LIVE_MUTATIONS) {
        const url = await database()
        const made = revisionsOf(name).find((one) => one.name === revision)
        await execute(url, ...(made?.statements ?? []), ...(typeof change === 'string' ? [change] : change(name)))
        const { facts } = await rejected((await openOn(url)).adopt(), 'adopt.no-match')
        const [nearest] = facts.nearest
        expect([nearest?.different, nearest?.missing, nearest?.extra].flat()[0], `${revision}: ${String(change)}`).to.contain(object)
        expect(await (await openOn(url)).history()).to.equal(undefined)
      }
    })

    it('must end in the state at which they continue', async () => {
      const own = project({ ...onlyLiberty(), 'interphase.config.json': readFileSync(join(root, 'interphase.config.json')) })
      writeFileSync(join(own, 'bases/7-liberty/10-bridge/020-step.expand.sql'), 'ALTER TABLE host ADD COLUMN extra INTEGER NULL')
      const engine = await Interphase.open({ directory: own })
      const { facts } = await rejected(engine.record(), 'base.ends-elsewhere')
      expect(facts.base).to.equal('7-liberty')
      expect(facts.differences.join('\n')).to.match(/host\.extra/)
      expect(facts.differences.join('\n')).to.match(/fk_action_method/)
      expect((await engine.check()).findings.map(({ code }) => code)).to.include('base.ends-elsewhere')
    })

    it('run no bridge that ends in another state', async () => {
      const own = project({ ...onlyLiberty(), 'interphase.config.json': readFileSync(join(root, 'interphase.config.json')) })
      writeFileSync(join(own, 'bases/7-liberty/10-bridge/020-step.expand.sql'), 'ALTER TABLE host ADD COLUMN extra INTEGER NULL')
      await rejected((await Interphase.open({ directory: own })).record(), 'base.ends-elsewhere')
      const url = await database()
      await execute(url, ...(revisionsOf(name).find((one) => one.name === '7-liberty')?.statements ?? []))
      const engine = await Interphase.open({ directory: own, databaseUrl: url })
      await rejected(engine.adopt(), 'base.ends-elsewhere')
      await rejected(engine.adopt(undefined, { bridge: true, confirmed: true }), 'base.ends-elsewhere')
      expect(await engine.bridgeHistories()).to.deep.equal([])
    })

    it('resume a bridge that was interrupted after any of its statements', async () => {
      const [first] = revisionsOf(name)
      for (const stopAt of [1, 4, 8]) {
        const url = await database()
        await execute(url, ...(first?.statements ?? []))
        let sent = 0
        const crash: CrashPointHook = (point) => {
          if (point === 'after statement' && ++sent === stopAt) throw new Error('the process ends here')
        }
        const dying = await Interphase.open({ directory: root, databaseUrl: url, crash })
        await dying.adopt(undefined, { bridge: true }).catch(() => undefined)
        expect(sent).to.equal(stopAt)
        const engine = await openOn(url)
        if (stopAt === 4) await seesTheBegunBridge(engine)
        expect((await rejected(engine.adopt(), 'adopt.bridge')).facts.base).to.equal('1-icehouse')
        expect((await engine.adopt(undefined, { bridge: true })).through).to.equal('1-mitaka/010-schema.expand')
        expect((await engine.status({ compareSchema: true })).problems).to.deep.equal([])
        expect((await engine.verifyLog()).problems).to.deep.equal([])
        if (stopAt !== 4) continue
        await execute(url, "UPDATE interphase_note SET noted_by = 'x' WHERE project = 'mon base 1-icehouse'")
        expect((await engine.verifyLog()).problems.join()).to.contain('mon base 1-icehouse: ')
      }
    })

    it('are never recognised in a schema that differs in one object, whose difference comes first', async () => {
      const config = { root, bases: 'bases', releases: 'releases', project: 'mon' }
      const bases = await readBasesWithRecordedStates(config, dialect)
      const points = [
        ...listPlannedChainPoints((await readReleasesWithStates(root, readReleaseChain(config, dialect))).releases),
        ...bases.map(({ point }) => point),
      ]
      let count = 0
      const schemas = new Map(bases.map(({ point }) => [fingerprintOfState(point.state), point]))
      expect(schemas.size).to.equal(6)
      for (const point of schemas.values()) {
        for (const { state: live, says } of singleMutations(point.state)) {
          count += 1
          const ours = new Set([...objectsOfState(point.state)].map(objectIdOf))
          const leniency = { ...LENIENCY, dialect, ours }
          const equal = findChainPointsEqualToLive({ live, leniency }, points)
          for (const one of equal?.points ?? []) expect(fingerprintOfState(one.state)).not.to.equal(fingerprintOfState(point.state))
          if (equal) continue
          const told = findNearestChainPoints({ live, leniency }, points).map(({ described: { different, missing, extra } }) =>
            [different, missing, extra].flat(),
          )
          expect(
            told.some((lines) => lines.length <= 2 && lines.every((line) => line.includes(says))),
            `${point.base ?? ''}: ${says} in ${JSON.stringify(told)}`,
          ).to.equal(true)
        }
      }
      expect(count).to.be.greaterThan(300)
    })

    it('may be dumps of the server that create and select the database and grant privileges', async function () {
      const program = await dumpTool(name)
      if (program === undefined) return withoutDumpTool(this, name)
      const isPostgres = name === 'postgres'
      const url = await database()
      const statements = revisionsOf(name).find((one) => one.name === '7-liberty')?.statements ?? []
      await execute(url, ...statements, ...(isPostgres ? ['GRANT SELECT ON alarm TO PUBLIC'] : []))
      const options = isPostgres ? ['--create', '--clean', '--if-exists'] : ['--no-data', '--add-drop-database', '--databases']
      const dump = (await dumpOf(program, url, options)).toString()
      expect(dump)
        .to.match(/DROP DATABASE/)
        .and.match(/CREATE DATABASE/)
      const own = project({
        ...onlyLiberty(),
        'bases/7-liberty/00-script/010-schema.expand.sql': dump,
        'interphase.config.json': readFileSync(join(root, 'interphase.config.json')),
      })
      const said: EmittedEvent[] = []
      await (await Interphase.open({ directory: own, emit: (event) => said.push(event) })).record()
      const says = said.flatMap((event) => (event.type === 'remark' ? [event.says] : [])).join('\n')
      expect(says)
        .to.match(/DROP DATABASE/)
        .and.match(/CREATE DATABASE/)
        .and.match(isPostgres ? /GRANT/ : /USE/)
      const engine = await Interphase.open({ directory: own, databaseUrl: url })
      expect((await engine.adopt(undefined, { bridge: true })).base).to.equal('7-liberty')
      await engine.upgrade({ confirmed: true })
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
    })

    if (name !== 'postgres')
      it('are recognised under any default character set', async () => {
        for (const charset of ['latin1', 'utf8mb4'])
          for (const { name: revision, statements, bridge } of revisionsOf(name)) {
            const url = await database()
            await execute(url, `ALTER DATABASE CHARACTER SET ${charset}`, ...statements)
            const engine = await openOn(url)
            const base = bridge.length > 0 ? (await rejected(engine.adopt(), 'adopt.bridge')).facts.base : (await engine.adopt()).base
            expect(base, charset).to.equal(revision === '3-kilo' ? '4-kilo-patched' : revision)
          }
      })
  })
})

/** Every command that decides about the database names the bridge, and changes nothing. */
async function seesTheBegunBridge(engine: Interphase): Promise<void> {
  const { problems, exitCode } = await engine.status({ compareSchema: true })
  expect([problems.map(({ code }) => code), exitCode]).to.deep.equal([['bridge.begun'], 8])
  expect((await rejected(engine.upgrade(), 'bridge.begun')).facts.base).to.equal('1-icehouse')
  const told = (await engine.diagnose()).findings.filter(({ about, good }) => about === 'ledger' && !good)
  expect(told.map(({ says }) => says).join()).to.contain('interphase adopt --bridge')
  const bridge = (await engine.bridgeHistories()).flatMap(({ applied }) => applied)
  const done = bridge.find(({ how, run }) => how === 'run' && run.state === 'done')
  const { facts } = await rejected(engine.stamp(done?.id ?? '', 'done'), 'stamp.finished')
  expect(facts.state).to.equal('done')
}

const LENIENCY = {
  collations: new Set<string>(),
  exempt: new Set<string>(),
  partitions: 'compare',
  compareTexts: true,
  compareGeneratedNames: true,
} as const

type Change = string | ((server: ServerName) => readonly string[])

/** A change of one object of a revision, and the name that the first difference must contain. */
const LIVE_MUTATIONS: readonly (readonly [string, Change, string])[] = [
  ['1-icehouse', 'ALTER TABLE host ADD COLUMN note INTEGER NULL', 'host.note'],
  ['2-juno', (server) => [server === 'postgres' ? 'DROP INDEX alarm_state' : 'DROP INDEX alarm_state ON alarm'], 'alarm'],
  ['3-kilo', 'CREATE TABLE stranger (id INTEGER)', 'stranger'],
  ['6-liberty-branch', "ALTER TABLE alarm ALTER COLUMN severity SET DEFAULT 'HIGH'", 'alarm.severity'],
  ['6-liberty-branch', 'ALTER TABLE notification_method DROP CONSTRAINT one_address', 'one_address'],
  ['7-liberty', 'CREATE INDEX by_created ON alarm (created)', 'by_created'],
  [
    '7-liberty',
    () => [
      'ALTER TABLE alarm_action DROP CONSTRAINT fk_action_alarm',
      'ALTER TABLE alarm_action ADD CONSTRAINT fk_action_alarm FOREIGN KEY (alarm_id) REFERENCES alarm (id) ON DELETE RESTRICT',
    ],
    'fk_action_alarm',
  ],
  ['8-mitaka', 'DROP TABLE alarm_action', 'alarm_action'],
]
