import type { DatabaseSession, Dialect } from '../../dialect/dialect.ts'
import type { RowWalkKeyRange, RowWalkKeyValue, RowWithKey } from '../../dialect/ranges.ts'
import { InterphaseError } from '../../error.ts'
import { type RangedCountQuery, splitQueryForRangeCondition } from '../../plan/ranged-count.ts'
import type { DialectName } from '../../schema/object.ts'
import type { BatchedDataStepWithKey } from './walk.ts'

/** The largest number of unchanged rows that the error message names. */
export const MAX_ROWS_NAMED_IN_MESSAGE = 3
// The largest number of rows that one step of the search for unchanged rows examines.
const LARGEST_SEARCHED = 10_000

/** A function that counts the rows which a data step has not changed yet, in a range of the key or for one key. */
export type CountRemainingRows = (range: RowWalkKeyRange | RowWithKey) => Promise<number>

/**
 * Returns the query that counts, for a range of the key, the rows which the data step has not changed yet. Returns undefined if
 * the data step has no pending query, or if the pending query cannot be limited to a range.
 */
export function rangedCountQueryOf({ work: { counted, pending }, body: { declared }, key }: BatchedDataStepWithKey, dialect: DialectName) {
  if (key.isPlace) return undefined
  return counted ?? (pending && splitQueryForRangeCondition(pending.text, declared, dialect))
}

/**
 * Makes a function that counts, in the open transaction, the rows of a range that the data step has not changed. The function
 * throws `pending.shape` if the query does not return a number.
 */
export function makeRemainingRowCounter(
  session: DatabaseSession,
  { work, key, ranges }: BatchedDataStepWithKey,
  { parts, alias }: RangedCountQuery,
): CountRemainingRows {
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
 * Returns the keys of the rows in a range that the data step has not changed, at most `most` keys. The search counts these rows in
 * one part of the range after another. It skips a part if the count is zero, and otherwise makes the part smaller until it contains
 * one row.
 */
export async function findRemainingKeys(
  session: DatabaseSession,
  { key, ranges }: BatchedDataStepWithKey,
  count: CountRemainingRows,
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

/** Formats the keys of rows for a message, each key as a text such as `id = 12`. */
export function formatRowKeys({ key: { columns } }: BatchedDataStepWithKey, keys: readonly RowWalkKeyValue[]): readonly string[] {
  return keys.map((key) => columns.map(({ name }, index) => `${name} = ${key[index] ?? ''}`).join(', '))
}

/**
 * Returns the keys of at most three rows of the table that the data step has not changed, formatted for a message. Returns no key
 * if the pending query cannot be limited to a range.
 */
export async function formatKeysOfRemainingRows(
  session: DatabaseSession,
  walk: BatchedDataStepWithKey,
  { name }: Pick<Dialect, 'name'>,
): Promise<readonly string[]> {
  const counted = rangedCountQueryOf(walk, name)
  const upTo = counted && (await walk.ranges.last(session, walk.key))
  if (!upTo) return []
  const count = makeRemainingRowCounter(session, walk, counted)
  return formatRowKeys(walk, await findRemainingKeys(session, walk, count, { upTo }, MAX_ROWS_NAMED_IN_MESSAGE))
}
