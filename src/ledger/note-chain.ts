import { digest } from '../digest.ts'

/** A note as the ledger stores it. */
export interface NoteRow {
  readonly place: number | string
  readonly noted_at: string
  readonly kind: string
  readonly noted_by: string
  readonly subject: string
  /** JSON. NULL only while an earlier ledger is upgraded, and in a row that the engine did not write. */
  readonly fields: string | null
  readonly digest: string
}

/** The digest of a note: of the digest before it and of its own content. The first note follows the empty text. */
export function noteDigest(before: string, { place, noted_at: at, kind, noted_by: by, subject, fields }: Omit<NoteRow, 'digest'>): string {
  return digest(before, String(place), at, kind, by, subject, fields ?? '')
}

/**
 * The digest that the next note follows: the head in the project's row. A run that ended between the two writes of a note left
 * the head one note behind. A head whose note is missing stays the one to follow, so that the gap remains visible.
 */
export function headOf(head: string, last: NoteRow | undefined): string {
  return last && isBehind(head, last) ? last.digest : head
}

function isBehind(head: string, last: NoteRow): boolean {
  return last.digest !== head && noteDigest(head, last) === last.digest
}

/** Where notes were edited, removed or inserted by something else than the engine: a sentence each. */
export function chainProblems(rows: readonly NoteRow[], head: string): readonly string[] {
  const problems: string[] = []
  let before = ''
  for (const row of rows) {
    const named = `note ${row.place} (${row.kind} ${row.subject})`
    if (noteDigest(before, row) !== row.digest) problems.push(`${named} was edited or inserted, or a note before it was removed or edited`)
    before = row.digest
  }
  const last = rows.at(-1)
  if (headOf(head, last) !== before) problems.push('the last note was removed or replaced')
  return problems
}
