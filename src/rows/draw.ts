import type { ForeignKeyObject } from '../schema/object.ts'
import { GENERATED_NULL_VALUE, type GeneratedValue, SERVER_SUPPLIED_VALUE } from './cell.ts'
import type { ColumnValueRequirements, TableRowRequirements } from './outline.ts'
import type { RandomNumberGenerator } from './random.ts'
import { generateValueOfType, isFreeTextType } from './values.ts'

/**
 * The values from which the engine builds a generated row: random values, keys of existing rows, and values of the user's own rows.
 */
export interface GeneratedRowSource {
  readonly random: RandomNumberGenerator
  /** Returns the key values that exist in the referenced table, each in the order of the key's columns. */
  readonly parents: (key: ForeignKeyObject) => readonly (readonly GeneratedValue[])[]
  /** Returns the values of a column in the user's own rows. */
  readonly present: (column: string) => readonly GeneratedValue[]
}

/**
 * The number of a generated row in its table, and the number of earlier attempts to insert this row that the server has refused.
 */
export interface RowGenerationRequest {
  readonly row: number
  readonly attempt: number
  /**
   * The values of the previous attempt that the next attempt uses again, because the server's error message named no constraint of
   * their columns.
   */
  readonly kept?: GeneratedRow
}

export type GeneratedRow = ReadonlyMap<string, GeneratedValue>

// The first generated number. The number is far above the numbers in usual sample rows and probes, and below the limit of usual
// key types.
const FIRST_ORDINAL = 1_000_000

/**
 * Generates a row that possibly satisfies the constraints of its table. If a required foreign key has no row to which it can
 * refer, returns the foreign key instead of a row.
 */
export function generateRow(
  outline: TableRowRequirements,
  source: GeneratedRowSource,
  turn: RowGenerationRequest,
): GeneratedRow | ForeignKeyObject {
  const cells = new Map<string, GeneratedValue>(turn.kept)
  const toItself: ForeignKeyObject[] = []
  for (const key of outline.keys.filter(({ columns }) => columns.some((column) => !cells.has(column)))) {
    if (refer(outline, key, source, turn, cells)) continue
    if (key.references.table !== outline.table.name) return key
    toItself.push(key)
  }
  for (const column of outline.columns) {
    if (!cells.has(column.name)) cells.set(column.name, cellOf(column, source, turn))
  }
  // If the rows of a table must refer to rows of the same table, the first row refers to itself.
  for (const key of toItself)
    key.columns.forEach((name, index) => cells.set(name, cells.get(key.references.columns[index] ?? '') ?? GENERATED_NULL_VALUE))
  return cells
}

/** Fills the columns of a foreign key with the values of an existing row, or with NULL. Returns false if neither is possible. */
function refer(
  { columns }: TableRowRequirements,
  key: ForeignKeyObject,
  source: GeneratedRowSource,
  turn: RowGenerationRequest,
  cells: Map<string, GeneratedValue>,
): boolean {
  const open = key.columns.filter((name) => !cells.has(name))
  const emptiable = open.filter((name) => columns.find((column) => column.name === name)?.nullable)
  const fits = source
    .parents(key)
    .filter((parent) => key.columns.every((name, index) => !cells.has(name) || isSame(cells.get(name), parent[index])))
  // Each attempt to generate a row chooses another referenced row, so that one of the first attempts satisfies a unique
  // constraint on the foreign key.
  const chosen = open.length === key.columns.length ? fits[(turn.row + turn.attempt) % Math.max(1, fits.length)] : source.random.pick(fits)
  const mayBeEmpty = emptiable.length > 0 && turn.row > 0 && source.random.below(EMPTY_ONE_IN) === 0
  if (chosen !== undefined && !mayBeEmpty) key.columns.forEach((name, index) => cells.set(name, chosen[index] ?? GENERATED_NULL_VALUE))
  else for (const name of emptiable) cells.set(name, GENERATED_NULL_VALUE)
  return chosen !== undefined || emptiable.length > 0
}

// The frequency of NULL in generated rows: in a nullable column, one of six values is NULL. The rehearsal needs these values,
// because data steps often do not handle NULL. The first row of a table does not get them.
const EMPTY_ONE_IN = 6
// The frequency of guesses among the candidates of a text column: one of three candidates is a guess, such as the text of a
// number or an e-mail address. Guesses are rare, because most constraints compare a text with their own constants.
const GUESS_ONE_IN = 3
// The frequency of attempts without values of the user's own rows: every third attempt generates its values. The first attempts
// use the user's values, because these values are more realistic.
const MADE_UP_EVERY = 3

function cellOf(
  column: ColumnValueRequirements,
  { random, present }: GeneratedRowSource,
  { row, attempt }: RowGenerationRequest,
): GeneratedValue {
  if (column.byServer) return SERVER_SUPPLIED_VALUE
  if (column.nullable && row > 0 && random.below(EMPTY_ONE_IN) === 0) return GENERATED_NULL_VALUE
  const { type, candidates } = column
  const isMadeUp = attempt % MADE_UP_EVERY === MADE_UP_EVERY - 1
  const { near, guesses } = candidates
  const isGuess = near.length === 0 || (guesses.length > 0 && random.below(GUESS_ONE_IN) === 0)
  const admitted = isGuess ? guesses : near
  if (admitted.length > 0 && !isMadeUp) return random.pick(admitted) ?? GENERATED_NULL_VALUE
  if (column.distinct === 'alone' || (column.distinct === 'together' && attempt > 0))
    return generateValueOfType(type, { random, ordinal: FIRST_ORDINAL + row + attempt * ATTEMPT_APART })
  const known = present(column.name)
  if (known.length > 0 && !isMadeUp && (isFreeTextType(type) || random.below(2) === 0)) return random.pick(known) ?? GENERATED_NULL_VALUE
  if (column.usual && !isMadeUp && random.below(2) === 0) return column.usual
  return generateValueOfType(type, { random })
}

// The distance between the numbers of two attempts for a generated row. The distance is larger than a usual number of generated
// rows, so that a second attempt does not use the number of another row.
const ATTEMPT_APART = 10_007

/**
 * Returns the values of a refused row that the next attempt can use again. The function removes the columns of the constraints that
 * the server's error message names. If the message names no constraint, the function removes all columns.
 */
export function removeRefusedColumnsFromRow(row: GeneratedRow, { rules }: TableRowRequirements, words: string): GeneratedRow {
  const blamed = new Set(rules.flatMap(({ name, columns }) => (isNamed(words, name) ? columns : [])))
  return new Map(blamed.size === 0 ? [] : [...row].filter(([column]) => !blamed.has(column)))
}

/**
 * Returns true if the message of the server contains the name in quotes. Servers use different quotes, and MySQL writes the table
 * before a key.
 */
function isNamed(words: string, name: string): boolean {
  return ['"', "'", '`'].some((quote) => words.includes(`${quote}${name}${quote}`) || words.includes(`.${name}${quote}`))
}

function isSame(a: GeneratedValue | undefined, b: GeneratedValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
