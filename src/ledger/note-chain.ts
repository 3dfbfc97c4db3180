import { sha256Digest } from '../digest.ts'

/** The row of a note in the ledger. */
export interface LedgerNoteRow {
  readonly place: number | string
  readonly noted_at: string
  readonly kind: string
  readonly noted_by: string
  readonly subject: string
  /**
   * The fields of the note as JSON. The column is NULL only during an upgrade of an older ledger, and in a row that the engine
   * did not write.
   */
  readonly fields: string | null
  readonly digest: string
}

/**
 * Returns the digest of a note in the ledger. The function computes it from the digest of the previous note and the content of
 * the note. For the first note, the previous digest is an empty text.
 */
export function computeNoteDigest(
  before: string,
  { place, noted_at: at, kind, noted_by: by, subject, fields }: Omit<LedgerNoteRow, 'digest'>,
): string {
  return sha256Digest(before, String(place), at, kind, by, subject, fields ?? '')
}

/**
 * Returns the digest from which the digest of the next note is computed. The result is usually `head`, the digest in the row of
 * the project. If a run wrote the last note and ended before it updated this row, the result is the digest of the last note. If
 * no note has the digest `head`, the result is still `head`, so that the missing note can be detected.
 */
export function digestBeforeNextNote(head: string, last: LedgerNoteRow | undefined): string {
  return last && isBehind(head, last) ? last.digest : head
}

function isBehind(head: string, last: LedgerNoteRow): boolean {
  return last.digest !== head && computeNoteDigest(head, last) === last.digest
}

/** Returns a sentence for each place where another program than interphase edited, removed or inserted a note of the ledger. */
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
