import { digest } from '../digest.ts'
import { leadingComments, styleOf } from '../release/comment.ts'
import type { Migration } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { Applied, Note } from './history.ts'

/**
 * What the ledger notes when a statement fails: how much of the file stands before it, and the digest of that. The rest of
 * the file may then be corrected. `done` are the texts of the statements before it; undefined where they are not found.
 */
export function stoppedBefore(migration: Migration, dialect: DialectName, done: readonly string[]): string | undefined {
  const text = statementsIn(migration, dialect)
  let end = 0
  for (const statement of done) {
    const at = text?.indexOf(statement, end) ?? -1
    if (at < 0) return undefined
    end = at + statement.length
  }
  return `before statement ${done.length + 1}: ${end} characters of the file are done, ${digestOf(text, end)}`
}

/**
 * Is the file as it was where it is done, and did the run stop cleanly behind that? Then the rest of it may be another one
 * than the one that began: that what is done did what the new file says is for the guard to see.
 */
export function isCorrection(row: Applied, migration: Migration, dialect: DialectName, notes: readonly Note[]): boolean {
  if (row.run.state !== 'running' || row.run.sent) return false
  const note = notes.findLast(({ kind, subject }) => kind === 'stopped' && subject === row.id)
  const [, statement, end, known] = STOPPED.exec(note?.detail ?? '') ?? []
  if (Number(statement) !== row.run.statement + 1) return false
  return digestOf(statementsIn(migration, dialect), Number(end)) === known
}

const STOPPED = /^before statement (\d+): (\d+) characters of the file are done, (\w+)$/

/** The text from its first statement on: what the file says of itself above that may be corrected, too. A function is one statement. */
function statementsIn({ body }: Migration, dialect: DialectName): string | undefined {
  if (body.kind === 'function') return undefined
  const { text } = body.sql
  return text.slice(leadingComments(text, styleOf('sql', dialect)).end)
}

function digestOf(text: string | undefined, end: number): string {
  return digest(text?.slice(0, end) ?? '')
}
