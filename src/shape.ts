import type * as z from 'zod'
import { errorMessageOf } from './error.ts'

/** The type T with every property readonly, at every depth. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

/**
 * Checks a value with a zod schema, and returns the value with the type of the schema. If the value is invalid, throws the error
 * that `refuse` makes from a text, which contains the path of each invalid value. A property that is undefined counts as absent,
 * for example `{ url: process.env.URL }`.
 */
export function parseValueWithZodSchema<Shape extends z.ZodType>(
  shape: Shape,
  value: unknown,
  refuse: (problem: string) => Error,
): z.output<Shape> {
  const result = shape.safeParse(withoutUndefined(value))
  if (result.success) return result.data
  throw refuse(result.error.issues.map(describeShapeIssue).join('; '))
}

/** Returns the value of a JSON text. For a syntax error, throws the error that `refuse` returns. */
export function parseJsonText(text: string, refuse: (problem: string) => Error): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw refuse(`not JSON: ${errorMessageOf(error)}`)
  }
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutUndefined(entry)]))
}

/** Returns a message about an invalid value with its path, such as `orders[0].name: expected a string`. */
export function describeShapeIssue(issue: z.core.$ZodIssue): string {
  const forms = closestForms(issue)
  if (forms.length > 0) return forms.map((issues) => issues.map(describeShapeIssue).join('; ')).join(', or ')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${pathText([...issue.path, key])}: unknown setting`).join('; ')
  return issue.path.length > 0 ? `${pathText(issue.path)}: ${issue.message}` : issue.message
}

/**
 * Returns the issues of a value that matches no alternative of a union. To keep the message short, the result contains only the
 * alternatives with the fewest issues, with one list of issues for each. The result is empty for issues of another kind, and if the
 * zod schema has its own message.
 */
function closestForms(issue: z.core.$ZodIssue): readonly (readonly z.core.$ZodIssue[])[] {
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return []
  const fewest = Math.min(...issue.errors.map(({ length }) => length))
  const forms = issue.errors.filter(({ length }) => length === fewest)
  const shown = new Map(forms.map((issues) => [issues.map(describeShapeIssue).join('; '), issues]))
  return [...shown.values()].map((issues) => issues.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`)).join('')
}
