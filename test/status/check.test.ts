import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { PHASES } from '../../src/phase/phase.ts'
import { readPolicies } from '../../src/project/policies.ts'
import type { CheckFinding } from '../../src/status/reports/check-report.ts'
import { CheckReportShape } from '../../src/status/reports/check-report.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { TINY as WHOLE } from '../support/tiny.ts'

// What NOT NULL costs is another matter.
const TINY: Files = { ...WHOLE, 'r2/010-price.contract.postgres.sql': '-- nothing' }
const CHANGE = 'r2/states/postgres/010-price.json'

async function checked(chain: ChainOnServer): Promise<readonly CheckFinding[]> {
  const report = await (await chain.open()).check()
  expect(CheckReportShape.parse(report)).to.deep.equal(report)
  return report.findings
}

async function edited(chain: ChainOnServer, file: string, edit: (text: string) => string): Promise<void> {
  const path = join(chain.root, 'releases', file)
  const [before, after] = [readFileSync(path, 'utf8'), edit(readFileSync(path, 'utf8'))]
  expect(after).to.not.equal(before)
  writeFileSync(path, after)
}

const codes = (findings: readonly CheckFinding[]) => findings.map(({ code }) => code)

function policies(change: Readonly<Record<string, unknown>>): Files {
  const shipped = readPolicies()
  return Object.fromEntries(
    PHASES.map((phase) => [`/rules/${phase}.json`, JSON.stringify({ ...shipped[phase], ...(phase === 'expand' ? change : {}) })]),
  )
}

