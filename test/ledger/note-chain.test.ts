import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { computeNoteDigest, digestBeforeNextNote, findNoteChainProblems, type LedgerNoteRow } from '../../src/ledger/note-chain.ts'
import { readNoteChain } from '../../src/ledger/read.ts'
import { LedgerWriter } from '../../src/ledger/write.ts'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { leaseOf } from './lease.ts'

const FILES = { 'r1/010-one.expand.sql': 'CREATE TABLE one (id int PRIMARY KEY);' }
const WRITER = { project: 'shop', by: 'me', engine: '0' }

/** Changes that something else than the engine makes to five notes. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  'an edited field': [`UPDATE interphase_note SET fields = '{"from":"nobody"}' WHERE place = 2`],
  'an edited name': ["UPDATE interphase_note SET noted_by = 'eve' WHERE place = 3"],
  'an edited time': ["UPDATE interphase_note SET noted_at = '2015-04-30T16:45:00.000Z' WHERE place = 5"],
  'an edited kind': ["UPDATE interphase_note SET kind = 'again' WHERE place = 1"],
  'a removed first note': ['DELETE FROM interphase_note WHERE place = 1'],
  'a removed note': ['DELETE FROM interphase_note WHERE place = 3'],
  'a removed last note': ['DELETE FROM interphase_note WHERE place = 5'],
  'all notes removed': ['DELETE FROM interphase_note'],
  'two notes that change places': [
    'UPDATE interphase_note SET place = 9 WHERE place = 2',
    'UPDATE interphase_note SET place = 2 WHERE place = 3',
    'UPDATE interphase_note SET place = 3 WHERE place = 9',
  ],
  'an inserted note': [
    'INSERT INTO interphase_note (project, place, noted_at, kind, noted_by, subject, fields, epoch) SELECT project, 6, noted_at, kind, noted_by, subject, fields, epoch FROM interphase_note WHERE place = 5',
  ],
}

describe('the chain of notes', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('shows doctor every note that was edited, removed, moved or inserted, also once more notes follow', async () => {
      const chain = await chainOn(server, FILES)
      await notes(chain, 5)
      expect(await doctor(chain)).to.deep.include({ good: true })
      for (const [name, statements] of Object.entries(CHANGES)) {
        await chain.sql(...statements)
        const found = await doctor(chain)
        expect(found?.good, name).to.equal(false)
        expect(found?.says, name).to.match(/note \d+ \((taken over|again) shop\) was edited|the last note was removed/)
        expect(await notes(chain, 2), `${name}, with more notes`).not.to.deep.equal([])
        await chain.sql('DELETE FROM interphase_note', "UPDATE interphase_project SET note_head = ''")
        expect(await notes(chain, 5), `after ${name}`).to.deep.equal([])
      }
    })
  })

  it('is whole where a run ended between the two writes of a note, and goes on', () => {
    const rows = chained(3)
    const head = rows[1]?.digest ?? ''
    expect(findNoteChainProblems(rows, head)).to.deep.equal([])
    expect(digestBeforeNextNote(head, rows[2])).to.equal(rows[2]?.digest)
    expect(findNoteChainProblems(rows.slice(0, 1), head)).to.have.lengthOf(1)
  })

  it('of other contents never has the same digest', () => {
    const [row] = chained(1)
    if (!row) throw new Error('there is no note')
    const variants = [
      row,
      ...(['kind', 'noted_by', 'subject', 'noted_at', 'fields', 'place'] as const).map((key) => ({ ...row, [key]: '9' })),
    ]
    const digests = ['', 'x'].flatMap((before) => variants.map((one) => computeNoteDigest(before, one)))
    expect(new Set(digests).size).to.equal(digests.length)
  })
})

async function doctor(chain: ChainOnServer) {
  return (await (await chain.open()).diagnose()).find(({ about }) => about === 'notes')
}

/** Writes notes. Gives the problems of the chain after that. */
async function notes(chain: ChainOnServer, count: number): Promise<readonly string[]> {
  const dialect = await loadDialect(chain.dialect)
  const session = await dialect.open({ url: chain.url, purpose: 'a test' })
  try {
    const ledger = new LedgerWriter(await leaseOf(session, dialect, chain.url, WRITER), dialect, systemClock, WRITER, 0n)
    for (let index = 0; index < count; index += 1) await ledger.note({ kind: 'taken over', fields: { from: `run ${index}` } }, 'shop')
    await ledger.leave()
    return (await readNoteChain(session, 'shop')).problems
  } finally {
    await session.close()
  }
}

function chained(count: number): readonly LedgerNoteRow[] {
  const rows: LedgerNoteRow[] = []
  for (let place = 1; place <= count; place += 1) {
    const row = { place, noted_at: '2015-04-30T16:45:00.000Z', kind: 'again', noted_by: 'me', subject: `r${place}`, fields: '{}' }
    rows.push({ ...row, digest: computeNoteDigest(rows.at(-1)?.digest ?? '', row) })
  }
  return rows
}
