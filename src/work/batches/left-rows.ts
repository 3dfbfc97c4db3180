import type { DatabaseSession, Dialect } from '../../dialect/dialect.ts'
import type { RowWalkKeyRange, RowWalkKeyValue, RowWithKey } from '../../dialect/ranges.ts'
import { InterphaseError } from '../../error.ts'
import { type RangedCount, splitQueryForRangeCondition } from '../../plan/ranged-count.ts'
import type { DialectName } from '../../schema/object.ts'
import type { BatchWalk } from './walk.ts'

/** The most rows that an error names. */
export const MOST_NAMED_ROWS = 3
// The largest number of rows that one step of the search for remaining rows examines.
const LARGEST_SEARCHED = 10_000

/** Counts the rows of a range, or the row with a key, which a data step has still to change. */
export type CountLeftRows = (range: RowWalkKeyRange | RowWithKey) => Promise<number>

/**
 * Returns the query that counts the rows which the step has not changed, for ranges of the key. Undefined if the step has no pending
 * query, or one that cannot be limited to a range.
 */
export function rangedCountOf({ work: { counted, pending }, body: { declared }, key }: BatchWalk, dialect: DialectName) {
  if (key.isPlace) return undefined
  return counted ?? (pending && splitQueryForRangeCondition(pending.text, declared, dialect))
}

/** Makes the function that counts the rows of a range in the open transaction. */
export function makeLeftRowCounter(
  session: DatabaseSession,
  { work, key, ranges }: BatchWalk,
  { parts, alias }: RangedCount,
): CountLeftRows {
  const file = work.pending?.file ?? work.migration.file
  return async (range) => {
    const { text, values } = ranges.limit(parts, key, range, alias)
    const { columns, rows } = await session.ask(text, { file, line: 1 }, values)
    const found = Number(rows[0]?.[columns[0] ?? ''])
    if (Number.isSafeInteger(found)) return found
    throw new InterphaseError('pending.shape', { file, problem: 'a number is wanted' })
  }
}

/**
 * Finds the keys of rows in a range that a data step has not changed, at most `most`. A part of the range whose count is zero is skipped,
 * and any other part is halved until it has one row.
 */
export async function findLeftKeys(
  session: DatabaseSession,
  { key, ranges }: BatchWalk,
  count: CountLeftRows,
  range: RowWalkKeyRange,
  most: number,
): Promise<readonly RowWalkKeyValue[]> {
  const found: RowWalkKeyValue[] = []
  let { after } = range
  let rows = 1
  while (found.length < most && JSON.stringify(after) !== JSON.stringify(range.upTo)) {
    const upTo = await ranges.endOf(session, key, { ...(after && { after }), upTo: range.upTo }, rows)
    if ((await count({ ...(after && { after }), upTo })) === 0) {
      after = upTo
      rows = Math.min(rows * 2, LARGEST_SEARCHED)
    } else if (rows === 1) {
      found.push(upTo)
      after = upTo
    } else {
      rows = Math.floor(rows / 2)
    }
  }
  return found
}

/** Formats keys for a message, each as `id = 12`. */
export function formatKeys({ key: { columns } }: BatchWalk, keys: readonly RowWalkKeyValue[]): readonly string[] {
  return keys.map((key) => columns.map(({ name }, index) => `${name} = ${key[index] ?? ''}`).join(', '))
}

/** Names rows of the table that the step has not changed, at most three. Empty if the pending query cannot be limited to a range. */
export async function nameLeftRows(session: DatabaseSession, walk: BatchWalk, { name }: Pick<Dialect, 'name'>): Promise<readonly string[]> {
  const counted = rangedCountOf(walk, name)
  const upTo = counted && (await walk.ranges.last(session, walk.key))
  if (!upTo) return []
  const count = makeLeftRowCounter(session, walk, counted)
  return formatKeys(walk, await findLeftKeys(session, walk, count, { upTo }, MOST_NAMED_ROWS))
}
