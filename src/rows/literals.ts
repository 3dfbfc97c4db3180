import { type GeneratedValue, generatedValueFromText } from './cell.ts'
import type { ParsedColumnType } from './type.ts'
import { isFreeTextType, isNumericColumnType } from './values.ts'

// The texts that the checks on text columns most often accept.
const SHAPES = ['A', 'AA', 'AAA', 'ABC123', 'a', 'abc', '1', '42', '1.5', 'a@example.org', 'https://example.org/', '2020-01-31', '']

/**
 * The values that the constraints of a column possibly accept. `near` contains the constants of the constraints and their
 * neighbours, and `guesses` contains other values.
 */
export interface CandidateColumnValues {
  readonly near: readonly GeneratedValue[]
  readonly guesses: readonly GeneratedValue[]
}

/**
 * Returns candidate values for a column of a generated row: the constants in the constraints of the column, their neighbours, and
 * texts of the length or form that a constraint requires. A candidate can violate a constraint, so the server decides when the row
 * is inserted.
 */
export function collectCandidateValues(type: ParsedColumnType, rules: readonly string[]): CandidateColumnValues {
  const quoted = rules.flatMap(textsIn)
  // MySQL prints the number -9 in a constraint as -(9). The generator of test rows therefore also tries the negated number.
  const beside = [...new Set(rules.flatMap(numbersIn).flatMap((number) => [number, number + 1, number - 1, -number]))]
  if (rules.length === 0) return { near: [], guesses: [] }
  if (isNumericColumnType(type)) return { near: beside.map(generatedValueFromText), guesses: [] }
  if (!isFreeTextType(type)) return { near: quoted.flatMap(besideDay).map(generatedValueFromText), guesses: [] }
  const lengths = beside.filter((length) => length >= 0 && length <= 2000)
  return {
    near: [...quoted, ...lengths.map((length) => 'x'.repeat(length))].map(generatedValueFromText),
    guesses: [...beside, ...SHAPES].map(generatedValueFromText),
  }
}

function besideDay(quoted: string): readonly string[] {
  const day = /^\d{4}-\d\d-\d\d$/.test(quoted) ? Date.parse(`${quoted}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(day)) return [quoted]
  return [0, DAY_MS, -DAY_MS].map((by) => new Date(day + by).toISOString().slice(0, 10))
}

const DAY_MS = 86_400_000

/** Returns the constant of a default expression if the constant is a text. The application probably uses this text. */
export function parseTextDefault(expression: string): GeneratedValue | undefined {
  const [found] = /^\s*'/.test(expression) ? textsIn(expression) : []
  return found === undefined ? undefined : generatedValueFromText(found)
}

function textsIn(expression: string): readonly string[] {
  return [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, found = '']) => found.replaceAll("''", "'"))
}

function numbersIn(expression: string): readonly number[] {
  const bare = expression.replace(/'(?:[^']|'')*'/g, (quoted) => (/^'-?\d+(?:\.\d+)?'$/.test(quoted) ? quoted.slice(1, -1) : ' '))
  return [...bare.matchAll(/(?<![\w.`"])-?\d+(?:\.\d+)?(?![\w.`"])/g)].map(([found]) => Number(found))
}
