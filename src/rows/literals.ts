import { type Cell, textCell } from './cell.ts'
import type { ColumnType } from './type.ts'
import { isFreeText, isNumber } from './values.ts'

// The shapes that checks on text columns most often require.
const SHAPES = ['A', 'AA', 'AAA', 'ABC123', 'a', 'abc', '1', '42', '1.5', 'a@example.org', 'https://example.org/', '2020-01-31', '']

/** Values that the rules of a column may accept: constants from the rules, their neighbours, and guesses. */
export interface CandidateValues {
  readonly near: readonly Cell[]
  readonly guesses: readonly Cell[]
}

/**
 * Collects the values that the rules of a column may accept. A rule compares with its constants; a rule on a text may test the length
 * or the shape. The server decides whether a value fits.
 */
export function candidatesFor(type: ColumnType, rules: readonly string[]): CandidateValues {
  const quoted = rules.flatMap(textsIn)
  // MySQL prints -9 as -(9), so the negated number is a candidate too.
  const beside = [...new Set(rules.flatMap(numbersIn).flatMap((number) => [number, number + 1, number - 1, -number]))]
  if (rules.length === 0) return { near: [], guesses: [] }
  if (isNumber(type)) return { near: beside.map(textCell), guesses: [] }
  if (!isFreeText(type)) return { near: quoted.flatMap(besideDay).map(textCell), guesses: [] }
  const lengths = beside.filter((length) => length >= 0 && length <= 2000)
  return { near: [...quoted, ...lengths.map((length) => 'x'.repeat(length))].map(textCell), guesses: [...beside, ...SHAPES].map(textCell) }
}

function besideDay(quoted: string): readonly string[] {
  const day = /^\d{4}-\d\d-\d\d$/.test(quoted) ? Date.parse(`${quoted}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(day)) return [quoted]
  return [0, DAY_MS, -DAY_MS].map((by) => new Date(day + by).toISOString().slice(0, 10))
}

const DAY_MS = 86_400_000

/** Returns the constant of a default expression, if the constant is a text. The application probably knows this text. */
export function textConstantIn(expression: string): Cell | undefined {
  const [found] = /^\s*'/.test(expression) ? textsIn(expression) : []
  return found === undefined ? undefined : textCell(found)
}

function textsIn(expression: string): readonly string[] {
  return [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, found = '']) => found.replaceAll("''", "'"))
}

function numbersIn(expression: string): readonly number[] {
  const bare = expression.replace(/'(?:[^']|'')*'/g, (quoted) => (/^'-?\d+(?:\.\d+)?'$/.test(quoted) ? quoted.slice(1, -1) : ' '))
  return [...bare.matchAll(/(?<![\w.`"])-?\d+(?:\.\d+)?(?![\w.`"])/g)].map(([found]) => Number(found))
}
