import { sha256Digest } from '../digest.ts'
import { commentSyntaxFor, findLeadingComments } from '../release/comment.ts'
import type { Migration } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { AppliedMigration } from './history.ts'
import type { LedgerNote, LedgerNoteFields } from './note.ts'

/**
 * Makes the ledger note for a failed statement: the number of statements before it, and the length and digest of the text up to
 * the statement. With the note, a later run can accept a file in which the user corrected the rest. `done` contains the texts of
 * the statements before the failed statement. Returns undefined if the file does not contain these texts.
 */
export function makeFailedStatementNote(
  migration: Migration,
  dialect: DialectName,
  done: readonly string[],
): LedgerNoteFields<'stopped'> | undefined {
  const text = statementsIn(migration, dialect)
  let characters = 0
  for (const statement of done) {
    const at = text?.indexOf(statement, characters) ?? -1
    if (at < 0) return undefined
    characters = at + statement.length
  }
  return { done: done.length, characters, digest: digestOf(text, characters) }
}

/**
 * Returns true if a changed file is a valid correction of an interrupted migration. The run of the migration must have stopped at
 * a failed statement, and the text before this statement must be unchanged. The function does not compare the schema, because the
 * next run compares it.
 */
export function isValidMigrationCorrection(
  row: AppliedMigration,
  migration: Migration,
  dialect: DialectName,
  notes: readonly LedgerNote[],
): boolean {
  if (row.run.state !== 'running' || row.run.cursor.kind !== 'statement' || row.run.cursor.sent) return false
  const stopped = notes.flatMap((note) => (note.kind === 'stopped' && note.subject === row.id ? [note.fields] : [])).at(-1)
  if (stopped?.done !== row.run.cursor.next) return false
  return digestOf(statementsIn(migration, dialect), stopped.characters) === stopped.digest
}

/**
 * Returns the text of a SQL file from its first statement on. The text does not contain the front matter (the comments with
 * declarations), so that the user can also correct the front matter. Returns undefined for a function, which counts as one
 * statement.
 */
function statementsIn({ body }: Migration, dialect: DialectName): string | undefined {
  if (body.kind === 'function') return undefined
  const { text } = body.sql
  return text.slice(findLeadingComments(text, commentSyntaxFor('sql', dialect)).end)
}

function digestOf(text: string | undefined, end: number): string {
  return sha256Digest(text?.slice(0, end) ?? '')
}
