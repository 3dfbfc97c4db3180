import { expect } from 'chai'
import * as fc from 'fast-check'
import { systemClock } from '../../src/clock.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { computeNoteDigest, digestBeforeNextNote, findNoteChainProblems, type LedgerNoteRow } from '../../src/ledger/note-chain.ts'
import { readAndCheckNoteChain } from '../../src/ledger/read.ts'
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
      const engine = await chain.open()
      const { head, ...whole } = await engine.verifyLog()
      expect(whole).to.deep.equal({ format: 1, project: 'shop', notes: 5, problems: [], exitCode: 0 })
      expect(await engine.verifyLog(head)).to.include({ exitCode: 0 })
      expect((await engine.verifyLog('another')).problems).to.deep.equal([
        'no note has the digest another: the chain was cut or written anew',
      ])
      for (const [name, statements] of Object.entries(CHANGES)) {
        await chain.sql(...statements)
        const found = await doctor(chain)
        expect(found?.good, name).to.equal(false)
        const verified = await (await chain.open()).verifyLog()
        expect(verified.exitCode, name).to.equal(7)
        expect(verified.problems, name).to.not.deep.equal([])
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

  it('shows every one of 1,000 random changes of its rows', () => {
    const rows = chained(7)
    const head = rows.at(-1)?.digest ?? ''
    expect(findNoteChainProblems(rows, head)).to.deep.equal([])
    fc.assert(
      fc.property(tampering(rows), (changed) => {
        // The database returns the rows in the order of their places.
        const read = changed.toSorted((a, b) => Number(a.place) - Number(b.place))
        fc.pre(JSON.stringify(read) !== JSON.stringify(rows))
        expect(findNoteChainProblems(read, head)).to.not.deep.equal([])
      }),
      { numRuns: 1000 },
    )
  })

  it('that was cut and ends with a right head no longer contains the digest that somebody kept', () => {
    const rows = chained(3)
    const cut = rows.slice(0, 2)
    expect(findNoteChainProblems(cut, cut[1]?.digest ?? '')).to.deep.equal([])
    expect(cut.map(({ digest }) => digest)).to.not.include(rows[2]?.digest)
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
  return (await (await chain.open()).diagnose()).findings.find(({ about }) => about === 'notes')
}

/** Writes notes. Gives the problems of the chain after that. */
async function notes(chain: ChainOnServer, count: number): Promise<readonly string[]> {
  const dialect = await loadDialect(chain.dialect)
  const session = await dialect.open({ url: chain.url, purpose: 'a test' })
  try {
    const ledger = new LedgerWriter(await leaseOf(session, dialect, chain.url, WRITER), dialect, systemClock, WRITER, 0n)
    for (let index = 0; index < count; index += 1) await ledger.note({ kind: 'taken over', fields: { from: `run ${index}` } }, 'shop')
    await ledger.leave()
    return (await readAndCheckNoteChain(session, 'shop')).problems
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

/** The rows after somebody edited, removed, inserted, moved or swapped some of them. */
function tampering(rows: readonly LedgerNoteRow[]): fc.Arbitrary<readonly LedgerNoteRow[]> {
  const at = fc.nat(rows.length - 1)
  const digest = fc.oneof(fc.constantFrom('', ...rows.map((row) => row.digest)), fc.stringMatching(/^[0-9a-f]{64}$/))
  const text = fc.oneof(fc.string(), fc.constantFrom('again', 'me', 'r1', 'r2', '{}', '2015-04-30T16:45:00.000Z'))
  const edited = fc.record(
    { noted_at: text, kind: text, noted_by: text, subject: text, fields: text, digest, place: fc.nat(20) },
    { requiredKeys: [] },
  )
  const change = fc.oneof(
    fc.record({ edit: at, to: edited }).map(
      ({ edit, to }) =>
        (all: readonly LedgerNoteRow[]) =>
          all.map((row, index) => (index === edit ? { ...row, ...to } : row)),
    ),
    fc.array(at, { minLength: 1 }).map((gone) => (all: readonly LedgerNoteRow[]) => all.filter((_, index) => !gone.includes(index))),
    fc
      .record({ copy: at, to: edited, place: fc.integer({ min: 0, max: 20 }) })
      .map(({ copy, to, place }) => (all: readonly LedgerNoteRow[]) => {
        const row = all[copy]
        return row ? [...all, { ...row, ...to, place }] : all
      }),
    // Two rows change places: with their digests, or without them.
    fc.record({ a: at, b: at, withDigest: fc.boolean() }).map(
      ({ a, b, withDigest }) =>
        (all: readonly LedgerNoteRow[]) =>
          all.map((row, index) => {
            const other = index === a ? all[b] : index === b ? all[a] : undefined
            return other ? { ...other, place: row.place, ...(!withDigest && { digest: row.digest }) } : row
          }),
    ),
  )
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => changes.reduce((all, one) => one(all), rows))
}
