import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { formatLedgerNote } from '../../src/plan/note.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'
import { makeKey, opensAlone } from './gate-cases.ts'

const FILES = {
  ...TINY,
  ...opensAlone([{ gate: 'approvals', required: 1, from: ['anna'] }, 'preconditions-hold', { gate: 'soak', hours: 48 }]),
  'r2/010-price.expand.undo.sql': 'ALTER TABLE item DROP COLUMN price;',
}

describe('the audit log', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('holds a chained record of each run, refusal, approval, override and undo, with its user, its plan and its evidence', async () => {
      const chain = await recordedOn(server, FILES, { phases: 'phases' })
      const open = () => chain.open({ by: 'me@here', job: 'https://ci.example.com/job/7' })
      await (await open()).upgrade({ phase: 'expand', to: 'r2', confirmed: true })
      await (await open()).undo({ confirmed: true })
      await (await open()).upgrade({ phase: 'migrate', confirmed: true })
      await chain.sql('INSERT INTO item (id) VALUES (1)')
      await failed((await open()).upgrade({ only: 'contract', confirmed: true }))
      await chain.sql('UPDATE item SET price = 1')
      const key = await makeKey(chain, 'anna')
      await (await open()).decide({ kind: 'approve', approver: 'anna', key }, { phase: 'contract' })
      await (await open()).decide({ kind: 'override', gate: 'soak', name: 'anna', because: 'it is urgent' }, { phase: 'contract' })
      await (await open()).upgrade({ only: 'contract', confirmed: true })
      const { notes, plans, authors } = await read(chain)
      expect(notes).to.deep.equal(NOTES)
      expect(plans, 'one plan for r1 and one for r2').to.equal(2)
      expect([...authors]).to.deep.equal([`me@here as ${server === 'postgres' ? 'postgres' : 'root'}, https://ci.example.com/job/7`])
      expect(await (await chain.open()).verifyLog()).to.deep.include({ problems: [], exitCode: 0 })
      const evidence = await chain.sql("SELECT fields FROM interphase_note WHERE kind IN ('refused', 'begun') ORDER BY place DESC")
      const gates = evidence.map(({ fields }) => (JSON.parse(String(fields)) as { gates: { gate: string; evidence: string[] }[] }).gates)
      expect(gates[0]?.map(({ gate }) => gate)).to.deep.equal(['quarantine-empty', 'approvals', 'preconditions-hold', 'soak'])
      expect(gates[0]?.[1]?.evidence[1]).to.match(/^anna approved at /)
      expect(gates[1]?.find(({ gate }) => gate === 'preconditions-hold')?.evidence).to.deep.equal([
        'column item.price NOT NULL: 1 row is NULL',
      ])
    })

    it('tells how a run ended that failed, and has no end of a run that changed nothing', async () => {
      const chain = await recordedOn(server, { ...FILES, ...opensAlone([]) }, { phases: 'phases' })
      await chain.up({ phase: 'migrate' })
      await chain.sql('DROP TABLE item')
      await failed(chain.up({ only: 'contract' }))
      const before = await chain.sql('SELECT place FROM interphase_note')
      await chain.up({ only: 'migrate' }).catch(() => undefined)
      expect(await chain.sql('SELECT place FROM interphase_note')).to.deep.equal(before)
    })

    it('holds the refusal of a release by a policy, with the refused effects', async () => {
      const chain = await recordedOn(server, { ...FILES, ...opensAlone([]) }, { phases: 'phases' })
      await chain.up({ phase: 'migrate' })
      const path = join(chain.root, 'phases', 'contract.json')
      const policy = JSON.parse(readFileSync(path, 'utf8')) as { admits: { tightens?: string }; refuses: Record<string, string> }
      const { tightens: _, ...admits } = policy.admits
      const refuses = { ...policy.refuses, tightens: 'the old version still runs' }
      writeFileSync(path, JSON.stringify({ ...policy, admits, refuses }))
      const { facts } = await rejected(chain.up({ only: 'contract' }), 'release.refused')
      const { notes } = await read(chain)
      expect(notes.at(-1)).to.equal('refused contract of r2: held by release-admitted (shut)')
      const [last] = await chain.sql("SELECT fields FROM interphase_note WHERE kind = 'refused'")
      const { gates } = JSON.parse(String(last?.['fields'])) as { gates: { evidence: string[] }[] }
      expect(gates[0]?.evidence).to.deep.equal(facts.refusals)
    })
  })
})

const NOTES = [
  'begun expand of r1: 1 migration, plan PLAN',
  'ended expand of r1: done',
  'begun expand of r2: 1 migration, plan PLAN',
  'ended expand of r2: done',
  'begun undo of r2: 1 migration',
  'undone r2/010-price.expand: undone by releases/r2/010-price.expand.undo.sql',
  'ended undo of r2: done',
  'begun expand of r2: 1 migration, plan PLAN',
  'ended expand of r2: done',
  'begun migrate of r2: 1 migration, plan PLAN',
  'ended migrate of r2: done',
  'refused contract of r2: held by approvals (shut), preconditions-hold (shut), soak (shut)',
  'approved contract of r2: anna approved PLAN until TIME, signed',
  'overridden contract of r2: soak by anna, because it is urgent',
  'begun contract of r2: 1 migration, plan PLAN',
  'ended contract of r2: done',
]

async function read(chain: ChainOnServer) {
  const notes = (await (await chain.open()).history())?.notes.filter(({ kind }) => kind !== 'collation' && kind !== 'confirmed') ?? []
  const plans = new Set(notes.flatMap((note) => ('plan' in note.fields && note.fields.plan !== undefined ? [note.fields.plan] : [])))
  return {
    notes: notes.map((note) =>
      `${note.kind} ${note.subject}: ${formatLedgerNote(note)}`
        .replaceAll(/r\d:[0-9a-f]+/g, 'PLAN')
        .replaceAll(/\d{4}-[\d-]+T[\d:.]+Z/g, 'TIME'),
    ),
    plans: plans.size,
    authors: new Set(notes.map(({ by }) => by)),
  }
}

function failed(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => expect.fail('the run succeeded'),
    (error: unknown) => error,
  )
}
