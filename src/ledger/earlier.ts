import { makeCursorAtSentStatement, makeCursorBeforeStatement, type StatementCursor } from '../plan/cursor.ts'
import type { LedgerNoteContent } from '../plan/note.ts'

/** The progress of a migration in a ledger of format 1 or 2. */
export interface ProgressOfEarlierFormat {
  readonly statement: number
  readonly statements: number
  readonly statement_sent: number
}

/** Returns the cursor, which contains the progress of a migration, from the progress columns of a ledger of format 1 or 2. */
export function workCursorFromEarlierFormat({ statement, statements, statement_sent: sent }: ProgressOfEarlierFormat): StatementCursor {
  return sent === 1 ? makeCursorAtSentStatement(statement, statements) : makeCursorBeforeStatement(statement, statements)
}

/**
 * Returns the kind and the fields of a note in a ledger of format 1 or 2. Such a note contains a sentence instead of fields, and
 * only this module parses the sentences. A sentence in an unknown form becomes a note of the kind `other` with the unchanged
 * sentence.
 */
export function ledgerNoteFromEarlierFormat(kind: string, subject: string, detail: string): LedgerNoteContent {
  const read = Object.hasOwn(SENTENCES, kind) ? SENTENCES[kind as EarlierKind](detail, subject) : undefined
  return read ?? { kind: 'other', fields: { kind, text: detail } }
}

// The kinds of ledger notes that existed in the ledger formats 1 and 2, with which earlier versions of interphase wrote a note as
// a sentence.
type EarlierKind = Exclude<LedgerNoteContent['kind'], 'other' | 'discarded' | 'snapshot' | 'squashed'>
type Read = (detail: string, subject: string) => LedgerNoteContent | undefined

const SENTENCES: { readonly [K in EarlierKind]: Read } = {
  'adopted': (detail) =>
    match(/; (\d+) migrations count as done$/, detail, (migrations) => ({ kind: 'adopted', fields: { migrations: Number(migrations) } })),
  'taken over': (detail) => match(/^from (.*)$/s, detail, (from) => ({ kind: 'taken over', fields: { from } })),
  'again': () => ({ kind: 'again', fields: {} }),
  'confirmed': (detail, subject) =>
    match(/^may destroy (.*)$/s, detail, (what) => {
      const [, phase = '', release = ''] = /^(\S+) of (.*)$/s.exec(subject) ?? []
      // In ledger formats 1 and 2, a note of the kind `confirmed` lists the tables and columns that a phase may destroy,
      // separated by commas. A name can also contain a comma, so the code does not split the list.
      return { kind: 'confirmed', fields: { phase, release, gate: 'destruction-confirmed', parameters: {}, evidence: [what] } }
    }),
  // Ledger formats 1 and 2 had no approvals, no overrides and no usage counts, so a ledger in these formats contains no note of
  // these kinds.
  'approved': () => undefined,
  'revoked': () => undefined,
  'overridden': () => undefined,
  'usage': () => undefined,
  // In ledger formats 1 and 2, a run wrote no note about its beginning, its end, a refusal or a pause, so a ledger in these formats
  // contains no note of these kinds.
  'begun': () => undefined,
  'ended': () => undefined,
  'refused': () => undefined,
  'paused': () => undefined,
  'interrupted': (detail) =>
    match(/^statement (\d+) of (\d+) was found (done|not done)$/, detail, (statement, of, found) => {
      const cursor = makeCursorAtSentStatement(Number(statement) - 1, Number(of))
      return { kind: 'interrupted', fields: { cursor, found: found === 'done' ? 'done' : 'not done' } }
    }),
  'stamped': (detail) =>
    match(/^said to be (done|not-done); it stood at statement (\d+) of (\d+)( of its undo)?$/, detail, (verdict, statement, of, undo) => {
      const cursor = makeCursorBeforeStatement(Number(statement) - 1, Number(of))
      const was = undo === '' ? 'running' : 'undoing'
      return { kind: 'stamped', fields: { verdict: verdict === 'done' ? 'done' : 'not-done', was, cursor } }
    }),
  'despite': (detail) => match(/^(.*?) because (.*)$/s, detail, (rule, because) => ({ kind: 'despite', fields: { rule, because } })),
  'undone': (detail) =>
    match(/^taken back by (.*)$/s, detail, (file) => ({ kind: 'undone', fields: { file } })) ??
    match(/^forgotten; /, detail, () => ({ kind: 'undone', fields: {} })),
  'collation': (detail) =>
    match(/^the default of this database$/, detail, () => ({ kind: 'collation', fields: { of: 'this database' } })) ??
    match(/^the default (?:of the database it comes from|collation of the original database)$/, detail, () => ({
      kind: 'collation',
      fields: { of: 'the original database' },
    })),
  'stopped': (detail) =>
    match(/^before statement (\d+): (\d+) characters of the file are done, (\w+)$/, detail, (statement, characters, digest) => ({
      kind: 'stopped',
      fields: { done: Number(statement) - 1, characters: Number(characters), digest },
    })),
  'corrected': () => ({ kind: 'corrected', fields: {} }),
}

/**
 * Returns the note that `made` makes from the capturing groups of the pattern, or undefined if the sentence does not match the
 * pattern.
 */
function match(
  pattern: RegExp,
  detail: string,
  made: (a: string, b: string, c: string, d: string) => LedgerNoteContent,
): LedgerNoteContent | undefined {
  const found = pattern.exec(detail)
  return found ? made(found[1] ?? '', found[2] ?? '', found[3] ?? '', found[4] ?? '') : undefined
}
