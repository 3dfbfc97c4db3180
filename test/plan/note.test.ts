import { expect } from 'chai'
import { makeLedgerLogDocument } from '../../src/cli/render/log.ts'
import { makeCursorAtSentStatement, serializeWorkCursor, WorkCursorShape } from '../../src/plan/cursor.ts'
import { formatLedgerNote, parseLedgerNote, serializeNoteFields } from '../../src/plan/note.ts'
import { EARLIER_NOTES } from '../ledger/earlier-ledger.ts'
import { history } from './made.ts'

const NOTES = Object.values(EARLIER_NOTES).flat()
const KNOWN = NOTES.filter(({ content }) => content.kind !== 'other')

describe('a note', () => {
  it('of every kind is read as it was stored, and is printed as a sentence', () => {
    for (const { content, detail, says = detail } of KNOWN) {
      expect(parseLedgerNote(content.kind, serializeNoteFields(content)), content.kind).to.deep.equal(content)
      expect(formatLedgerNote(content), content.kind).to.equal(says)
    }
  })

  it('of a kind or with fields that this version does not know is kept and printed', () => {
    const unknown = [
      ['approved', '{"by":"anna"}'],
      ['stopped', '{"done":"one"}'],
      ['again', 'no JSON'],
      ['other', '{}'],
      ['toString', '{}'],
    ] as const
    for (const [kind, text] of unknown) {
      const note = parseLedgerNote(kind, text)
      expect(note).to.deep.equal({ kind: 'other', fields: { kind, text } })
      expect(serializeNoteFields(note)).to.equal(text)
      expect(formatLedgerNote(note)).to.equal(`${kind}: ${text}`)
    }
  })

  it('has more fields where a later version has added some', () => {
    expect(parseLedgerNote('taken over', '{"from":"bob","since":"noon"}')).to.deep.equal({ kind: 'taken over', fields: { from: 'bob' } })
  })

  it('is printed for programs with its fields and its sentence', () => {
    const notes = KNOWN.map(({ content, subject }) => ({ at: '2015-04-30T16:45:00.000Z', by: 'me', subject, ...content }))
    const document = makeLedgerLogDocument('shop', { ...history('r1/010-a.expand 2/5'), notes })
    expect(document).to.deep.include({
      format: 2,
      notes: notes.map((note, index) => ({ ...note, says: KNOWN[index]?.says ?? KNOWN[index]?.detail })),
    })
    expect(document.applied[0]?.run).to.deep.equal({ state: 'running', cursor: { kind: 'statement', next: 2, of: 5, sent: false } })
  })
})

describe('a cursor', () => {
  it('is read as it was stored', () => {
    const cursor = makeCursorAtSentStatement(1, 3)
    expect(WorkCursorShape.parse(JSON.parse(serializeWorkCursor(cursor)))).to.deep.equal(cursor)
  })

  it('of a kind that this version does not know is refused', () => {
    expect(WorkCursorShape.safeParse({ kind: 'batch', after: ['1'] }).success).to.equal(false)
  })
})
