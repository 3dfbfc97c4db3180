import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import type { ChainOnServer } from '../support/chain.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { contracted, makeKey, opensAlone, withGateShut } from './gate-cases.ts'

const TWO = { gate: 'approvals', required: 2, from: ['anna', 'ben', 'carol'] }

describe('approvals', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    const waiting = (gate: object) => withGateShut(server, 'soak', [gate])

    it('of two people let contract run, and the run itself checks the signatures', async () => {
      const chain = await waiting(TWO)
      const anna = await makeKey(chain, 'anna')
      const ben = await makeKey(chain, 'ben')
      await approve(chain, 'anna', anna)
      await approve(chain, 'anna', anna)
      expect(await evidence(chain)).to.include('1 of 2 approvals')
      await approve(chain, 'ben', ben)
      expect((await answer(chain)).state).to.equal('open')
      // A row that SQL wrote opens nothing.
      const before = await chain.sql('SELECT place, fields FROM interphase_note')
      await chain.sql(`UPDATE interphase_note SET fields = replace(fields, '"approver":"ben"', '"approver":"carol"')`)
      expect(await evidence(chain)).to.include('The approval of carol does not count: its signature is not valid')
      const shut = await imageOf(chain.dialect, chain.url)
      expect(await contracted(await chain.open(), true)).to.include({ code: 'phase.held', exitCode: 6 })
      expect(await imageOf(chain.dialect, chain.url)).to.deep.equal(shut)
      await chain.sql(`UPDATE interphase_note SET fields = replace(fields, '"approver":"carol"', '"approver":"ben"')`)
      expect(await chain.sql('SELECT place, fields FROM interphase_note')).to.deep.include.members([...before])
      expect((await contracted(await chain.open(), true)).code).to.equal('done')
    })

    it('of an author do not count if the policy leaves them out, and the gate is unseen while nobody is named', async () => {
      const chain = await waiting({ ...TWO, required: 1, authors: false })
      const [anna, ben] = [await makeKey(chain, 'anna'), await makeKey(chain, 'ben')]
      const named = (...authors: readonly string[]) => chain.put({ 'r2/release.json': JSON.stringify({ authors }) })
      expect(await answer(chain)).to.include({ state: 'unseen' })
      expect((await answer(chain)).remedy).to.include('"authors"')
      expect((await rejected(approve(chain, 'anna', anna), 'usage')).facts.try).to.include('"authors": ["<name>"]')
      named('dora')
      await approve(chain, 'anna', anna)
      expect((await answer(chain)).state).to.equal('open')
      named('anna', 'dora')
      expect(await evidence(chain))
        .to.include('0 of 1')
        .and.include('this person is an author of the release')
      expect((await rejected(approve(chain, 'anna', anna), 'usage')).facts.try).to.include('Let one of these approve: ben')
      // Another list of authors makes another plan, so the approval of a former author is void.
      named('dora', 'emil')
      expect(await evidence(chain))
        .to.include('0 of 1')
        .and.include('the approval is for the plan r1:')
      named('anna', 'dora')
      await approve(chain, 'ben', ben)
      expect((await answer(chain)).state).to.equal('open')
      expect((await contracted(await chain.open(), true)).code).to.equal('done')
    })

    it('of two people at the same moment are both stored', async () => {
      const chain = await waiting(TWO)
      const keys = [await makeKey(chain, 'anna'), await makeKey(chain, 'ben')]
      const decide = async (approver: string, key = '') =>
        (await chain.open()).decide({ kind: 'approve', approver, key }, { phase: 'contract', waitMs: 20_000 })
      await Promise.all([decide('anna', keys[0]), decide('ben', keys[1])])
      expect((await answer(chain)).state).to.equal('open')
    })

    it('do not count for another plan, after their end, after a revocation, twice for one key, or unsigned', async () => {
      const chain = await waiting({ ...TWO, required: 1 })
      const shared = await makeKey(chain, 'anna', 'ben')
      await approve(chain, 'anna', shared, 1e-9)
      expect(await evidence(chain)).to.include('The approval of anna does not count: the approval expired at')
      await approve(chain, 'anna', shared)
      await approve(chain, 'ben', shared)
      expect((await answer(chain)).evidence[0]).to.include('1 of 1 approvals')
      expect(await evidence(chain)).to.include('does not count: the key has approved already')
      chain.put(opensAlone([{ ...TWO, required: 1, hours: 5 }]))
      expect(await evidence(chain))
        .to.include('0 of 1')
        .and.include('the approval is for the plan r1:')
      await approve(chain, 'anna', shared)
      await (await chain.open()).decide({ kind: 'revoke', approver: 'anna', because: 'too early' })
      expect(await evidence(chain))
        .to.include('0 of 1')
        .and.not.include('anna does not count')
      await approve(chain, 'anna', shared)
      const signature = /,"signature":"[^"]*"/
      const [row] = await chain.sql("SELECT place, fields FROM interphase_note WHERE kind = 'approved' ORDER BY place DESC LIMIT 1")
      const unsigned = String(row?.['fields']).replace(signature, '')
      await chain.sql(`UPDATE interphase_note SET fields = '${unsigned}' WHERE place = ${String(row?.['place'])}`)
      expect(await evidence(chain)).to.include('the approval has no signature')
      await chain.sql(`UPDATE interphase_note SET fields = replace(fields, '@', '@other-') WHERE kind = 'approved'`)
      expect(await evidence(chain)).to.include('the approval is for another database')
    })

    it('are refused for a name that the policy does not have, without a key, and for a key of somebody else', async () => {
      const chain = await waiting(TWO)
      const anna = await makeKey(chain, 'anna')
      await makeKey(chain, 'ben')
      await rejected(approve(chain, 'mallory', anna), 'usage')
      await rejected(approve(chain, 'anna'), 'usage')
      await rejected(approve(chain, 'ben', anna), 'approval.wrong-key')
      await rejected(approve(chain, 'anna', `${anna}-missing`), 'approval.unsigned')
      expect(await evidence(chain)).to.include('0 of 2')
    })

    it('need ssh-keygen: without it an approval is an error, and the gate is unseen', async () => {
      const chain = await waiting({ ...TWO, required: 1 })
      const anna = await makeKey(chain, 'anna')
      await approve(chain, 'anna', anna)
      const { PATH } = process.env
      process.env['PATH'] = chain.root
      try {
        await rejected(approve(chain, 'anna', anna), 'approval.no-ssh-keygen')
        expect(await answer(chain)).to.include({ state: 'unseen' })
        expect(await evidence(chain)).to.include('the program ssh-keygen')
      } finally {
        process.env['PATH'] = PATH
      }
    })

    it('count by the database role, without a signature, if the policy says so', async () => {
      const role = new URL((await waiting(TWO)).url).username
      const chain = await waiting({ ...TWO, required: 1, from: [role, 'ben'], signed: false })
      await rejected(approve(chain, 'ben'), 'usage')
      await (await chain.open()).decide({ kind: 'approve' })
      expect((await contracted(await chain.open(), true)).code).to.equal('done')
    })

    it('an override opens one gate for one plan, and status and log name the person and the reason', async () => {
      const soak = { gate: 'soak', hours: 48 }
      const chain = await waiting(soak)
      const override = async (gate: string) =>
        (await chain.open()).decide({ kind: 'override', gate, name: 'anna', because: 'the fix is urgent' })
      await rejected(override('preconditions-hold'), 'usage')
      await override('soak')
      const words = 'Overridden by anna, because the fix is urgent'
      expect((await (await chain.open()).gate()).gates.find(({ gate }) => gate === 'soak')).to.deep.include({ state: 'open' })
      expect(JSON.stringify(await chain.status({ phase: 'contract', compareSchema: false }))).to.include(words)
      chain.put(opensAlone([{ ...soak, hours: 49 }]))
      expect(await contracted(await chain.open(), true)).to.include({ code: 'phase.held' })
      chain.put(opensAlone([soak]))
      expect((await contracted(await chain.open(), true)).code).to.equal('done')
      expect(JSON.stringify(await (await chain.open()).history())).to.include('the fix is urgent')
      expect((await chain.status()).overrides).to.deep.include.members([
        { release: 'r2', phase: 'contract', gate: 'soak', by: 'anna', because: 'the fix is urgent' },
      ])
    })
  })
})

async function approve(chain: ChainOnServer, approver: string, key?: string, hours?: number): Promise<unknown> {
  return (await chain.open()).decide({
    kind: 'approve',
    approver,
    ...(key !== undefined && { key }),
    ...(hours !== undefined && { hours }),
  })
}

async function answer(chain: ChainOnServer) {
  const found = (await (await chain.open()).gate()).gates.find(({ gate }) => gate === 'approvals')
  return found ?? expect.fail('the gate was not asked')
}

async function evidence(chain: ChainOnServer): Promise<string> {
  return (await answer(chain)).evidence.join('\n')
}
