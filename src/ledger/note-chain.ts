import { sha256Digest } from '../digest.ts'

/** The row of a note in the ledger. */
export interface LedgerNoteRow {
  readonly place: number | string
  readonly noted_at: string
  readonly kind: string
  readonly noted_by: string
  readonly subject: string
  /**
   * The fields of the note as JSON. The column is NULL only while the ledger of an older engine is upgraded, and in a row that
   * the engine did not write.
   */
  readonly fields: string | null
  readonly digest: string
}

/**
 * Returns the digest of a note, computed from the digest of the previous note and the content of the note. The previous digest of
 * the first note is an empty text.
 */
export function computeNoteDigest(
  before: string,
  { place, noted_at: at, kind, noted_by: by, subject, fields }: Omit<LedgerNoteRow, 'digest'>,
): string {
  return sha256Digest(before, String(place), at, kind, by, subject, fields ?? '')
}

/**
 * Returns the digest from which the digest of the next note is computed: `head`, the digest in the row of the project. If a run
 * wrote the last note and ended before it updated this row, returns the digest of the last note instead. Otherwise `head` is
 * returned even if no note has this digest, so that the gap remains detectable.
 */
export function digestBeforeNextNote(head: string, last: LedgerNoteRow | undefined): string {
  return last && isBehind(head, last) ? last.digest : head
}

function isBehind(head: string, last: LedgerNoteRow): boolean {
  return last.digest !== head && computeNoteDigest(head, last) === last.digest
}

/** Returns a sentence for each place where another program than the engine edited, removed or inserted a note. */
export function findNoteChainProblems(rows: readonly LedgerNoteRow[], head: string): readonly string[] {
  const problems: string[] = []
  let before = ''
  for (const row of rows) {
    const named = `note ${row.place} (${row.kind} ${row.subject})`
    if (computeNoteDigest(before, row) !== row.digest)
      problems.push(`${named} was edited or inserted, or a note before it was removed or edited`)
    before = row.digest
  }
  const last = rows.at(-1)
  if (digestBeforeNextNote(head, last) !== before) problems.push('the last note was removed or replaced')
  return problems
}