describe('check', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('has nothing to say of a chain that is in order', async () => {
      const chain = await recordedOn(server, TINY)
      const report = await (await chain.open()).check()
      expect(report).to.deep.include({ project: 'shop', dialects: ['postgres'], ok: true, findings: [], exceptions: [], exitCode: 0 })
    })

    describe('fails for', () => {
      it('states that are missing, in any release and on any declared dialect', async () => {
        const chain = await recordedOn(server, TINY)
        chain.remove('r2/states')
        const findings = await checked(chain)
        expect(codes(findings)).to.deep.equal(['states.missing'])
        expect(findings[0]?.facts['release']).to.equal('r2')
        expect(findings[0]?.file).to.equal('releases/r2/010-price.expand.sql')
        chain.put({ '/interphase.config.json': JSON.stringify({ project: 'shop', dialects: ['postgres', 'mariadb'] }) })
        const both = await (await chain.open()).check()
        expect(both.findings.map(({ dialects, facts }) => [dialects, facts['release']])).to.have.deep.members([
          [['postgres'], 'r2'],
          [['mariadb'], 'r1'],
        ])
        expect(both.exitCode).to.equal(2)
      })

      it('states of other files: changed, come, gone, other rows, another start', async () => {
        for (const change of [
          { 'r2/010-price.migrate.sql': 'UPDATE item SET price = 1 WHERE price IS NULL;' },
          { 'r2/020-more.expand.sql': '-- nothing' },
          { 'r2/rows/item.sql': 'INSERT INTO item (id) VALUES (1);' },
          { 'r1/020-more.expand.sql': '-- nothing' },
        ]) {
          const chain = await recordedOn(server, TINY)
          chain.put(change)
          const [stale, ...more] = await checked(chain)
          expect(stale?.code, JSON.stringify(change)).to.equal('states.stale')
          expect(stale?.file).to.match(/^releases\/r[12]\/states\/postgres\/_release\.json$/)
          expect(more).to.deep.equal([])
        }
        const chain = await recordedOn(server, TINY)
        chain.remove('r2/010-price.contract.postgres.sql')
        chain.remove('r2/010-price.contract.mysql.sql')
        expect((await checked(chain))[0]?.says).to.include('its file is missing')
      })

      it('a release that is not sound: it has no states, and the next recording says why', async () => {
        const chain = await chainOn(server, {
          ...TINY,
          'r2/020-cost.contract.sql': 'ALTER TABLE item ADD COLUMN cost int;',
          'r2/030-cost.migrate.sql': 'UPDATE item SET cost = 1;',
        })
        await rejected(chain.record(), 'release.not-sound')
        expect(codes(await checked(chain))).to.deep.equal(['states.missing'])
      })

      it('states that were edited or cannot be read', async () => {
        const emptied = await recordedOn(server, TINY)
        await edited(emptied, CHANGE, (text) => text.replaceAll('"name": "price"', '"name": "cost"'))
        const [finding, ...rest] = await checked(emptied)
        expect([finding?.code, finding?.file, rest]).to.deep.equal(['states.invalid', `releases/${CHANGE}`, []])
        const broken = await recordedOn(server, TINY)
        await edited(broken, CHANGE, (text) => text.slice(1))
        expect(codes(await checked(broken))).to.deep.equal(['states.invalid'])
      })

      it('a broken chain, with the file', async () => {
        for (const [change, code, file] of [
          [{ 'r2/010-other.expand.sql': '' }, 'release.two-slugs', undefined],
          [{ 'r2/notes.txt': '' }, 'release.bad-name', 'releases/r2/notes.txt'],
          [{ 'r2/release.json': '{ "after": "r0" }' }, 'release.no-chain', undefined],
          [
            { 'r2/020-x.expand.sql': '-- interphase: despite gravity because it is heavy' },
            'migration.front-matter',
            'releases/r2/020-x.expand.sql',
          ],
          [{ 'r2/020-x.expand.mjs': 'export const down = 1' }, 'migration.module', 'releases/r2/020-x.expand.mjs'],
        ] as const) {
          const chain = await recordedOn(server, TINY)
          chain.put(change)
          const found = (await checked(chain)).find((one) => one.code === code)
          expect(found, code).to.include({ severity: 'error', ...(file && { file }) })
        }
      })

      it('a broken policy, with the file, and looks at the rest all the same', async () => {
        const { admits, refuses } = readPolicies().expand
        for (const [change, says] of [
          [{ admits: { adds: admits.adds } }, 'speeds: neither admitted nor refused'],
          [{ refuses: { ...refuses, adds: 'because it is so, in any case' } }, 'refuses.adds: the effect is both admitted and refused'],
          [{ admits: { ...admits, pleases: 'because it is so, in any case' } }, 'pleases'],
          [{ opens: ['full-moon'] }, 'opens[0]'],
        ] as const) {
          const chain = await recordedOn(server, TINY)
          chain.put({
            ...policies(change),
            '/interphase.config.json': JSON.stringify({ project: 'shop', dialects: ['postgres'], phases: 'rules' }),
          })
          chain.remove('r2/states')
          const findings = await checked(chain)
          expect(codes(findings)).to.have.members(['policy.invalid', 'states.missing'])
          const found = findings.find(({ code }) => code === 'policy.invalid')
          expect(found?.file).to.equal('rules/expand.json')
          expect(found?.says).to.include(says)
        }
      })
    })

    it("goes by the project's own policies", async () => {
      const { admits, refuses } = readPolicies().expand
      const { relaxes, ...less } = admits
      const chain = await recordedOn(server, {
        ...TINY,
        'r3/010-name.expand.sql': 'ALTER TABLE item ALTER COLUMN name TYPE varchar(99);',
      })
      expect(await checked(chain)).to.deep.equal([])
      chain.put({
        ...policies({ admits: less, refuses: { ...refuses, relaxes: 'Nothing is relaxed while we are watched.' } }),
        '/interphase.config.json': JSON.stringify({ project: 'shop', dialects: ['postgres'], phases: 'rules' }),
      })
      const [found, ...rest] = await checked(chain)
      expect(rest).to.deep.equal([])
      expect(found).to.include({ code: 'policy.refuses', migration: 'r3/010-name.expand', object: 'column item.name', line: 1 })
      expect(found?.remedy).to.include('while we are watched')
      expect(relaxes).to.not.equal(undefined)
    })

    it('lists what the files declare, and fails for none of it', async () => {
      const chain = await recordedOn(server, {
        ...TINY,
        'r3/010-code.expand.sql': `
-- interphase: despite removes because nobody reads names any more
ALTER TABLE item DROP COLUMN name;
CREATE VIEW items AS SELECT id FROM item;
`,
      })
      const report = await (await chain.open()).check()
      const exception = { rule: 'removes', because: 'nobody reads names any more', line: 2 }
      expect(report).to.include({ ok: true, exitCode: 0, directory: '' })
      expect(report.findings.map(({ object, line, exception: lifted }) => ({ object, line, lifted }))).to.deep.equal([
        { object: 'column item.name', line: 3, lifted: exception },
      ])
      expect(report.exceptions).to.have.length(1)
    })
  })
})
