import type { SqlFileAnalyzer } from '../dialect/dialect.ts'
import type { RefusedEffect } from '../plan/verdict.ts'

/**
 * Returns the line of the statement that has a refused effect. Returns undefined if the statement is unknown, for example in a
 * function.
 */
export async function findLineOfRefusedEffect(
  { migration, effect, object, step }: RefusedEffect,
  files: () => Promise<SqlFileAnalyzer>,
): Promise<number | undefined> {
  if (migration.body.kind === 'function') return undefined
  const { statements } = await (await files()).script(migration.body.sql, migration.declarations.transaction)
  if (step !== undefined) return statements[step]?.line
  const able = effect === 'writes-rows' ? statements.filter(({ text }) => !CHANGES_THE_SCHEMA.test(text)) : statements
  if (able.length === 1) return able[0]?.line
  // If the recording observed several statements together, the statement that has the effect is unknown. The function then searches
  // for the only statement that names the object, and after that for the only statement that names its table.
  const names = object.split(/[\s.,()]+/).toReversed()
  for (const name of names.filter((word) => !PLAIN.has(word) && word !== '')) {
    const naming = able.filter(({ text }) => mentions(text, name))
    if (naming.length === 1) return naming[0]?.line
  }
  return undefined
}

// Matches a statement that changes the schema and writes no rows. A CREATE TABLE with a query writes rows.
const CHANGES_THE_SCHEMA =
  /^(?:alter|drop|comment|rename|create(?!\s+(?:or\s+replace\s+|unlogged\s+)?table\b[\s\S]*\b(?:select|execute)\b))\b/i

// The words that occur in the names of objects and in most files. Such a word does not identify a statement.
const PLAIN: ReadonlySet<string> = new Set(
  'table column index unique constraint check foreign primary key view function procedure trigger of on rows enum sequence'.split(' '),
)

function mentions(text: string, name: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_$]+/u)
    .includes(name.toLowerCase())
}
