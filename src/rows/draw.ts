import type { ForeignKeyObject } from '../schema/object.ts'
import { type Cell, DEFAULT, NULL } from './cell.ts'
import type { ColumnOutline, Outline } from './outline.ts'
import type { Random } from './random.ts'
import { isFree, valueOf } from './values.ts'

/** What a row is drawn from besides the table's outline. */
export interface Source {
  readonly random: Random
  /** The values that a foreign key can take, each in order of the key's columns. */
  readonly parents: (key: ForeignKeyObject) => readonly (readonly Cell[])[]
  /** What the user's own rows have in a column. */
  readonly present: (column: string) => readonly Cell[]
}

/** Which row of the table this is, and how often it was refused. */
export interface Attempt {
  readonly row: number
  readonly attempt: number
  /** What of the attempt before nobody had anything against. */
  readonly kept?: Row
}

export type Row = ReadonlyMap<string, Cell>

// Far above the numbers that people choose for sample rows and probes, and below the limit of every usual key.
const FIRST_ORDINAL = 1_000_000

/** One row that may fit, or the foreign key for which nothing is there to refer to. */
export function drawRow(outline: Outline, source: Source, turn: Attempt): Row | ForeignKeyObject {
  const cells = new Map<string, Cell>(turn.kept)
  const toItself: ForeignKeyObject[] = []
  for (const key of outline.keys.filter(({ columns }) => columns.some((column) => !cells.has(column)))) {
    if (refer(outline, key, source, turn, cells)) continue
    if (key.references.table !== outline.table.name) return key
    toItself.push(key)
  }
  for (const column of outline.columns) {
    if (!cells.has(column.name)) cells.set(column.name, cellOf(column, source, turn))
  }
  // The first row of a table whose rows must refer to one of their own.
  for (const key of toItself) key.columns.forEach((name, index) => cells.set(name, cells.get(key.references.columns[index] ?? '') ?? NULL))
  return cells
}

/** Gives the columns of a foreign key the values of a row that is there, or NULL. False where neither can be. */
function refer({ columns }: Outline, key: ForeignKeyObject, source: Source, turn: Attempt, cells: Map<string, Cell>): boolean {
  const open = key.columns.filter((name) => !cells.has(name))
  const emptiable = open.filter((name) => columns.find((column) => column.name === name)?.nullable)
  const fits = source
    .parents(key)
    .filter((parent) => key.columns.every((name, index) => !cells.has(name) || isSame(cells.get(name), parent[index])))
  // Another row each time, so that a key which must not stand twice is satisfied soon.
  const chosen = open.length === key.columns.length ? fits[(turn.row + turn.attempt) % Math.max(1, fits.length)] : source.random.pick(fits)
  const mayBeEmpty = emptiable.length > 0 && turn.row > 0 && source.random.below(EMPTY_ONE_IN) === 0
  if (chosen !== undefined && !mayBeEmpty) key.columns.forEach((name, index) => cells.set(name, chosen[index] ?? NULL))
  else for (const name of emptiable) cells.set(name, NULL)
  return chosen !== undefined || emptiable.length > 0
}

// Rows without a value are the ones that data steps forget; the first row of a table has them all.
const EMPTY_ONE_IN = 6
// Most rules are about their own constants.
const GUESS_ONE_IN = 3
// A value from the application's own rows tells more than one made up, as long as it is not refused.
const MADE_UP_EVERY = 3

function cellOf(column: ColumnOutline, { random, present }: Source, { row, attempt }: Attempt): Cell {
  if (column.byServer) return DEFAULT
  if (column.nullable && row > 0 && random.below(EMPTY_ONE_IN) === 0) return NULL
  const { type, candidates } = column
  const isMadeUp = attempt % MADE_UP_EVERY === MADE_UP_EVERY - 1
  const { near, guesses } = candidates
  const isGuess = near.length === 0 || (guesses.length > 0 && random.below(GUESS_ONE_IN) === 0)
  const admitted = isGuess ? guesses : near
  if (admitted.length > 0 && !isMadeUp) return random.pick(admitted) ?? NULL
  if (column.distinct === 'alone' || (column.distinct === 'together' && attempt > 0))
    return valueOf(type, { random, ordinal: FIRST_ORDINAL + row + attempt * ATTEMPT_APART })
  const known = present(column.name)
  if (known.length > 0 && !isMadeUp && (isFree(type) || random.below(2) === 0)) return random.pick(known) ?? NULL
  if (column.usual && !isMadeUp && random.below(2) === 0) return column.usual
  return valueOf(type, { random })
}

// More rows than anybody asks for, so that a second attempt does not take the number of another row.
const ATTEMPT_APART = 10_007

/** The row without the columns that the server's words are about; nothing of it, where they name none. */
export function withoutBlamed(row: Row, { rules }: Outline, words: string): Row {
  const blamed = new Set(rules.flatMap(({ name, columns }) => (isNamed(words, name) ? columns : [])))
  return new Map(blamed.size === 0 ? [] : [...row].filter(([column]) => !blamed.has(column)))
}

/** Servers put names in quotes of all kinds; MySQL names a key with its table. */
function isNamed(words: string, name: string): boolean {
  return ['"', "'", '`'].some((quote) => words.includes(`${quote}${name}${quote}`) || words.includes(`.${name}${quote}`))
}

function isSame(a: Cell | undefined, b: Cell | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
